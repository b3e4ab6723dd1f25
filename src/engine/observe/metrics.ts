/** The metrics that Prometheus scrapes, read from the runtime at each scrape. See docs/operations.md#metrics. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { LATENCY_BOUNDS_MS, type LatencyCounts } from '../../runtime/latency.ts'
import type { StepStatistics, TopicTotals } from '../../runtime/query-progress.ts'
import type { QueryRuntime, QueryStatus } from '../../runtime/query-runtime.ts'
import type { MeteredEngine } from '../api.ts'
import { type Labels, type Sample, ScrapedMetric } from './scraped-metric.ts'

interface Described {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
}

type QueryMetric = Described & { readonly samples: (status: QueryStatus, query: string) => Sample[] }
type TopicMetric = Described & { readonly value: (totals: TopicTotals) => number }

const perQuery = (
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (status: QueryStatus) => number,
): QueryMetric => ({ type, name, help, samples: (status, query) => [{ labels: { query }, value: value(status) }] })

const LATENCY = 'millrace_query_latency_ms'

/** Metrics with the label `query`, and those of steps also with `step`. */
export const QUERY_METRICS: readonly QueryMetric[] = [
  perQuery('counter', 'millrace_query_records_consumed', 'Records that the query has read.', (q) => q.recordsConsumed),
  perQuery(
    'gauge',
    'millrace_query_first_read_ms',
    'When the first records came since the query was last started, epoch ms; 0: none yet.',
    (q) => q.firstReadAt ?? 0,
  ),
  perQuery(
    'counter',
    'millrace_query_records_produced',
    'Records that the query has written.',
    (q) => q.recordsProduced,
  ),
  perQuery(
    'counter',
    'millrace_query_bytes_consumed',
    'Bytes of the batches that the query has read.',
    (q) => q.bytesConsumed,
  ),
  perQuery(
    'counter',
    'millrace_query_bytes_produced',
    'Bytes of the batches that the query has written, changelogs included.',
    (q) => q.bytesProduced,
  ),
  perQuery(
    'counter',
    'millrace_query_errors',
    'Records that the query could not process, and failures that stopped it.',
    (q) => q.processingErrors + q.failureCount,
  ),
  perQuery('counter', 'millrace_query_commits', 'Commits of the query.', (q) => q.commits),
  perQuery(
    'counter',
    'millrace_query_failed_commits',
    'Commits that failed and were tried again.',
    (q) => q.failedCommits,
  ),
  perQuery('gauge', 'millrace_query_lag_records', 'Records behind the end of the sources.', (q) => q.lagRecords),
  perQuery(
    'gauge',
    'millrace_query_restored_records',
    'Records of changelogs from which the state was restored at the last start.',
    (q) => q.restores.restored,
  ),
  perQuery(
    'gauge',
    'millrace_query_restore_left',
    'Offsets of changelogs still to be gone through; 0: nothing is being restored.',
    (q) => q.restores.left,
  ),
  perQuery('gauge', 'millrace_query_running', '1 if the query runs, else 0.', (q) => Number(q.state === 'RUNNING')),
  {
    type: 'histogram',
    name: LATENCY,
    help: "From a record's time until what came of it was stored, ms: that of the newest record of each batch written.",
    samples: ({ latency }, query) => latencySamples(latency, { query }),
  },
  {
    type: 'counter',
    name: 'millrace_step_records',
    help: 'Records into and out of each step of the query.',
    samples: ({ steps }, query) =>
      steps.flatMap(({ step, recordsIn, recordsOut }) => [
        { labels: { query, step, direction: 'in' }, value: recordsIn },
        { labels: { query, step, direction: 'out' }, value: recordsOut },
      ]),
  },
  perStep('counter', 'millrace_step_late_records', 'Records that came too late for the step.', (s) => s.lateRecords),
  perStep('gauge', 'millrace_step_state_entries', 'Entries of the stores of a step with state.', (s) => s.stateEntries),
  perStep(
    'gauge',
    'millrace_step_state_bytes',
    'Bytes of these entries on disk, by the mean of those written since the start.',
    (s) => s.stateBytes,
  ),
  perStep('counter', 'millrace_step_cache_hits', 'Lookups of state answered from memory.', (s) => s.cacheHits),
  perStep('counter', 'millrace_step_cache_misses', 'Lookups of state that asked the disk.', (s) => s.cacheMisses),
]

/**
 * Metrics with the labels `worker` and `topic`. Queries that read a topic alike share one reader, so these do not grow with their number.
 */
export const TOPIC_METRICS: readonly TopicMetric[] = [
  {
    type: 'counter',
    name: 'millrace_topic_records_fetched',
    help: 'Records that the worker has fetched.',
    value: ({ records }) => records,
  },
  {
    type: 'counter',
    name: 'millrace_topic_records_decoded',
    help: 'How often the worker has decoded a record.',
    value: ({ decoded }) => decoded,
  },
  {
    type: 'counter',
    name: 'millrace_topic_bytes_fetched',
    help: 'Bytes that the worker has fetched.',
    value: ({ bytes }) => bytes,
  },
]

/** Metrics without labels. */
export const SERVER_METRICS: readonly (Described & { readonly value: (engine: MeteredEngine) => number })[] = [
  {
    type: 'gauge',
    name: 'millrace_push_queries',
    help: 'Push queries that are open.',
    value: ({ pushQueries }) => pushQueries(),
  },
  {
    type: 'gauge',
    name: 'millrace_persistent_queries',
    help: 'Persistent queries, in whatever state.',
    value: ({ catalog }) => catalog().queries.size,
  },
]

/** The registry of all metrics, with those of the process. */
export function createMetrics(runtime: QueryRuntime, engine: MeteredEngine): Pick<Registry, 'metrics'> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  let statuses: ReadonlyMap<string, QueryStatus> = new Map()
  for (const { samples, ...metric } of QUERY_METRICS) {
    const ofAll = () => [...statuses].flatMap(([query, status]) => samples(status, query))
    new ScrapedMetric(registry, { ...metric, samples: ofAll })
  }
  for (const { value, ...metric } of TOPIC_METRICS) {
    const ofAll = () =>
      runtime
        .reading()
        .flatMap((topics, worker) =>
          [...topics].map(([topic, totals]) => ({ labels: { worker, topic }, value: value(totals) })),
        )
    new ScrapedMetric(registry, { ...metric, samples: ofAll })
  }
  for (const { value, ...metric } of SERVER_METRICS) {
    new ScrapedMetric(registry, { ...metric, samples: () => [{ labels: {}, value: value(engine) }] })
  }
  return {
    async metrics() {
      await runtime.refresh()
      statuses = statusesOf(runtime, engine)
      return registry.metrics()
    },
  }
}

/** Read once per scrape, because there may be thousands. */
function statusesOf(runtime: QueryRuntime, { catalog }: MeteredEngine): ReadonlyMap<string, QueryStatus> {
  const statuses = new Map<string, QueryStatus>()
  for (const query of catalog().queries.keys()) {
    const status = runtime.status(query)
    if (status !== undefined) statuses.set(query, status)
  }
  return statuses
}

/** A metric of steps; a step whose value is null has no sample. */
function perStep(
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (statistics: StepStatistics) => number | null,
): QueryMetric {
  const samples = ({ steps }: QueryStatus, query: string) =>
    steps.flatMap((statistics) => {
      const found = value(statistics)
      return found === null ? [] : [{ labels: { query, step: statistics.step }, value: found }]
    })
  return { type, name, help, samples }
}

/** Cumulative buckets, as Prometheus defines them: each also counts the buckets below it. */
function latencySamples({ buckets, sumMs }: LatencyCounts, labels: Labels): Sample[] {
  let count = 0
  const counted = buckets.map((bucket, i) => {
    count += bucket
    return { name: `${LATENCY}_bucket`, labels: { ...labels, le: LATENCY_BOUNDS_MS[i] ?? '+Inf' }, value: count }
  })
  return [
    ...counted,
    { name: `${LATENCY}_sum`, labels, value: sumMs },
    { name: `${LATENCY}_count`, labels, value: count },
  ]
}
