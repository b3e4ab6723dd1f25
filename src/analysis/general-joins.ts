/**
 * Joins beyond ksqlDB's: of what queries in FROM give, on several columns, on other conditions than equality, and of streams whose rows are kept for a
 * time. They give changes: the result is that of SQL on the rows so far.
 */
import type { Expression, Join } from '../sql/ast/query.ts'
import { allOf, conjuncts, equalExpressions, walk } from '../sql/walk.ts'
import type { AnalyzedJoin, AnalyzedSource, GeneralJoin } from './analysis.ts'
import { asofParts, checkAsofJoin } from './asof-joins.ts'
import { resolveNames } from './resolve-names.ts'

/** What stands on the left of a join. */
export interface LeftSide {
  readonly isTable: boolean
  /** Whether it is the result of a query in FROM, or of such a join. */
  readonly isComposed: boolean
}

/** Whether the join is one of these, as that with a query in an expression always is. What ksqlDB refuses with a message of its own stays refused. */
export function isGeneralJoin(join: Join, left: LeftSide, right: AnalyzedSource, ttlMs: number | null): boolean {
  if (join.type === 'SEMI' || join.type === 'ANTI' || right.isHidden === true || join.asof === true) return true
  if (join.within !== null) return false
  const rightIsTable = right.source.kind === 'TABLE'
  const isComposed = left.isComposed || right.source.isQuery === true
  if (!left.isTable && !rightIsTable) return ttlMs !== null
  if (left.isTable && !rightIsTable) return isComposed && ttlMs !== null
  const conditions = conjuncts(join.criteria)
  const isOneEquality = conditions.every(
    (one) => one.kind === 'comparison' && one.operator === '=' && equalExpressions(one, conditions[0]!),
  )
  if (!isOneEquality) return true
  return left.isTable ? isComposed : right.source.isQuery === true && !isOnKey(join, right)
}

/** Whether a stream looks a row of the table up by its key, as it does in ksqlDB. */
function isOnKey({ criteria }: Join, { alias, source: { schema } }: AnalyzedSource): boolean {
  if (criteria.kind !== 'comparison' || schema.key.length !== 1) return false
  return [criteria.left, criteria.right].some(
    (side) =>
      side.kind === 'columnReference' && side.name === schema.key[0]!.name && (side.qualifier ?? alias) === alias,
  )
}

export function analyzeGeneralJoin(
  join: Join,
  sources: readonly AnalyzedSource[],
  right: number,
  ttlMs: number | null,
): AnalyzedJoin {
  const { alias } = sources[right]!
  const conditions = conjuncts(
    resolveNames(join.criteria, 'JOIN ON', { sources: sources.slice(0, right + 1), own: new Set() }),
  )
  const equations = conditions.map((condition) => equationOf(condition, alias))
  const residual = conditions.filter((condition, i) => equations[i] === null && !isTrue(condition))
  const general: GeneralJoin = {
    equations: equations.filter((equation) => equation !== null),
    ttlMs,
    ...(join.asof === true
      ? { residual: null, asof: asofParts(join, residual, (expression) => sideOf(expression, alias)) }
      : { residual: allOf(residual) }),
  }
  if (join.asof === true) checkAsofJoin(join, general, sources.slice(0, right + 1))
  return {
    type: join.type,
    right,
    leftExpression: NOTHING,
    rightExpression: NOTHING,
    leftText: '',
    rightText: '',
    leftAlias: sources[0]!.alias,
    window: null,
    key: { kind: 'columns', columns: [] },
    general,
  }
}

/** A query in an expression without a condition on the query around it is joined on `true`. */
const isTrue = (condition: Expression): boolean => condition.kind === 'booleanLiteral' && condition.value

const NOTHING: Expression = { kind: 'nullLiteral' }

/** Two expressions that must be equal, the first over sources on the left and the second over the one on the right; null: the condition is no such. */
function equationOf(condition: Expression, alias: string): GeneralJoin['equations'][number] | null {
  if (condition.kind !== 'comparison' || condition.operator !== '=') return null
  const [first, second] = [sideOf(condition.left, alias), sideOf(condition.right, alias)]
  if (first === 'left' && second === 'right') return { left: condition.left, right: condition.right }
  if (first === 'right' && second === 'left') return { left: condition.right, right: condition.left }
  return null
}

function sideOf(expression: Expression, alias: string): 'left' | 'right' | null {
  const sides = new Set<'left' | 'right'>()
  walk(expression, (node) => {
    if (node.kind === 'columnReference') sides.add(node.qualifier === alias ? 'right' : 'left')
    return true
  })
  return sides.size === 1 ? [...sides][0]! : null
}
