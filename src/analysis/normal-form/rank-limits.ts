/**
 * First rows of a group. `SELECT ... FROM (SELECT ..., ROW_NUMBER() OVER (...) AS n FROM t) WHERE n <= 3` looks at no more than three rows of a group: the
 * condition on the rank is put beside the rank as QUALIFY, where it bounds what is computed and kept.
 */
import type { Comparison, Derived, Expression, FunctionCall, Query, Relation, SelectItem } from '../../sql/ast/query.ts'
import { allOf, conjuncts } from '../../sql/walk.ts'

/** Adds QUALIFY to queries in FROM of which the query around wants the first rows only. Its own condition stays. */
export const withRankLimits = (query: Query): Query => inSelect(query, new Map())

/** What a query has become, so that one that stands at two places stays one. */
type Done = Map<Query, Query>

function inSelect(query: Query, done: Done): Query {
  const known = done.get(query)
  if (known !== undefined) return known
  const { where, from } = query
  const conditions = where === null ? [] : conjuncts(where)
  const result = { ...query, from: inRelation(from, conditions, done) }
  done.set(query, result)
  return result
}

function inRelation(relation: Relation, conditions: readonly Expression[], done: Done): Relation {
  if (relation.kind === 'derived') return inDerived(relation, conditions, done)
  if (relation.kind === 'source') return relation
  const right = inRelation(relation.right, [], done) as typeof relation.right
  return { ...relation, left: inRelation(relation.left, [], done), right }
}

function inDerived(derived: Derived, conditions: readonly Expression[], done: Done): Derived {
  const { query } = derived
  if (query.kind !== 'select') return derived
  const inner = inSelect(query, done)
  const limits = conditions.flatMap((condition) => rankLimit(condition, inner, derived.alias))
  const qualify = allOf(limits)
  if (qualify === null || inner.qualify !== undefined) return { ...derived, query: inner }
  return { ...derived, query: { ...inner, qualify } }
}

/** The condition on the call that the column of the query stands for, if it is a ranking. */
function rankLimit(condition: Expression, { items }: Query, alias: string | null): Expression[] {
  const limit = rankCondition(condition)
  if (limit === null || (limit.column.qualifier ?? alias) !== alias) return []
  const call = items.flatMap((item) => rankingNamed(item, limit.column.name) ?? [])[0]
  return call === undefined ? [] : [{ ...limit.condition, left: call }]
}

/** `column <= n`, `column < n` or `column = n`, in either direction. */
function rankCondition(expression: Expression): {
  readonly condition: Comparison
  readonly column: Extract<Expression, { kind: 'columnReference' }>
} | null {
  if (expression.kind !== 'comparison') return null
  const condition = oriented(expression)
  const { left, operator, right } = condition
  if (left.kind !== 'columnReference' || right.kind !== 'integerLiteral') return null
  return operator === '<=' || operator === '<' || operator === '=' ? { condition, column: left } : null
}

const MIRRORED: Readonly<Record<string, Comparison['operator']>> = {
  '>=': '<=',
  '>': '<',
  '=': '=',
  '<=': '>=',
  '<': '>',
}

/** With a literal on the right, if one side is one. */
export function oriented(comparison: Comparison): Comparison {
  const mirrored = MIRRORED[comparison.operator]
  if (comparison.left.kind !== 'integerLiteral' || mirrored === undefined) return comparison
  return { ...comparison, operator: mirrored, left: comparison.right, right: comparison.left }
}

function rankingNamed(item: SelectItem, name: string): FunctionCall | null {
  if (item.kind !== 'singleColumn' || item.alias !== name || item.expression.kind !== 'functionCall') return null
  return isRanking(item.expression) ? item.expression : null
}

const RANKINGS: ReadonlySet<string> = new Set(['ROW_NUMBER', 'RANK', 'DENSE_RANK'])

const isRanking = ({ name, over }: FunctionCall): boolean => over !== undefined && RANKINGS.has(name)
