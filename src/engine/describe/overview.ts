/** All that is defined and what it has done so far, small enough to be read each second: what the console's graph is drawn from. */
import type { ConnectorRuntime } from '../../connectors/run/connector-runtime.ts'
import type { QueryRuntime, QueryStatus } from '../../runtime/query-runtime.ts'
import type { BuiltInConnector, Catalog, PersistentQuery } from '../commands/catalog.ts'
import type { BuildProgress } from '../commands/replacement.ts'
import { persistentListing, type StatusParts } from './describe-query.ts'
import { NO_COUNTS, type QueryCounts } from './query-counts.ts'

export interface SourceOverview {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly topic: string
  readonly valueFormat: string
  readonly isWindowed: boolean
}

/** A stream or table that a query reads. */
export interface ReadSource {
  readonly name: string
  /** Records read from its topic. */
  readonly records: number
}

export interface QueryOverview {
  readonly id: string
  /** As SHOW QUERIES words it. */
  readonly state: string
  readonly reads: readonly ReadSource[]
  /** Null: it writes no stream or table. */
  readonly writes: string | null
  readonly counts: QueryCounts
  /** The last failure, or what the query waits for; null: nothing is wrong. */
  readonly trouble: string | null
  /** The version that is being built to take its place; null: there is none. */
  readonly nextVersion: VersionOverview | null
}

/** A version of a query that is built beside the running one. See docs/changing-queries.md#how-the-versions-change-places. */
export interface VersionOverview {
  readonly id: string
  /** Records that it has read, and those that it has still to read until it is as far as the running version. */
  readonly recordsDone: number
  readonly recordsLeft: number
  /** Whether it is as far, and waits for APPLY. */
  readonly isReady: boolean
  /** Why it makes no progress; null: it does. */
  readonly problem: string | null
}

export interface ConnectorOverview {
  readonly name: string
  readonly kind: 'SOURCE' | 'SINK'
  /** Its class, such as `elasticsearch`. */
  readonly connector: string
  readonly topic: string
  readonly state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED'
  readonly records: number
  readonly refused: number
  readonly lagRecords: number | null
  readonly trouble: string | null
}

export interface Overview {
  /** Epoch ms. */
  readonly at: number
  readonly sources: readonly SourceOverview[]
  readonly queries: readonly QueryOverview[]
  readonly connectors: readonly ConnectorOverview[]
  readonly pushQueries: number
}

export interface OverviewParts extends StatusParts {
  readonly runtime: Pick<QueryRuntime, 'status' | 'refresh'>
  readonly connectors: Pick<ConnectorRuntime, 'status'>
  readonly catalog: () => Catalog
  readonly transient: { readonly count: number }
  readonly versions: { progress(sink: string): BuildProgress | null }
}

/** Counts are at most half a second old. */
export async function overviewOf(parts: OverviewParts): Promise<Overview> {
  const { runtime, connectors, catalog, transient, clock } = parts
  const [statuses] = await Promise.all([connectors.status(), runtime.refresh()])
  const now = catalog()
  const statusOf = new Map(statuses.map((status) => [status.name, status]))
  return {
    at: clock.now(),
    sources: [...now.metastore.sources.values()].map(({ name, kind, topic, valueFormat, window }) => ({
      name,
      kind,
      topic,
      valueFormat: valueFormat.format,
      isWindowed: window !== null,
    })),
    queries: [...now.queries.values()].map((query) => queryOverview(query, now, parts)),
    connectors: [...now.connectors.values()].map((connector) =>
      connectorOverview(connector, statusOf.get(connector.spec.name)),
    ),
    pushQueries: transient.count,
  }
}

function queryOverview(query: PersistentQuery, catalog: Catalog, parts: OverviewParts): QueryOverview {
  const { metastore } = catalog
  const { queryId, writes } = query.link
  const status = parts.runtime.status(queryId)
  const reads = readSources(query, status)
  return {
    id: queryId,
    state: persistentListing(query, metastore, parts).state,
    reads,
    writes,
    counts: status === undefined ? NO_COUNTS : countsOf(status, { reads, written: writtenRecords(query, status) }),
    trouble: parts.startFailure(queryId) ?? status?.waitsFor ?? status?.failures.at(-1)?.message ?? null,
    nextVersion: nextVersion(query, catalog, parts),
  }
}

function nextVersion(
  { link: { writes } }: PersistentQuery,
  { replacements }: Catalog,
  { runtime, versions }: OverviewParts,
): VersionOverview | null {
  if (writes === null) return null
  const replacement = replacements.get(writes)
  if (replacement === undefined || replacement.phase === 'kept') return null
  const { version } = replacement
  const id = version.link.queryId
  const read = readSources(version, runtime.status(id))
  const { recordsLeft = 0, isReady = false, problem = null } = versions.progress(writes) ?? {}
  return { id, recordsDone: read.reduce((sum, { records }) => sum + records, 0), recordsLeft, isReady, problem }
}

function readSources(
  { link, plan }: Pick<PersistentQuery, 'link' | 'plan'>,
  status: QueryStatus | undefined,
): ReadSource[] {
  const recordsIn = new Map(status?.steps.map((step) => [step.step, step.recordsIn]))
  return link.reads.map((name) => {
    const steps = plan.steps.filter((step) => step.kind === 'source' && step.source === name)
    return { name, records: steps.reduce((sum, { id }) => sum + (recordsIn.get(id) ?? 0), 0) }
  })
}

/** Records into the steps that write the topic of its stream or table. */
function writtenRecords({ plan }: PersistentQuery, { steps }: QueryStatus): number {
  const sinks = new Set(plan.steps.filter(({ kind }) => kind === 'sink').map(({ id }) => id))
  return steps.reduce((sum, { step, recordsIn }) => sum + (sinks.has(step) ? recordsIn : 0), 0)
}

function countsOf(
  status: QueryStatus,
  { reads, written }: { readonly reads: readonly ReadSource[]; readonly written: number },
): QueryCounts {
  const { steps, latency, restores } = status
  const total = (value: (step: QueryStatus['steps'][number]) => number | null) =>
    steps.reduce((sum, step) => sum + (value(step) ?? 0), 0)
  return {
    recordsIn: reads.reduce((sum, { records }) => sum + records, 0),
    recordsOut: written,
    bytesIn: status.bytesConsumed,
    bytesOut: status.bytesProduced,
    errors: status.processingErrors + status.failureCount,
    lateRecords: total(({ lateRecords }) => lateRecords),
    droppedRecords: total(({ droppedRecords }) => droppedRecords),
    lagRecords: status.lagRecords,
    stateEntries: total(({ stateEntries }) => stateEntries),
    stateBytes: total(({ stateBytes }) => stateBytes),
    restored: restores.restored,
    restoring: restores.left,
    latencyMs: latency.sumMs,
    latencyCount: latency.buckets.reduce((sum, count) => sum + count, 0),
  }
}

type Statuses = Awaited<ReturnType<ConnectorRuntime['status']>>

function connectorOverview(
  { spec, isPaused }: BuiltInConnector,
  status: Statuses[number] | undefined,
): ConnectorOverview {
  const { name, kind, connector, topic } = spec
  const tasks = status?.tasks ?? []
  const isFailed = tasks.length > 0 && tasks.every(({ state }) => state === 'FAILED')
  return {
    name,
    kind,
    connector,
    topic,
    state: isPaused ? 'PAUSED' : tasks.length === 0 ? 'UNASSIGNED' : isFailed ? 'FAILED' : 'RUNNING',
    records: status?.records ?? 0,
    refused: status?.refused ?? 0,
    lagRecords: status?.lag ?? null,
    trouble: tasks.find(({ trace }) => trace !== undefined)?.trace ?? status?.lastError?.message ?? null,
  }
}
