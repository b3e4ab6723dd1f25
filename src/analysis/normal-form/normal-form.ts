/**
 * A query as it is planned: without WITH, and with a plain SELECT around what only a query in FROM can be. `SELECT DISTINCT a FROM b` is
 * `SELECT * FROM (SELECT DISTINCT a FROM b)`. Queries in expressions have become joins.
 */
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { Expression, Query, SelectItem } from '../../sql/ast/query.ts'
import { aggregateTest } from '../aggregates.ts'
import { overCalls } from '../over-functions.ts'
import { inlineCommonTables } from './common-tables.ts'
import { withFirstRows } from './first-rows.ts'
import { withRankLimits } from './rank-limits.ts'
import { withJoinedSubqueries } from './subqueries.ts'

/** Throws StatementError for what has no such form. */
export function normalForm(query: Query, functions: FunctionRegistry): Query {
  const inlined = withFirstRows(inlineCommonTables(query))
  const joined = withJoinedSubqueries(inlined, aggregateTest(functions))
  return withRankLimits(needsWrapping(joined) ? wrapped(joined) : joined)
}

const needsWrapping = ({ distinct, qualify, items }: Query): boolean =>
  distinct === true ||
  qualify !== undefined ||
  items.some((item) => item.kind === 'singleColumn' && hasOver(item.expression))

const hasOver = (expression: Expression): boolean => overCalls(expression).length > 0

/** The columns of the query in the order in which it selects them, which `*` would give behind its key; null: they have no names here. */
function namedItems(items: readonly SelectItem[]): SelectItem[] | null {
  const names = items.map((item) =>
    item.kind !== 'singleColumn'
      ? null
      : (item.alias ?? (item.expression.kind === 'columnReference' ? item.expression.name : null)),
  )
  if (names.includes(null) || new Set(names).size < names.length) return null
  return names.map((name) => ({
    kind: 'singleColumn',
    expression: { kind: 'columnReference', qualifier: null, name: name! },
    alias: null,
  }))
}

/** Clauses about how results leave stay outside. */
function wrapped(query: Query): Query {
  const { emit, emitLocation, limit, limitLocation, ...inner } = query
  return {
    kind: 'select',
    items: namedItems(inner.items) ?? [{ kind: 'allColumns', qualifier: null }],
    from: { kind: 'derived', query: { ...inner, emit: emit === 'FINAL' ? emit : null, limit: null }, alias: null },
    window: null,
    where: null,
    groupBy: null,
    partitionBy: null,
    having: null,
    emit: emit === 'FINAL' ? null : emit,
    ...(emitLocation && { emitLocation }),
    limit,
    ...(limitLocation && { limitLocation }),
    ...(query.location && { location: query.location }),
  }
}
