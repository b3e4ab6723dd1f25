/** Which expressions run within bounds, and what these count. See functions/budget.ts. */
import { type Budget, CALL_BYTES, isSized, sizeOf } from '../functions/budget.ts'
import type { FunctionCost } from '../functions/declaration.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Expression, LikeExpression } from './expression.ts'
import { childrenOf } from './inspect.ts'

/** Parts of this weight together cost no more than writing a few records. */
const MOST_PARTS = 64

/**
 * Whether the expressions, which are evaluated on one row, may together make more than a small multiple of the record, or take long: one
 * calls a function that grows or has a lambda, or there are many parts that may each be as large as the record. All others run without
 * bounds, at no cost.
 */
export function areBounded(expressions: readonly Expression[], functions: FunctionRegistry): boolean {
  let parts = 0
  const left = [...expressions]
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    parts += weightOf(part, functions)
    if (parts > MOST_PARTS) return true
    for (const child of childrenOf(part)) left.push(child)
  }
  return false
}

function weightOf(expression: Expression, functions: FunctionRegistry): number {
  switch (expression.kind) {
    case 'lambda':
      return MAY_GROW
    case 'like':
      return isSlowPattern(expression) ? MAY_GROW : 0
    case 'column':
      return isSized(expression.type) ? 1 : 0
    case 'call':
      return CALL_WEIGHTS[costOf(expression.name, functions)]
    default:
      return 0
  }
}

const MAY_GROW = Number.POSITIVE_INFINITY
const CALL_WEIGHTS: Readonly<Record<FunctionCost, number>> = { constant: 0, linear: 1, search: 8, grows: MAY_GROW }

/** A user-defined function that was written without types may declare none. One that is gone is refused where it is compiled. */
function costOf(name: string, functions: FunctionRegistry): FunctionCost {
  const declaration = functions.find(name)
  return declaration?.kind === 'scalar' ? (declaration.cost ?? 'grows') : 'constant'
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
