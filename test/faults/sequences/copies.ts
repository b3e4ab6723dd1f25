/** Waits until the state of a cluster is whole: each partition of its tables is at work, and has an up-to-date copy on another server. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterStatus, HostStatus } from '../../../src/engine/requests.ts'
import type { FaultCluster } from './fault-cluster.ts'

const POLL_MS = 100
const LONGEST_MS = 60_000
/** Records: a copy is behind by what was written since the last report at least. */
const ACCEPTABLE_LAG = 1_000

/** How long it took, ms. Throws an Error if it takes more than a minute. The servers report heartbeats and lags. */
export async function copiesReady(cluster: FaultCluster, partitions: number): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const missing = await whatIsMissing(cluster, partitions)
    const ms = Math.round(performance.now() - startedAt)
    if (missing === null) return ms
    if (ms > LONGEST_MS) throw new Error(`After ${ms} ms the cluster was not whole: ${missing}.`)
    await delay(POLL_MS)
  }
}

/** Null: nothing. */
async function whatIsMissing(cluster: FaultCluster, partitions: number): Promise<string | null> {
  const response = await fetch(`${cluster.any.url}/clusterStatus`).catch(() => null)
  if (response === null || !response.ok) return 'no server tells the status of the cluster'
  const { clusterStatus } = (await response.json()) as { readonly clusterStatus: ClusterStatus }
  const hosts = Object.values(clusterStatus)
  const alive = hosts.filter(({ hostAlive }) => hostAlive)
  if (alive.length !== hosts.length || alive.length !== cluster.size)
    return `${alive.length} of ${hosts.length} members answer, and ${cluster.size} servers run`
  if (hosts.length < 2) return null
  const queries = hosts.flatMap(({ activeStandbyPerQuery }) => Object.keys(activeStandbyPerQuery))
  const query = queries.find((id) => id.startsWith('CTAS_COUNTED_'))
  if (query === undefined) return 'the queries do not run'
  for (let partition = 0; partition < partitions; partition++) {
    if (!hosts.some((host) => isActive(host, query, partition))) return `nobody works on partition ${partition}`
    if (!hosts.some((host) => hasCopy(host, query, partition))) return `partition ${partition} has no copy`
  }
  return null
}

const isActive = ({ activeStandbyPerQuery }: HostStatus, query: string, partition: number): boolean =>
  activeStandbyPerQuery[query]?.activePartitions.some((one) => one.partition === partition) === true

function hasCopy({ activeStandbyPerQuery, hostStoreLags }: HostStatus, query: string, partition: number): boolean {
  const isAssigned = activeStandbyPerQuery[query]?.standByPartitions.some((one) => one.partition === partition) === true
  const stores = Object.entries(hostStoreLags.stateStoreLags).filter(([name]) => name.startsWith(`${query}#`))
  const lags = stores.map(([, { lagByPartition }]) => lagByPartition[partition]?.offsetLag ?? Number.POSITIVE_INFINITY)
  return isAssigned && lags.length > 0 && lags.every((lag) => lag <= ACCEPTABLE_LAG)
}
