/** Type-checking the expressions of a clause over a planned relation, with the clause's wording of errors. */
import { columnScope } from '../../analysis/source-scope.ts'
import { StatementError } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { typecheck } from '../../expressions/typecheck.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { rewrite } from '../../sql/walk.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { formatType } from '../../types/sql-type.ts'
import type { PlanContext, Relation } from '../builder.ts'

/** Replaces names that stand for expressions (synthetic keys). */
function expandMacros(expression: Syntax, { macros }: Relation): Syntax {
  if (macros.size === 0) return expression
  return rewrite(expression, (node) =>
    node.kind === 'columnReference' && node.qualifier === null ? (macros.get(node.name) ?? null) : null,
  )
}

/** `expression`: over layout names. */
export function typed(
  expression: Syntax,
  relation: Relation,
  { functions, metastore, config }: PlanContext,
): Expression {
  const scope = columnScope(relation.columns, functions, metastore)
  const lambdasEnabled = config('ksql.lambdas.enabled') !== 'false'
  return reworded(
    (message) => withCallTexts(message, relation),
    () => typecheck(expandMacros(expression, relation), { ...scope, lambdasEnabled }),
  )
}

/** Names of columns that the planner made, as the calls that the user wrote. */
const withCallTexts = (message: string, { callTexts }: Relation): string =>
  message.replace(/\bKSQL_(?:SYNTH|AGG_VARIABLE|OVER)_\d+\b/g, (name) => callTexts.get(name) ?? name)

/** A condition: must be BOOLEAN. */
export function typedPredicate(
  expression: Syntax,
  clause: 'WHERE' | 'HAVING' | 'FILTER' | 'QUALIFY' | 'JOIN',
  relation: Relation,
  context: PlanContext,
): Expression {
  const predicate = inClause(`Error in ${clause} expression: `, () => typed(expression, relation, context))
  if (predicate.type?.kind === 'BOOLEAN') return predicate
  const type = predicate.type === null ? 'null' : formatType(predicate.type)
  throw new StatementError(
    `Type error in ${clause} expression: Should evaluate to boolean but is ${displayExpression(expression)} (${type}) instead.`,
    { location: expression.location },
  )
}

/** A column of the result: its type must be known. */
export function typedColumn(
  name: string,
  expression: Syntax,
  relation: Relation,
  context: PlanContext,
): NamedExpression {
  const result = inClause('Invalid Select: ', () => typed(expression, relation, context))
  return { name, type: knownType(result, expression), expression: result, text: displayExpression(expression) }
}

export function knownType({ type }: Expression, { location }: Syntax): SqlType {
  if (type !== null) return type
  throw new StatementError(
    "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    { location },
  )
}

/** Runs `check`; a refusal gets `prefix` before its message. */
export const inClause = <Result>(prefix: string, check: () => Result): Result =>
  reworded((message) => prefix + message, check)

function reworded<Result>(reword: (message: string) => string, check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    throw error instanceof StatementError ? error.reworded(reword(error.message)) : error
  }
}
