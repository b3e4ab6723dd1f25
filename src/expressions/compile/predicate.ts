/** AND, OR, NOT, IS NULL, IN, LIKE. AND, OR and NOT take NULL as SQL's third truth value, unknown. */
import type { Budget } from '../../functions/budget.ts'
import { compileLike } from '../../functions/like.ts'
import { equality, hashKey } from '../../types/compare.ts'
import { type SqlType, STRING } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { counter } from '../bounds.ts'
import type {
  Expression,
  InExpression,
  IsNullExpression,
  LikeExpression,
  LogicalExpression,
  NotExpression,
} from '../expression.ts'
import { literalValue } from '../literal.ts'
import { type Compiler, counted, type Evaluator } from './compiler.ts'
import { nullText } from './nulls.ts'

export function compileLogical(expression: LogicalExpression, { compile }: Compiler): Evaluator {
  const left = compile(expression.left)
  const right = compile(expression.right)
  const decided = expression.operator === 'OR'
  return (row) => {
    const a = left(row)
    if (a === decided) return decided
    const b = right(row)
    return a === null && b !== decided ? null : b
  }
}

export function compileNot({ operand }: NotExpression, { compile }: Compiler): Evaluator {
  const evaluate = compile(operand)
  return (row) => {
    const value = evaluate(row)
    return value === null ? null : !value
  }
}

export function compileIsNull({ operand, negated }: IsNullExpression, { compile }: Compiler): Evaluator {
  const evaluate = compile(operand)
  return (row) => (evaluate(row) === null) !== negated
}

export function compileIn(expression: InExpression, { compile, context }: Compiler): Evaluator {
  const { negated } = expression
  const operand = counted(compile(expression.operand), counter(expression.operand.type, context.budget))
  const contains = listTest(expression.list, expression.operand.type!, compile)
  return (row) => {
    const value = operand(row)
    return (value !== null && contains(value, row)) !== negated
  }
}

type ListTest = (value: Value, row: Value[]) => boolean

/** Literals are looked up in a set that is made once; the others are compared one after the other. */
function listTest(list: readonly Expression[], type: SqlType, compile: Compiler['compile']): ListTest {
  const literals = list.filter((item) => item.kind === 'literal')
  const others = list.filter((item) => item.kind !== 'literal').map(compile)
  const inLiterals = literalTest(
    literals.map(literalValue).filter((value) => value !== null),
    type,
  )
  if (others.length === 0) return inLiterals
  const equals = equality(type)
  return (value, row) => {
    if (inLiterals(value, row)) return true
    for (const other of others) {
      const candidate = other(row)
      if (candidate !== null && equals(value, candidate)) return true
    }
    return false
  }
}

function literalTest(values: readonly Value[], type: SqlType): ListTest {
  const keyOf = hashKey(type)
  const keys = new Set(values.map(keyOf))
  return keys.size === 0 ? () => false : (value) => keys.has(keyOf(value))
}

export function compileLikeExpression(expression: LikeExpression, { compile, context }: Compiler): Evaluator {
  const { negated } = expression
  const operand = counted(compile(expression.operand), counter(STRING, context.budget))
  const matches = likeTest(expression, compile, context.budget)
  return (row) => {
    const value = operand(row)
    if (value === null) nullText()
    return matches(value as string, row) !== negated
  }
}

type LikeTest = (text: string, row: Value[]) => boolean

function likeTest(
  { pattern, escape: escapeCharacter }: LikeExpression,
  compile: Compiler['compile'],
  budget: Budget | null,
): LikeTest {
  if (pattern.kind === 'literal' && pattern.value !== null) {
    return compileLike(String(pattern.value), escapeCharacter, budget)
  }
  const evaluate = compile(pattern)
  const matches = changingLike(escapeCharacter, budget)
  return (text, row) => matches(text, evaluate(row) as string | null)
}

/** A test against a pattern that is not known before; it is compiled when it changes. */
export function changingLike(
  escapeCharacter: string | null,
  budget: Budget | null,
): (text: string, pattern: string | null) => boolean {
  let last: string | null = null
  let matches: (text: string) => boolean = () => false
  return (text, pattern) => {
    if (pattern === null) nullText()
    if (pattern !== last) {
      budget?.spend(pattern.length)
      matches = compileLike(pattern, escapeCharacter, budget)
      last = pattern
    }
    return matches(text)
  }
}
