/** Which expressions run within bounds, and what these count. See functions/budget.ts. */
import { type Budget, CALL_BYTES, isSized, sizeOf } from '../functions/budget.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Expression, LikeExpression } from './expression.ts'
import { childrenOf } from './inspect.ts'

/** Up to so many parts that may be as large as the record cost no more than writing a few records. */
const MANY_PARTS = 64

/**
 * Whether the expression may make more than a small multiple of the record, or take long: it calls a function that grows, has a lambda, or
 * has many parts that may each be as large as the record. All other expressions run without bounds, at no cost.
 */
export function isBounded(expression: Expression, functions: FunctionRegistry): boolean {
  let parts = 0
  const left: Expression[] = [expression]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (mayGrow(part, functions)) return true
    if (isPart(part, functions) && ++parts > MANY_PARTS) return true
    for (const child of childrenOf(part)) left.push(child)
  }
  return false
}

function mayGrow(expression: Expression, functions: FunctionRegistry): boolean {
  if (expression.kind === 'lambda') return true
  if (expression.kind === 'like') return isSlowPattern(expression)
  return expression.kind === 'call' && costOf(expression.name, functions) === 'grows'
}

const isPart = (expression: Expression, functions: FunctionRegistry): boolean =>
  (expression.kind === 'column' && isSized(expression.type)) ||
  (expression.kind === 'call' && costOf(expression.name, functions) === 'linear')

/** Undefined for a name that is no scalar function, which compiling refuses. */
function costOf(name: string, functions: FunctionRegistry) {
  const declaration = functions.find(name)
  // A function of users that was written without types may have no cost; it is bounded then.
  return declaration?.kind === 'scalar' ? (declaration.cost ?? 'grows') : undefined
}

/** A pattern that is not known before, or whose `_` make the time text times pattern. */
const isSlowPattern = ({ pattern }: LikeExpression): boolean =>
  pattern.kind !== 'literal' || (String(pattern.value).includes('_') && String(pattern.value).includes('%'))

/** A function that counts reading a value and gives it back; null where that takes the same time for all values. */
export function counter(type: SqlType | null, budget: Budget | null): ((value: Value) => Value) | null {
  if (budget === null || !isSized(type)) return null
  const size = sizeOf(type, budget.maxBytes)
  return (value) => {
    budget.spend(size(value))
    return value
  }
}

/** As `counter`, for two operands that are compared: with a constant that takes no longer than the constant is long. */
export const comparisonCounter = (
  left: Expression,
  right: Expression,
  budget: Budget | null,
): ((value: Value) => Value) | null =>
  left.kind === 'literal' || right.kind === 'literal' ? null : counter(left.type, budget)

/** A function that counts a value that was made and gives it back. It throws a BudgetError for one that is too large. */
export function keeper(type: SqlType | null, budget: Budget): (value: Value) => Value {
  const size = sizeOf(type, budget.maxBytes)
  return (value) => {
    budget.keep(CALL_BYTES + size(value))
    return value
  }
}
