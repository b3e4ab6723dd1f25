/** Comparisons and BETWEEN: which types compare, and what has to be converted first. Source: ksqlDB's ComparisonUtil. */
import { messageOf, StatementError } from '../../errors.ts'
import type { Between, Comparison, ComparisonOperator, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { asDecimalType, commonType } from '../../types/convertible.ts'
import { Decimal } from '../../types/decimal.ts'
import { BIGINT, BOOLEAN, DOUBLE, equalTypes, isNumeric, type SqlType, TIMESTAMP } from '../../types/sql-type.ts'
import { parseTimestamp } from '../../types/time-text.ts'
import { coerce } from '../coerce.ts'
import type { Expression } from '../expression.ts'
import { literalValue } from '../literal.ts'
import { type Checker, refuse, typeText } from './checker.ts'

/** Both sides of a comparison, ready to be compared. */
interface Sides {
  readonly left: Expression
  readonly right: Expression
}

const OPERATOR_NAMES: { readonly [Operator in ComparisonOperator]: string } = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'IS DISTINCT FROM': 'IS_DISTINCT_FROM',
  'IS NOT DISTINCT FROM': 'IS_NOT_DISTINCT_FROM',
}

export function checkComparison(node: Comparison, { check }: Checker): Expression {
  const sides = compared(node, check(node.left), check(node.right))
  return { kind: 'comparison', type: BOOLEAN, operator: node.operator, ...sides }
}

/** BETWEEN is two comparisons; it stays one node, so that its operand is computed once, unless the two need different conversions. */
export function checkBetween(node: Between, { check }: Checker): Expression {
  const operand = check(node.operand)
  const { location } = node
  const at = location === undefined ? {} : { location }
  const lowSyntax: Comparison = { kind: 'comparison', operator: '>=', left: node.operand, right: node.low, ...at }
  const highSyntax: Comparison = { kind: 'comparison', operator: '<=', left: node.operand, right: node.high, ...at }
  const low = bound(lowSyntax, operand, check(node.low))
  const high = bound(highSyntax, operand, check(node.high))
  if (low.left.kind === high.left.kind && equalTypes(low.left.type!, high.left.type!)) {
    const { negated } = node
    return { kind: 'between', type: BOOLEAN, negated, operand: low.left, low: low.right, high: high.right }
  }
  const both: Expression = {
    kind: 'logical',
    type: BOOLEAN,
    operator: 'AND',
    left: { kind: 'comparison', type: BOOLEAN, operator: '>=', ...low },
    right: { kind: 'comparison', type: BOOLEAN, operator: '<=', ...high },
  }
  return node.negated ? { kind: 'not', type: BOOLEAN, operand: both } : both
}

/** The dialect names a bound that cannot be compared an invalid expression. */
function bound(node: Comparison, left: Expression, right: Expression): Sides {
  try {
    return compared(node, left, right)
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    throw error.reworded(`Invalid expression: ${error.message}`).at(node.location)
  }
}

function compared(node: Comparison, left: Expression, right: Expression): Sides {
  const sides = withTimeTexts(node, left, right)
  const { type: leftType } = sides.left
  const { type: rightType } = sides.right
  if (leftType === null || rightType === null) {
    throw refuse(
      `Comparison with NULL not supported: ${nullOr(leftType)} ${node.operator} ${nullOr(rightType)}\n` +
        "Use 'IS NULL' or 'IS NOT NULL' instead.",
      node,
    )
  }
  const aligned = aligner(node.operator, leftType, rightType)
  if (aligned !== null) return converted(node, () => aligned(sides))
  throw new StatementError(
    `Cannot compare ${displayExpression(node.left)} (${typeText(leftType)}) to ${displayExpression(node.right)} ` +
      `(${typeText(rightType)}) with ${OPERATOR_NAMES[node.operator]}.`,
    { location: node.location, hint: literalHint(node, leftType, rightType) },
  )
}

/** A number in quotes, or a text without them, is the usual slip. */
function literalHint({ left, right }: Comparison, leftType: SqlType, rightType: SqlType): string | undefined {
  return unquoteHint(right, leftType) ?? unquoteHint(left, rightType)
}

function unquoteHint(literal: Syntax, other: SqlType): string | undefined {
  switch (literal.kind) {
    case 'stringLiteral': {
      const isNumber = isNumeric(other) && /^-?\d+(\.\d+)?$/.test(literal.value)
      const isBoolean = other.kind === 'BOOLEAN' && /^(true|false)$/i.test(literal.value)
      return isNumber || isBoolean ? `write ${literal.value} without quotes` : undefined
    }
    case 'integerLiteral':
    case 'bigintLiteral':
    case 'decimalLiteral':
      return other.kind === 'STRING' ? `write '${displayExpression(literal)}' in quotes` : undefined
    default:
      return undefined
  }
}

const nullOr = (type: SqlType | null): string => (type === null ? 'NULL' : typeText(type))

/** A literal that cannot be converted makes the comparison pointless for every record: the statement is refused. */
function converted(node: Syntax, convert: () => Sides): Sides {
  try {
    return convert()
  } catch (error) {
    throw refuse(`Error processing expression: ${displayExpression(node)}. ${messageOf(error)}`, node, error)
  }
}

/** System columns that hold a time; in a join their names carry the source's alias. */
const TIME_COLUMN = /(?:^|_)(?:ROWTIME|WINDOWSTART|WINDOWEND)$/

/** A text literal beside ROWTIME, WINDOWSTART or WINDOWEND is a time: it becomes epoch ms. */
function withTimeTexts(node: Syntax, left: Expression, right: Expression): Sides {
  return converted(node, () => ({ left: timeText(left, right), right: timeText(right, left) }))
}

function timeText(expression: Expression, other: Expression): Expression {
  if (other.kind !== 'column' || other.type.kind !== 'BIGINT' || !TIME_COLUMN.test(other.name)) return expression
  if (expression.kind !== 'literal' || expression.type?.kind !== 'STRING') return expression
  return { kind: 'literal', type: BIGINT, value: parseTimestamp(String(expression.value)) }
}

type Align = (sides: Sides) => Sides

/** How two types are made comparable; null where they cannot be compared by `operator`. */
function aligner(operator: ComparisonOperator, left: SqlType, right: SqlType): Align | null {
  if (isNumeric(left) && isNumeric(right)) return alignNumbers
  const target = comparedAs(left, right)
  if (target === null || (!isOrdered(target) && isOrder(operator))) return null
  return (sides) => ({ left: coerce(sides.left, target), right: coerce(sides.right, target) })
}

function comparedAs(left: SqlType, right: SqlType): SqlType | null {
  if (left.kind === right.kind) return commonType(left, right)
  if (left.kind === 'STRING') return isTime(right) ? right : null
  if (right.kind === 'STRING') return isTime(left) ? left : null
  const days = left.kind === 'DATE' || right.kind === 'DATE'
  return days && (left.kind === 'TIMESTAMP' || right.kind === 'TIMESTAMP') ? TIMESTAMP : null
}

const isTime = ({ kind }: SqlType): boolean => kind === 'TIME' || kind === 'DATE' || kind === 'TIMESTAMP'
const isOrdered = ({ kind }: SqlType): boolean =>
  kind !== 'BOOLEAN' && kind !== 'ARRAY' && kind !== 'MAP' && kind !== 'STRUCT'
const isOrder = (operator: ComparisonOperator): boolean =>
  operator === '<' || operator === '<=' || operator === '>' || operator === '>='

/**
 * Integers compare with doubles as they are, but a BIGINT of more than 53 bits is rounded first, as Java does. A DECIMAL compares with
 * integers as a DECIMAL and with doubles by exact value. A literal takes the other side's representation where that loses nothing.
 */
function alignNumbers({ left, right }: Sides): Sides {
  return { left: alignNumber(left, right), right: alignNumber(right, left) }
}

function alignNumber(expression: Expression, other: Expression): Expression {
  const type = expression.type!
  const otherType = other.type!
  if (type.kind === 'DECIMAL' && otherType.kind !== 'DECIMAL') return asPlainNumber(expression)
  if (otherType.kind === 'DECIMAL' && !isPlainNumber(other)) {
    const decimalType = asDecimalType(type)
    return decimalType === null ? expression : coerce(expression, decimalType)
  }
  return type.kind === 'BIGINT' && otherType.kind === 'DOUBLE' ? coerce(expression, DOUBLE) : expression
}

/** A DECIMAL literal as DOUBLE if that prints the same, since then all comparisons with doubles and integers come out the same. */
function asPlainNumber(expression: Expression): Expression {
  return isPlainNumber(expression) ? coerce(expression, DOUBLE) : expression
}

function isPlainNumber(expression: Expression): boolean {
  if (expression.kind !== 'literal' || expression.type?.kind !== 'DECIMAL') return false
  const value = literalValue(expression) as Decimal
  const number = value.toNumber()
  return Math.abs(number) <= Number.MAX_SAFE_INTEGER && Decimal.fromNumber(number).equals(value)
}
