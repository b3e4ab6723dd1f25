/** Comparisons: two-valued, FALSE where an operand is NULL, but for IS [NOT] DISTINCT FROM. Source: ksqlDB's SqlToJavaVisitor. */
import { equality, mixedComparator } from '../../types/compare.ts'
import { isNumeric, type SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { comparisonCounter, counter } from '../bounds.ts'
import type { BetweenExpression, ComparisonExpression, ComparisonOperator, Expression } from '../expression.ts'
import { type Compiler, counted, type Evaluator } from './compiler.ts'

/** Holds for two values that are not NULL. */
export type Relation = (left: Value, right: Value) => boolean

type OrderOperator = Exclude<ComparisonOperator, 'IS DISTINCT FROM' | 'IS NOT DISTINCT FROM'>

/** Numbers as JavaScript has them (NaN compares as in Java: false, but for `<>`), text by UTF-16 code units, BOOLEAN. */
const PLAIN: { readonly [Operator in OrderOperator]: (left: number, right: number) => boolean } = {
  '=': (left, right) => left === right,
  '<>': (left, right) => left !== right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

const BY_ORDER: { readonly [Operator in OrderOperator]: (order: number) => boolean } = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

/** Whether JavaScript's own comparison of values of these types is the dialect's. */
export function comparesPlainly(left: SqlType, right: SqlType): boolean {
  return [left, right].every(
    ({ kind }) => kind !== 'DECIMAL' && kind !== 'BYTES' && kind !== 'ARRAY' && kind !== 'MAP' && kind !== 'STRUCT',
  )
}

/** The part of an operator that is about values that are not NULL. */
export const plainOperator = (operator: ComparisonOperator): OrderOperator =>
  operator === 'IS DISTINCT FROM' ? '<>' : operator === 'IS NOT DISTINCT FROM' ? '=' : operator

export function relation(operator: ComparisonOperator, left: SqlType, right: SqlType): Relation {
  const plain = plainOperator(operator)
  if (comparesPlainly(left, right)) return PLAIN[plain] as Relation
  if (!isNumeric(left) && left.kind !== 'BYTES') {
    const equals = equality(left)
    return plain === '=' ? equals : (a, b) => !equals(a, b)
  }
  const compare = mixedComparator(left, right)
  if (compare === null) throw new Error(`${left.kind} does not compare with ${right.kind}`)
  const holds = BY_ORDER[plain]
  return (a, b) => holds(compare(a, b))
}

const relationOf = (operator: ComparisonOperator, left: Expression, right: Expression): Relation =>
  relation(operator, left.type!, right.type!)

export function compileComparison(expression: ComparisonExpression, { compile, context }: Compiler): Evaluator {
  const count = comparisonCounter(expression.left, expression.right, context.budget)
  const left = counted(compile(expression.left), count)
  const right = compile(expression.right)
  const holds = relationOf(expression.operator, expression.left, expression.right)
  switch (expression.operator) {
    case 'IS DISTINCT FROM':
      return distinct(left, right, holds, true)
    case 'IS NOT DISTINCT FROM':
      return distinct(left, right, holds, false)
    default:
      return (row) => {
        const a = left(row)
        if (a === null) return false
        const b = right(row)
        return b !== null && holds(a, b)
      }
  }
}

function distinct(left: Evaluator, right: Evaluator, holds: Relation, differs: boolean): Evaluator {
  return (row) => {
    const a = left(row)
    const b = right(row)
    return a === null || b === null ? (a === b) !== differs : holds(a, b)
  }
}

export function compileBetween(expression: BetweenExpression, { compile, context }: Compiler): Evaluator {
  const operand = counted(compile(expression.operand), counter(expression.operand.type, context.budget))
  const low = compile(expression.low)
  const high = compile(expression.high)
  const notBelow = relationOf('>=', expression.operand, expression.low)
  const notAbove = relationOf('<=', expression.operand, expression.high)
  const { negated } = expression
  return (row) => {
    const value = operand(row)
    if (value === null) return negated
    const from = low(row)
    if (from === null || !notBelow(value, from)) return negated
    const to = high(row)
    return (to !== null && notAbove(value, to)) !== negated
  }
}
