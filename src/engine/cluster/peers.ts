/** The other servers of the cluster as the engine needs them: the owner of each slot, and requests over HTTP. */
import type { SlotOwner } from '../../broker/slot-owner.ts'
import type { PullRouting, RequestProperties } from '../requests.ts'

/** A POST to another server. */
export interface PeerRequest {
  readonly address: string
  readonly path: string
  readonly accept: string
  readonly body: Readonly<Record<string, unknown>>
  /** Value of the client's `Authorization` header; undefined: it sent none. */
  readonly authorization: string | undefined
  /** Longest time without a byte, after which the request fails. */
  readonly timeoutMs: number
}

/** The cluster that this server is a member of. */
export interface Peers {
  /** URL of this server. */
  readonly address: string
  /** The members known now, this server among them. Rejects with a BrokerError. */
  owners(): Promise<readonly SlotOwner[]>
  /** Whether Kafka has heard this server lately, so that its slots are still its own. */
  readonly isMember: boolean
  /** Ends this server's part in the work of the cluster. Idempotent. */
  leave(): Promise<void>
  /** The lines of the answer. Rejects with an Error if the server cannot be reached or refuses. Leaving the loop early ends the request. */
  post(request: PeerRequest): AsyncIterable<string>
}

/** Names of what servers send each other in `requestProperties`. Source: ksqlDB's `KsqlRequestConfig`; the last is Millrace's own. */
export const SKIP_FORWARDING = 'request.ksql.query.pull.skip.forwarding'
export const PARTITIONS = 'request.ksql.query.pull.partition'
export const SNAPSHOT = 'request.millrace.query.pull.snapshot'

/** The routing that another server has put into `requestProperties`. */
export function pullRouting(properties: RequestProperties): PullRouting {
  const partitions = String(properties[PARTITIONS] ?? '')
  return {
    skipsForwarding: String(properties[SKIP_FORWARDING] ?? false) === 'true',
    partitions: partitions === '' ? null : partitions.split(',').map(Number),
    ...(String(properties[SNAPSHOT] ?? false) === 'true' && { isSnapshot: true }),
  }
}
