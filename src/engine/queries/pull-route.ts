/**
 * Where a pull query reads the partitions of its table: from their owners, or, where standby reads are enabled, from copies of those whose
 * owner is moving, does not answer, or is dead. Source: ksqlDB's `HARouting` and `KsLocator`.
 */
import type { SlotOwner } from '../../broker/slot-owner.ts'
import type { ElsewherePart, PullRequest, QueryRuntime } from '../../runtime/query-runtime.ts'
import type { PeerHealth } from '../cluster/peer-health.ts'
import type { Peers } from '../cluster/peers.ts'
import type { StandbyReads } from '../cluster/standby-reads.ts'
import type { QueryRequest } from '../requests.ts'

/** What decides where a pull query reads. */
export interface RoutedPull {
  /** The query that materializes the table. */
  readonly queryId: string
  readonly pull: Pick<PullRequest, 'keys'>
  /** The client's request, to be forwarded. */
  readonly request: QueryRequest
  readonly reads: StandbyReads
}

export interface Route {
  /** Partitions at work on this server, and partitions of which it has a copy. */
  readonly here: readonly number[]
  /** Partitions by the URL of their server. */
  readonly elsewhere: ReadonlyMap<string, readonly number[]>
  /** Those of `elsewhere` whose partitions all have another server that could answer. */
  readonly replaceable: ReadonlySet<string>
}

export type Finding =
  | { readonly route: Route; readonly reason: null }
  /** `elsewhere`: another server has a partition that was requested of this one alone. `moving`: no server has it at the moment. */
  | { readonly route: null; readonly reason: 'elsewhere' | 'moving' }

export interface RouteParts {
  readonly runtime: Pick<QueryRuntime, 'locate'>
  /** Null: this server is alone. */
  readonly peers: Peers | null
  readonly health: Pick<PeerHealth, 'isAlive' | 'suspect' | 'hasReported'>
}

/** Whether another server sent the request, so that this one answers with what it has. */
export const skipsForwarding = ({ request }: Pick<RoutedPull, 'request'>): boolean =>
  request.routing?.skipsForwarding === true

/** The partitions that the query reads, if all of them are at work on this server; else null. */
export function allHere(
  { queryId, pull, request }: RoutedPull,
  { runtime, peers }: Pick<RouteParts, 'runtime' | 'peers'>,
): readonly number[] | null {
  if (peers?.isMember === false) return null
  const located = runtime.locate(queryId, pull.keys)
  if (located === null) return null
  const wanted = request.routing?.partitions ?? null
  const isWanted = (partition: number) => wanted === null || wanted.includes(partition)
  return located.elsewhere.some(({ partition }) => isWanted(partition)) ? null : located.here.filter(isWanted)
}

/** `failed`: servers that have just failed to answer the query. Rejects with a BrokerError. */
export async function lookForRoute(
  { queryId, pull, request, reads }: RoutedPull,
  { runtime, peers, health }: RouteParts,
  failed: ReadonlySet<string>,
): Promise<Finding> {
  const located = runtime.locate(queryId, pull.keys)
  if (located === null) return { route: null, reason: 'moving' }
  const wanted = request.routing?.partitions ?? null
  const isWanted = (partition: number) => wanted === null || wanted.includes(partition)
  // A server that Kafka has not heard for a session may have lost what it has.
  const mayAnswer = peers === null || peers.isMember
  const here = mayAnswer ? located.here.filter(isWanted) : []
  if (!mayAnswer && located.here.some(isWanted)) return { route: null, reason: 'moving' }
  const missing = located.elsewhere.filter(({ partition }) => isWanted(partition))
  if (missing.length === 0) return { route: { here, elsewhere: new Map(), replaceable: new Set() }, reason: null }
  if (peers === null) return { route: null, reason: 'moving' }
  const staysHere = skipsForwarding({ request })
  const servers = new Servers(await peers.owners(), { queryId, peers, health, reads, failed })
  const elsewhere = new Map<string, number[]>()
  const replaceable = new Set<string>()
  const irreplaceable = new Set<string>()
  for (const part of missing) {
    const [first, second] = servers.candidates(part)
    if (staysHere && first !== peers.address && servers.reads(part.standby)) here.push(part.partition)
    else if (first === undefined) return { route: null, reason: 'moving' }
    else if (first === peers.address) here.push(part.partition)
    else {
      elsewhere.set(first, [...(elsewhere.get(first) ?? []), part.partition])
      ;(second === undefined ? irreplaceable : replaceable).add(first)
    }
  }
  if (staysHere && elsewhere.size > 0) return { route: null, reason: 'elsewhere' }
  return { route: { here, elsewhere, replaceable: replaceable.difference(irreplaceable) }, reason: null }
}

interface ServersOptions {
  readonly queryId: string
  readonly peers: Pick<Peers, 'address'>
  readonly health: Pick<PeerHealth, 'isAlive' | 'hasReported'>
  readonly reads: StandbyReads
  readonly failed: ReadonlySet<string>
}

/** The servers of the cluster, as one of them sees them. */
class Servers {
  readonly #servers: readonly SlotOwner[]
  readonly #options: ServersOptions

  constructor(servers: readonly SlotOwner[], options: ServersOptions) {
    this.#servers = servers
    this.#options = options
  }

  /** Whether the copy may be read. */
  reads(standby: ElsewherePart['standby']): boolean {
    const { isEnabled, maxLag } = this.#options.reads
    if (!isEnabled || standby === null) return false
    return maxLag >= Number.MAX_SAFE_INTEGER || (standby.lag !== null && standby.lag <= maxLag)
  }

  /** URLs of the servers that can answer for a partition, the best first. Empty: its task and its copies are moving. */
  candidates({ slot, partition, standby }: ElsewherePart): string[] {
    const { queryId, peers, health, reads, failed } = this.#options
    const answers = (address: string) => address === peers.address || (!failed.has(address) && health.isAlive(address))
    const owner = this.#servers.find(({ slots }) => slots.includes(slot))?.address
    // The partition belongs to this server, but its task does not run yet.
    const active = owner === undefined || owner === peers.address ? [] : [owner]
    const copies = reads.isEnabled
      ? this.#servers.filter(({ address, standbys }) => standbys.includes(slot) && address !== peers.address)
      : []
    const rank = (address: string) => Number(health.hasReported(address, { queryId, partition }))
    const others = copies.map(({ address }) => address).toSorted((a, b) => rank(b) - rank(a))
    const all = [...active, ...(this.reads(standby) ? [peers.address] : []), ...others]
    const answering = all.filter(answers)
    return answering.length > 0 ? answering : all
  }
}
