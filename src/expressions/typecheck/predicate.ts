/** AND, OR, NOT, IS NULL, IN, LIKE. Source: ksqlDB's ExpressionTypeManager. */

import { messageOf, StatementError } from '../../errors.ts'
import { compileLike } from '../../functions/like.ts'
import type { In, IsNotNull, IsNull, Like, LogicalBinary, Not, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { BOOLEAN } from '../../types/sql-type.ts'
import type { Expression } from '../expression.ts'
import { FALSE_LITERAL } from '../literal.ts'
import { type Checker, refuse, typeText } from './checker.ts'
import { type CommonList, checkList } from './list.ts'

export function checkLogical(node: LogicalBinary, checker: Checker): Expression {
  const left = checkBoolean(node.operator, node.left, checker)
  const right = checkBoolean(node.operator, node.right, checker)
  return { kind: 'logical', type: BOOLEAN, operator: node.operator, left, right }
}

export const checkNot = (node: Not, checker: Checker): Expression => ({
  kind: 'not',
  type: BOOLEAN,
  operand: checkBoolean('NOT', node.operand, checker),
})

function checkBoolean(operator: string, syntax: Syntax, { check }: Checker): Expression {
  const operand = check(syntax)
  if (operand.type?.kind === 'BOOLEAN') return operand
  throw refuse(
    `Error processing expression: ${displayExpression(syntax)}. ${operator} needs BOOLEAN operands, ` +
      `but got ${typeText(operand.type)}.`,
    syntax,
  )
}

export const checkIsNull = (node: IsNull | IsNotNull, { check }: Checker): Expression => ({
  kind: 'isNull',
  type: BOOLEAN,
  negated: node.kind === 'isNotNull',
  operand: check(node.operand),
})

export function checkIn(node: In, checker: Checker): Expression {
  const { type, expressions } = commonTypeOf(node, checker)
  const [operand, ...list] = expressions
  if (type === null || operand === undefined) return { ...FALSE_LITERAL, value: node.negated }
  return { kind: 'in', type: BOOLEAN, negated: node.negated, operand, list }
}

function commonTypeOf(node: In, checker: Checker): CommonList {
  try {
    return checkList([node.operand, ...node.values], checker)
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    throw refuse(`Invalid Predicate: ${error.message}`, node, error)
  }
}

export function checkLike(node: Like, { check }: Checker): Expression {
  const operand = check(node.operand)
  const pattern = check(node.pattern)
  if (node.operand.kind === 'columnReference' && operand.type?.kind !== 'STRING') {
    const type = typeText(operand.type)
    throw refuse(`The column type for Like condition must be VARCHAR. The column type is ${type}`, node)
  }
  if (operand.type?.kind !== 'STRING' || pattern.type?.kind !== 'STRING') {
    throw refuse(`Like condition must be between strings: ${displayExpression(node)}`, node)
  }
  if (pattern.kind === 'literal') checkPattern(node, String(pattern.value))
  return { kind: 'like', type: BOOLEAN, negated: node.negated, operand, pattern, escape: node.escape }
}

/** A pattern that ends in its escape character matches nothing, ever. */
function checkPattern(node: Like, pattern: string): void {
  try {
    compileLike(pattern, node.escape)
  } catch (error) {
    throw refuse(`Error processing expression: ${displayExpression(node)}. ${messageOf(error)}`, node, error)
  }
}
