/** Rows of a pull query from another server: the lines of its answer to /query-stream, converted to values of the columns. */
import { isPlainObject, type PlainJson, parsePlainJson } from '../../types/plain-json.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import { PARTITIONS, type Peers, SKIP_FORWARDING, SNAPSHOT } from '../cluster/peers.ts'
import { jsonToValue } from '../inserts/json-values.ts'
import type { QueryRequest } from '../requests.ts'

/** The part of a pull query that another server answers. */
export interface PeerPull {
  readonly address: string
  readonly request: QueryRequest
  readonly partitions: readonly number[]
  readonly columns: readonly Pick<Column, 'type'>[]
  readonly timeoutMs: number
  /** Whether the rows of a partition are to be of one moment. */
  readonly isSnapshot: boolean
}

/** The server answers, but not for these partitions: it lacks them, or does not have them yet. */
export class PeerRefusal extends Error {}

const DELIMITED = 'application/vnd.ksqlapi.delimited.v1'

/** Rejects with a PeerRefusal if the server lacks the partitions, and with another Error if it does not answer or refuses the request. */
export async function* pullFromPeer(peers: Peers, pull: PeerPull): AsyncIterable<readonly Row[]> {
  const { address, request, partitions, columns, timeoutMs, isSnapshot } = pull
  const { sql, properties = {}, variables = {}, authorization } = request
  const body = {
    sql,
    properties,
    sessionVariables: variables,
    requestProperties: {
      [SKIP_FORWARDING]: true,
      [PARTITIONS]: partitions.join(','),
      ...(isSnapshot && { [SNAPSHOT]: true }),
    },
  }
  const lines = peers.post({ address, path: '/query-stream', accept: DELIMITED, body, authorization, timeoutMs })
  let isHead = true
  for await (const line of lines) {
    const value = parsePlainJson(line)
    if (Array.isArray(value)) yield [columns.map(({ type }, index) => fromJson(value[index] ?? null, type))]
    else if (!isHead) throw new PeerRefusal(`The server at ${address} could not answer: ${refusalIn(value)}`)
    isHead = false
  }
  if (isHead) throw new Error(`The server at ${address} broke its answer off.`)
}

/** Doubles that JSON cannot write as numbers (NaN, infinities) arrive as text. */
const fromJson = (value: PlainJson, type: SqlType): Value =>
  type.kind === 'DOUBLE' && typeof value === 'string' ? Number(value) : jsonToValue(value, type)

const refusalIn = (value: PlainJson): string => (isPlainObject(value) ? String(value['message'] ?? '') : '')
