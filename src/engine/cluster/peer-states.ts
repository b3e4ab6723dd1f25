/** States of persistent queries on the other servers of the cluster, read from the SHOW QUERIES of each. */

import type { Caller } from '../requests.ts'
import { askPeers } from './ask-peers.ts'
import type { Peers } from './peers.ts'

/** The states on one other server. */
export interface PeerStates {
  /** `host:port`. */
  readonly host: string
  /** The state in the words of SHOW QUERIES; undefined: the server does not know the query yet. */
  readonly stateOf: (queryId: string) => string | undefined
}

const UNRESPONSIVE = 'UNRESPONSIVE'

/** `host:port` of a URL. */
export const hostIn = (address: string): string => address.replace(/^\w+:\/\//, '')

/** Empty if this server is alone or if the caller is itself a server. A server that does not answer is `UNRESPONSIVE` for all queries. */
export async function peerStates(peers: Peers | null, caller: Caller): Promise<PeerStates[]> {
  const answers = await askPeers(peers, caller, { statements: 'SHOW QUERIES;', read: statesIn })
  return answers.map(
    ({ address, result }): PeerStates => ({
      host: hostIn(address),
      stateOf: (id) => (result === null ? UNRESPONSIVE : result.get(id)),
    }),
  )
}

interface Listing {
  readonly queries: readonly { readonly id: string; readonly state: string }[]
}

function statesIn([listing]: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map((listing as Listing).queries.map(({ id, state }) => [id, state]))
}
