/** `+ - * / %` and signs: result types, with both operands brought to one type. Source: ksqlDB's SqlBaseType and DecimalUtil. */
import type { StatementError } from '../../errors.ts'
import type { ArithmeticBinary, ArithmeticOperator, ArithmeticUnary } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { asDecimalType, commonType } from '../../types/convertible.ts'
import { decimalResultType } from '../../types/decimal-arithmetic.ts'
import { type DecimalType, isNumeric, type SqlType, STRING } from '../../types/sql-type.ts'
import { coerce } from '../coerce.ts'
import type { Expression } from '../expression.ts'
import { literalOf, literalValue } from '../literal.ts'
import { negateValue } from '../negate.ts'
import { type Checker, refuse, typeText } from './checker.ts'

interface Operands {
  readonly result: SqlType
  readonly left: SqlType
  readonly right: SqlType
}

export function checkArithmetic(node: ArithmeticBinary, { check }: Checker): Expression {
  const left = check(node.left)
  const right = check(node.right)
  const types = operandTypes(node, left.type, right.type)
  return {
    kind: 'arithmetic',
    type: types.result,
    operator: node.operator,
    left: coerce(left, types.left),
    right: coerce(right, types.right),
  }
}

function operandTypes(node: ArithmeticBinary, left: SqlType | null, right: SqlType | null): Operands {
  const failure = (reason: string): StatementError =>
    refuse(`Error processing expression: ${displayExpression(node)}. ${reason}`, node)
  if (left === null || right === null) {
    throw failure(`Arithmetic on types ${typeText(left)} and ${typeText(right)} are not supported.`)
  }
  if (isNumeric(left) && isNumeric(right)) return numericOperands(node.operator, left, right)
  if (left.kind === 'STRING' && right.kind === 'STRING' && node.operator === '+') {
    return { result: STRING, left: STRING, right: STRING }
  }
  throw failure(`Unsupported arithmetic types. ${left.kind} ${right.kind}`)
}

function numericOperands(operator: ArithmeticOperator, left: SqlType, right: SqlType): Operands {
  const leftDecimal = asDecimalType(left)
  const rightDecimal = asDecimalType(right)
  if (leftDecimal !== null && rightDecimal !== null && (left.kind === 'DECIMAL' || right.kind === 'DECIMAL')) {
    return decimalOperands(operator, leftDecimal, rightDecimal)
  }
  const common = commonType(left, right)!
  return { result: common, left: common, right: common }
}

const decimalOperands = (operator: ArithmeticOperator, left: DecimalType, right: DecimalType): Operands => ({
  result: decimalResultType(operator, left, right),
  left,
  right,
})

export function checkSign(node: ArithmeticUnary, { check }: Checker): Expression {
  const operand = check(node.operand)
  const { type } = operand
  if (type === null || !isNumeric(type)) {
    throw refuse(
      `Error processing expression: ${displayExpression(node)}. A sign needs a number, but got ${typeText(type)}.`,
      node,
    )
  }
  if (node.operator === '+') return operand
  const folded = operand.kind === 'literal' ? literalOf(type, negateValue(type)(literalValue(operand))) : null
  return folded ?? { kind: 'negate', type, operand }
}
