/** What a pull query may not hold. The wording of ksqlDB follows our own, since clients match on it. */
import type { Location } from '../errors.ts'
import type { Query } from '../sql/ast/query.ts'
import { aggregateCalls, containsAggregate, type IsAggregate } from './aggregates.ts'
import type { AnalyzedSource } from './analysis.ts'
import { refuse } from './errors.ts'
import { flattenRelation } from './sources.ts'

/** A refusal: `ours` for people, then ksqlDB's wording, with its link, for clients that match on it. */
export const pullRefusal = (ours: string, theirs: string): string =>
  `${ours} See docs/sql.md#select.\n${theirs} See https://cnfl.io/queries for more info.`

/** The last line of ksqlDB's refusals of what a push query can do. */
export const PUSH_ADVICE = '\nAdd EMIT CHANGES if you intended to issue a push query.'

/** Checks `query`, which reads `sources`. Throws StatementError. */
export function checkPullQuery(query: Query, sources: readonly AnalyzedSource[], isAggregate: IsAggregate): void {
  const clause = forbiddenClause(query)
  if (clause !== null) {
    refuseClause(`Without EMIT CHANGES a query reads what is there, and cannot have ${clause.name}.`, clause)
  }
  const isStream = sources.every(({ source }) => source.kind === 'STREAM')
  const wildcard = query.items.find(({ kind }) => kind === 'allColumns')
  if (!isStream && query.items.length > 1 && wildcard !== undefined) {
    const ours = 'In a pull query over a table, * stands alone. Name the columns to select more.'
    const theirs = 'Pull queries only support wildcards in the projects if they are the only expression.'
    refuse(pullRefusal(ours, theirs) + PUSH_ADVICE, wildcard.location)
  }
  refuseAggregates(query, isAggregate)
}

/** Checks a pull query that is computed over the rows of its sources. `isStream`: whether the source with that name is a stream. Throws StatementError. */
export function checkSnapshotQuery(query: Query, isStream: (name: string) => boolean, isAggregate: IsAggregate): void {
  const { from, partitionBy, items, having } = query
  if (partitionBy !== null) {
    const clause = { name: 'PARTITION BY', location: partitionBy.location }
    refuseClause('PARTITION BY places the rows of a continuous query. Add EMIT CHANGES, or leave it out.', clause)
  }
  const { sources, joins } = flattenRelation(from)
  const stream = sources.find((source) => source.kind === 'source' && isStream(source.name))
  if (joins.length > 0 && stream !== undefined) {
    const clause = { name: 'JOIN', location: stream.location }
    refuseClause('Streams are joined while they run. Add EMIT CHANGES, or join tables.', clause)
  }
  const clause = groupingClause(query)
  const selects = items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : []))
  const results = having === null ? selects : [...selects, having]
  if (clause === null || results.some((expression) => containsAggregate(expression, isAggregate))) return
  refuseClause(`${clause.name} is for aggregates, such as COUNT(*), and the query has none.`, clause)
}

interface Clause {
  readonly name: string
  readonly location: Location | undefined
}

function refuseClause(ours: string, { name, location }: Clause): never {
  refuse(pullRefusal(ours, `Pull queries don't support ${name} clauses.`) + PUSH_ADVICE, location)
}

function refuseAggregates({ items, from }: Query, isAggregate: IsAggregate): void {
  const [call] = items.flatMap((item) =>
    item.kind === 'singleColumn' ? aggregateCalls(item.expression, isAggregate) : [],
  )
  if (call === undefined) return
  const source = from.kind === 'source' ? from.name : '...'
  const ours =
    'A pull query cannot aggregate. Make a table that does, and read from it: ' +
    `CREATE TABLE totals AS SELECT 'all' AS k, ${call.name}(...) AS n FROM ${source} GROUP BY 'all';`
  refuse(pullRefusal(ours, "Pull queries don't support aggregate functions.") + PUSH_ADVICE, call.location)
}

function forbiddenClause(query: Query): Clause | null {
  if (query.from.kind === 'join') return { name: 'JOIN', location: query.from.location }
  if (query.partitionBy !== null) return { name: 'PARTITION BY', location: query.partitionBy.location }
  return groupingClause(query)
}

/** The first clause about groups. */
function groupingClause({ window, groupBy, having }: Query): Clause | null {
  if (window !== null) return { name: 'WINDOW', location: window.location }
  if (groupBy !== null) return { name: 'GROUP BY', location: groupBy.location }
  return having === null ? null : { name: 'HAVING', location: having.location }
}
