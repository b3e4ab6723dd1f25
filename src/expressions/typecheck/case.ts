/** Searched CASE: conditions are BOOLEAN, all results of one type; nothing is converted. Source: ksqlDB's ExpressionTypeManager. */
import type { SearchedCase, Expression as Syntax, WhenClause } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { equalTypes, type SqlType } from '../../types/sql-type.ts'
import { coerce } from '../coerce.ts'
import type { CaseExpression, Expression } from '../expression.ts'
import { type Checker, refuse, typeText } from './checker.ts'

type When = CaseExpression['whens'][number]

export function checkCase(node: SearchedCase, checker: Checker): Expression {
  const { whens, type: whenType } = checkWhens(node.whens, checker)
  const otherwise = node.otherwise === null ? null : checker.check(node.otherwise)
  const type = whenType ?? otherwise?.type ?? null
  if (type === null) throw refuse('Invalid Case expression. All case branches have NULL type', node)
  if (otherwise !== null && otherwise.type !== null && !equalTypes(type, otherwise.type)) {
    throw refuse(
      "Invalid Case expression. Type for the default clause should be the same as for 'THEN' clauses.\n" +
        `THEN type: ${typeText(type)}.\nDEFAULT type: ${typeText(otherwise.type)}.`,
      node,
    )
  }
  return {
    kind: 'case',
    type,
    whens: whens.map(({ condition, result }) => ({ condition, result: coerce(result, type) })),
    otherwise: otherwise === null ? null : coerce(otherwise, type),
  }
}

/** The clauses, and the type of their results: null if all are NULL. */
function checkWhens(clauses: readonly WhenClause[], checker: Checker): { whens: When[]; type: SqlType | null } {
  let type: SqlType | null = null
  const whens: When[] = []
  for (const clause of clauses) {
    const condition = checkCondition(clause.condition, checker)
    const result = checker.check(clause.result)
    if (type !== null && result.type !== null && !equalTypes(type, result.type)) {
      throw refuse(
        "Invalid Case expression. Type for all 'THEN' clauses should be the same.\n" +
          `THEN expression '${displayWhen(clause)}' has type: ${typeText(result.type)}.\n` +
          `Previous THEN expression(s) type: ${typeText(type)}.`,
        clause.result,
      )
    }
    type ??= result.type
    whens.push({ condition, result })
  }
  return { whens, type }
}

const displayWhen = ({ condition, result }: WhenClause): string =>
  `WHEN ${displayExpression(condition)} THEN ${displayExpression(result)}`

function checkCondition(syntax: Syntax, { check }: Checker): Expression {
  const condition = check(syntax)
  if (condition.type?.kind === 'BOOLEAN') return condition
  throw refuse(
    `WHEN operand type should be boolean.\nType for '${displayExpression(syntax)}' is ${typeText(condition.type)}`,
    syntax,
  )
}
