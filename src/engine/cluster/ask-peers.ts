/** Statements that this server has the others of the cluster answer, each for itself alone. */
import type { Caller } from '../requests.ts'
import type { Peers } from './peers.ts'

/** Marks a request from another server, whose answer covers this server alone. Source: ksqlDB's `KsqlRequestConfig`. */
export const INTERNAL_REQUEST = 'request.ksql.internal.request'

/** What one other server answers. */
export interface PeerAnswer<Result> {
  /** URL of the server. */
  readonly address: string
  /** Null: the server does not answer, or refuses. */
  readonly result: Result | null
}

export interface PeerQuestion<Result> {
  readonly statements: string
  /** Makes the result of the answer: an entity for each statement, as JSON has it. */
  readonly read: (entities: readonly unknown[]) => Result
}

const TIMEOUT_MS = 2_000

/** Empty if this server is alone or if the caller is itself a server. */
export async function askPeers<Result>(
  peers: Peers | null,
  caller: Caller,
  { statements, read }: PeerQuestion<Result>,
): Promise<PeerAnswer<Result>[]> {
  if (peers === null || caller.isPeer) return []
  const owners = await peers.owners().catch(() => [])
  const others = owners.filter(({ address }) => address !== peers.address)
  const { authorization } = caller
  return Promise.all(
    others.map(async ({ address }) => {
      try {
        return { address, result: read(await entitiesOf(peers, { address, statements, authorization })) }
      } catch {
        return { address, result: null }
      }
    }),
  )
}

interface Question {
  readonly address: string
  readonly statements: string
  readonly authorization: string | undefined
}

async function entitiesOf(peers: Peers, { address, statements, authorization }: Question): Promise<readonly unknown[]> {
  let text = ''
  const body = { ksql: statements, requestProperties: { [INTERNAL_REQUEST]: true } }
  const accept = 'application/vnd.ksql.v1+json'
  const lines = peers.post({ address, path: '/ksql', accept, body, authorization, timeoutMs: TIMEOUT_MS })
  for await (const line of lines) text += line
  return JSON.parse(text) as readonly unknown[]
}
