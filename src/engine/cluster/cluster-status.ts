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
}

/** The status of each current member; servers that have left do not appear. Rejects with a BrokerError. */
export async function clusterStatus(parts: ClusterParts): Promise<ClusterStatus> {
  const { runtime, catalog, clock } = parts
  const now = clock.now()
  const queries = [...catalog().queries.values()].map((query) => ({
    query,
    tasks: runtime.tasksOf(query.link.queryId) ?? [],
  }))
  const statusOf = ({ slots }: SlotOwner): HostStatus => {
    const owned = new Set(slots)
    const perQuery = queries.flatMap(({ query, tasks }) => {
      const own = tasks.filter(({ slot }) => owned.has(slot))
      return own.length === 0 ? [] : [[query.link.queryId, activeParts(query, own)] as const]
    })
    return {
      hostAlive: true,
      lastStatusUpdateMs: now,
      activeStandbyPerQuery: Object.fromEntries(perQuery),
      hostStoreLags: { stateStoreLags: {}, updateTimeMs: 0 },
    }
  }
  return Object.fromEntries((await ownersIn(parts)).map((owner) => [hostIn(owner.address), statusOf(owner)]))
}

async function ownersIn({ peers, config }: ClusterParts): Promise<readonly SlotOwner[]> {
  if (peers !== null) return peers.owners()
  const address = config.get('ksql.advertised.listener') ?? config.get('listeners')?.split(',')[0] ?? ''
  return [{ address, slots: Array.from({ length: SLOTS }, (_, slot) => slot) }]
}

function activeParts({ plan }: PersistentQuery, tasks: readonly TaskAssignment[]): ActiveParts {
  const schemas = stepSchemas(plan.steps)
  const topologies = new Set(tasks.map(({ topology }) => topology))
  const stores = splitTopology(plan.steps)
    .filter(({ index }) => topologies.has(index))
    .flatMap(({ steps }) => steps.flatMap((step) => (isOperator(step) ? storesOf(step, schemas) : [])))
  const partitions = new Map(
    tasks.flatMap(({ inputs }) =>
      inputs.map(({ topic, partition }) => [positionKey({ topic, partition }), { topic, partition }]),
    ),
  )
  return {
    activeStores: [...new Set(stores.map(({ name }) => name))],
    activePartitions: [...partitions.values()],
    standByStores: [],
    standByPartitions: [],
  }
}
