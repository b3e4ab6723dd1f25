/** Which server of the cluster has which partitions and stores of the persistent queries. Source: ksqlDB's `ClusterStatusResource`. */

import { positionKey } from '../../broker/position-key.ts'
import type { SlotOwner } from '../../broker/slot-owner.ts'
import type { Clock } from '../../clock.ts'
import { isOperator, splitTopology, stepSchemas, storesOf } from '../../plan/topology.ts'
import type { TaskAssignment } from '../../runtime/assignment.ts'
import type { QueryRuntime } from '../../runtime/query-runtime.ts'
import { SLOTS } from '../../runtime/slots.ts'
import type { Catalog, PersistentQuery } from '../commands/catalog.ts'
import type { Config } from '../config/config.ts'
import type { ActiveParts, ClusterStatus, HostStatus } from '../requests.ts'
import type { PeerHealth } from './peer-health.ts'
import { hostIn } from './peer-states.ts'
import type { Peers } from './peers.ts'

export interface ClusterParts {
  readonly runtime: Pick<QueryRuntime, 'tasksOf'>
  readonly clock: Clock
  readonly config: Config
  /** The catalog in force now. */
  readonly catalog: () => Catalog
  /** Null: this server is alone. */
  readonly peers: Peers | null
  readonly health: Pick<PeerHealth, 'isAlive' | 'heardAt' | 'lagsOf'>
}

/** The status of each current member; servers that have left do not appear. Rejects with a BrokerError. */
export async function clusterStatus(parts: ClusterParts): Promise<ClusterStatus> {
  const { runtime, catalog, clock, health } = parts
  const now = clock.now()
  const queries = [...catalog().queries.values()].map((query) => ({
    query,
    tasks: runtime.tasksOf(query.link.queryId) ?? [],
  }))
  const statusOf = ({ address, slots, standbys }: SlotOwner): HostStatus => {
    const perQuery = queries.flatMap(({ query, tasks }) => {
      const active = tasks.filter(({ slot }) => slots.includes(slot))
      const copied = tasks.filter(({ slot }) => standbys.includes(slot))
      const parts = partsOf(query, { active, copied })
      const isEmpty = active.length === 0 && parts.standByStores.length === 0
      return isEmpty ? [] : [[query.link.queryId, parts] as const]
    })
    return {
      hostAlive: health.isAlive(address),
      lastStatusUpdateMs: health.heardAt(hostIn(address)) ?? now,
      activeStandbyPerQuery: Object.fromEntries(perQuery),
      hostStoreLags: health.lagsOf(address),
    }
  }
  return Object.fromEntries((await ownersIn(parts)).map((owner) => [hostIn(owner.address), statusOf(owner)]))
}

async function ownersIn({ peers, config }: ClusterParts): Promise<readonly SlotOwner[]> {
  if (peers !== null) return peers.owners()
  const address = config.get('ksql.advertised.listener') ?? config.get('listeners')?.split(',')[0] ?? ''
  return [{ address, slots: Array.from({ length: SLOTS }, (_, slot) => slot), standbys: [] }]
}

interface ServerTasks {
  readonly active: readonly TaskAssignment[]
  readonly copied: readonly TaskAssignment[]
}

function partsOf({ plan }: PersistentQuery, { active, copied }: ServerTasks): ActiveParts {
  const schemas = stepSchemas(plan.steps)
  const topologies = splitTopology(plan.steps)
  const storesIn = ({ topology }: TaskAssignment): string[] =>
    topologies[topology]!.steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : [])).map(
      ({ name }) => name,
    )
  // A task without state has no copy.
  const standbys = copied.filter((task) => storesIn(task).length > 0)
  return {
    activeStores: unique(active.flatMap(storesIn)),
    activePartitions: partitionsOf(active),
    standByStores: unique(standbys.flatMap(storesIn)),
    standByPartitions: partitionsOf(standbys),
  }
}

const unique = (names: readonly string[]): string[] => [...new Set(names)]

function partitionsOf(tasks: readonly TaskAssignment[]): { readonly topic: string; readonly partition: number }[] {
  const inputs = tasks.flatMap((task) => task.inputs)
  return [
    ...new Map(
      inputs.map(({ topic, partition }) => [positionKey({ topic, partition }), { topic, partition }]),
    ).values(),
  ]
}
