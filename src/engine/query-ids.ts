/** Ids of queries. Source: ksqlDB's `QueryIdUtil`. */
import { StatementError } from '../errors.ts'
import type { SourceKind } from '../metastore/data-source.ts'

/** Id of the query of CREATE ... AS SELECT. `sequence`: the offset of its command in the log. */
export const createAsId = (kind: SourceKind, sink: string, sequence: number): string =>
  `${kind === 'STREAM' ? 'CSAS' : 'CTAS'}_${sink}_${sequence}`

/** Id of the query of INSERT INTO ... SELECT. */
export const insertId = (sequence: number): string => `INSERTQUERY_${sequence}`

/** Id of the query that materializes a source table. */
export const materializationId = (table: string, sequence: number): string => `CST_${table}_${sequence}`

/** Id of a push query. `random`: in [0, 1). */
export const pushId = (alias: string, random: () => number): string =>
  `transient_${alias}_${Math.floor(random() * Number.MAX_SAFE_INTEGER)}`

/** Id of a push query that ksqlDB would run as a scalable one. */
export const scalablePushId = (random: () => number): string =>
  `SCALABLE_PUSH_QUERY_${Math.floor(random() * Number.MAX_SAFE_INTEGER)}`

/** Id of a pull query. `now`: epoch ms. */
export const pullId = (now: number): string => `query_${now}`

const RESERVED_PREFIXES = ['INSERTQUERY_', 'CTAS_', 'CSAS_', 'CST_']

/**
 * The id that INSERT INTO ... WITH (QUERY_ID = ...) chooses, in upper case. Throws StatementError if it is malformed, reserved or taken.
 */
export function chosenId(wanted: string, isTaken: (queryId: string) => boolean): string {
  const queryId = wanted.toUpperCase()
  if (!/^\w+$/.test(queryId)) {
    throw new StatementError(`Query IDs may contain only alphanumeric characters and '_'. Got: '${wanted}'`)
  }
  if (RESERVED_PREFIXES.some((prefix) => queryId.startsWith(prefix))) {
    throw new StatementError(
      `Query IDs must not start with a reserved query ID prefix (${RESERVED_PREFIXES.join(', ')}). Got '${queryId}'.`,
    )
  }
  if (isTaken(queryId)) throw new StatementError(`Query ID '${queryId}' already exists.`)
  return queryId
}
