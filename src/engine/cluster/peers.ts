/** The other servers of the cluster, as the engine needs them: who has which slots, and what they answer over HTTP. */
import type { SlotOwner } from '../../broker/slot-owner.ts'
import type { PullRouting, RequestProperties } from '../requests.ts'

export interface PeerRequest {
  readonly address: string
  readonly path: string
  readonly accept: string
  readonly body: Readonly<Record<string, unknown>>
  /** Value of the header; undefined: the client showed none. */
  readonly authorization: string | undefined
  /** Bound on the time without a byte. */
  readonly timeoutMs: number
}

export interface Peers {
  /** Where this server itself is reached. */
  readonly address: string
  /** As far as is known; this server among them. Rejects with a BrokerError. */
  owners(): Promise<readonly SlotOwner[]>
  /** This server takes no more part in the work of the cluster. Twice is allowed. */
  leave(): Promise<void>
  /** The lines of the answer. Rejects with an Error if the server cannot be reached or refuses. Ending early ends the request. */
  post(request: PeerRequest): AsyncIterable<string>
}

/** What servers say to each other in `requestProperties`. Source: rest.md 7. */
export const SKIP_FORWARDING = 'request.ksql.query.pull.skip.forwarding'
export const PARTITIONS = 'request.ksql.query.pull.partition'

/** The routing that another server has put into `requestProperties`. */
export function pullRouting(properties: RequestProperties): PullRouting {
  const partitions = String(properties[PARTITIONS] ?? '')
  return {
    skipsForwarding: String(properties[SKIP_FORWARDING] ?? false) === 'true',
    partitions: partitions === '' ? null : partitions.split(',').map(Number),
  }
}
