/** What a pull query may not hold. The wording of ksqlDB follows our own, since clients match on it. */
import type { Location, StatementError } from '../errors.ts'
import type { Query } from '../sql/ast.ts'
import { aggregateCalls, type IsAggregate } from './aggregates.ts'
import type { AnalyzedSource } from './analysis.ts'
import { refuse } from './errors.ts'

/** A refusal: `ours` for people, then ksqlDB's wording, with its link, for clients that match on it. */
export const pullRefusal = (ours: string, theirs: string): string =>
  `${ours} See docs/sql.md#select.\n${theirs} See https://cnfl.io/queries for more info.`

/** The last line of ksqlDB's refusals of what a push query can do. */
export const PUSH_ADVICE = '\nAdd EMIT CHANGES if you intended to issue a push query.'

/** Checks `query`, which reads `sources`. Throws StatementError. */
export function checkPullQuery(query: Query, sources: readonly AnalyzedSource[], isAggregate: IsAggregate): void {
  const clause = forbiddenClause(query)
  if (clause !== null) {
    const ours = `Without EMIT CHANGES a query reads what is there, and cannot have ${clause.name}.`
    refuse(pullRefusal(ours, `Pull queries don't support ${clause.name} clauses.`) + PUSH_ADVICE, clause.location)
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

/** A refusal of a query that ksqlDB refuses for one of its clauses: with its wording behind our own. */
export function inPullWords(error: StatementError, query: Query): StatementError {
  const clause = forbiddenClause(query)
  if (clause === null) return error
  return error.reworded(pullRefusal(error.message, `Pull queries don't support ${clause.name} clauses.`) + PUSH_ADVICE)
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

function forbiddenClause(query: Query): { readonly name: string; readonly location: Location | undefined } | null {
  if (query.from.kind === 'join') return { name: 'JOIN', location: query.from.location }
  if (query.window !== null) return { name: 'WINDOW', location: query.window.location }
  if (query.groupBy !== null) return { name: 'GROUP BY', location: query.groupBy.location }
  if (query.partitionBy !== null) return { name: 'PARTITION BY', location: query.partitionBy.location }
  if (query.having !== null) return { name: 'HAVING', location: query.having.location }
  return null
}
