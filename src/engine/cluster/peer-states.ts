/** States of persistent queries on the other servers of the cluster, read from the SHOW QUERIES of each. */

import type { Caller } from '../requests.ts'
import type { Peers } from './peers.ts'

/** The states on one other server. */
export interface PeerStates {
  /** `host:port`. */
  readonly host: string
  /** The state in the words of SHOW QUERIES; undefined: the server does not know the query yet. */
  readonly stateOf: (queryId: string) => string | undefined
}

const TIMEOUT_MS = 2_000
const UNRESPONSIVE = 'UNRESPONSIVE'

/** `host:port` of a URL. */
export const hostIn = (address: string): string => address.replace(/^\w+:\/\//, '')

/** Empty if this server is alone or if the caller is itself a server. A server that does not answer is `UNRESPONSIVE` for all queries. */
export async function peerStates(peers: Peers | null, caller: Caller): Promise<PeerStates[]> {
  if (peers === null || caller.isPeer) return []
  const owners = await peers.owners().catch(() => [])
  const others = owners.filter(({ address }) => address !== peers.address)
  return Promise.all(
    others.map(async ({ address }): Promise<PeerStates> => {
      const states = await askStates(peers, address, caller).catch(() => null)
      return { host: hostIn(address), stateOf: (id) => (states === null ? UNRESPONSIVE : states.get(id)) }
    }),
  )
}

async function askStates(peers: Peers, address: string, { authorization }: Caller): Promise<Map<string, string>> {
  let text = ''
  const body = { ksql: 'SHOW QUERIES;', requestProperties: { [INTERNAL_REQUEST]: true } }
  const accept = 'application/vnd.ksql.v1+json'
  const lines = peers.post({ address, path: '/ksql', accept, body, authorization, timeoutMs: TIMEOUT_MS })
  for await (const line of lines) text += line
  const [listing] = JSON.parse(text) as [
    { readonly queries: readonly { readonly id: string; readonly state: string }[] },
  ]
  return new Map(listing.queries.map(({ id, state }) => [id, state]))
}

/** Marks a request from another server, whose answer covers this server alone. Source: ksqlDB's `KsqlRequestConfig`. */
export const INTERNAL_REQUEST = 'request.ksql.internal.request'
