/** What a pull query may not hold. Wording: ksqlDB. */
import type { Query } from '../sql/ast.ts'
import type { AnalyzedSource } from './analysis.ts'
import { refuse } from './errors.ts'

const ADVICE = ' See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.'

/** Checks `query`, which reads `sources`. Throws StatementError. */
export function checkPullQuery(query: Query, sources: readonly AnalyzedSource[]): void {
  const clause = forbiddenClause(query)
  if (clause !== null) refuse(`Pull queries don't support ${clause} clauses.${ADVICE}`)
  const isStream = sources.every(({ source }) => source.kind === 'STREAM')
  if (!isStream && query.items.length > 1 && query.items.some(({ kind }) => kind === 'allColumns')) {
    refuse(`Pull queries only support wildcards in the projects if they are the only expression.${ADVICE}`)
  }
}

function forbiddenClause(query: Query): string | null {
  if (query.from.kind === 'join') return 'JOIN'
  if (query.window !== null) return 'WINDOW'
  if (query.groupBy !== null) return 'GROUP BY'
  if (query.partitionBy !== null) return 'PARTITION BY'
  if (query.having !== null) return 'HAVING'
  return null
}
