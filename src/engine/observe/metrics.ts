/** The metrics that Prometheus scrapes, read from the runtime at each scrape. See docs/operations.md#metrics. */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { LATENCY_BOUNDS_MS } from '../../runtime/latency.ts'
import type { FunctionStatistics, StepStatistics, TopicTotals } from '../../runtime/query-progress.ts'
import type { QueryRuntime, QueryState, QueryStatus } from '../../runtime/query-runtime.ts'
import type { MeteredEngine } from '../api.ts'
import { FORMER_METRICS } from './former-metrics.ts'
import { type DescribedMetric, histogramSamples, type MetricFamily, type Sample } from './metric-family.ts'
import { REPLACEMENT_METRICS } from './replacement-metrics.ts'
import { ScrapedMetric } from './scraped-metric.ts'

type QueryMetric = DescribedMetric & { readonly samples: (status: QueryStatus, query: string) => Sample[] }
type TopicMetric = DescribedMetric & { readonly value: (totals: TopicTotals) => number }

const perQuery = (
  type: 'counter' | 'gauge',
  name: string,
  help: string,
  value: (status: QueryStatus) => number,
): QueryMetric => ({
  type,
  name,
  help,
  labels: ['query'],
  samples: (status, query) => [{ labels: { query }, value: value(status) }],
})

const LATENCY = 'millrace_query_latency_seconds'
const LATENCY_BOUNDS_SECONDS = LATENCY_BOUNDS_MS.map((ms) => ms / 1000)

const QUERY_STATES: readonly QueryState[] = [
  'CREATED',
  'RUNNING',
  'REBALANCING',
  'PAUSED',
  'PENDING_SHUTDOWN',
  'ERROR',
  'NOT_RUNNING',
]

/** Metrics with the label `query`, and those of steps also with `step`, those of functions with `function`. */
const QUERY_METRICS: readonly QueryMetric[] = [
  perQuery(
    'counter',
    'millrace_query_records_consumed_total',
    'Records that the query has read.',
    (q) => q.recordsConsumed,
  ),
  perQuery(
    'gauge',
    'millrace_query_first_read_timestamp_seconds',
    'When the first records came since the query was last started; 0: none yet.',
    (q) => (q.firstReadAt ?? 0) / 1000,
  ),
  perQuery(
    'counter',
    'millrace_query_records_produced_total',
    'Records that the query has written.',
    (q) => q.recordsProduced,
  ),
  perQuery(
    'counter',
    'millrace_query_consumed_bytes_total',
    'Bytes of the batches that the query has read.',
    (q) => q.bytesConsumed,
  ),
  perQuery(
    'counter',
    'millrace_query_produced_bytes_total',
    'Bytes of the batches that the query has written, changelogs included.',
    (q) => q.bytesProduced,
  ),
  perQuery(
    'counter',
    'millrace_query_errors_total',
    'Records that the query could not process, and failures that stopped it.',
    (q) => q.processingErrors + q.failureCount,
  ),
  perQuery(
    'counter',
    'millrace_query_misplaced_keys_total',
    'Records, of a sample, whose producer chose another partition for their key than Millrace does: joins miss them.',
    (q) => q.misplacedKeys,
  ),
  perQuery(
    'counter',
    'millrace_query_removed_records_total',
    'Records that were removed from its topics, by retention or by hand, before the query had read them.',
    (q) => q.removedRecords,
  ),
  perQuery(
    'gauge',
    'millrace_query_unread_partitions',
    'Partitions that were added to its topics and that the query cannot read: it must be created again.',
    (q) => q.unread?.partitions ?? 0,
  ),
  perQuery('counter', 'millrace_query_commits_total', 'Commits of the query.', (q) => q.commits),
  perQuery(
    'counter',
    'millrace_query_failed_commits_total',
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
    'millrace_query_restore_remaining_records',
    'Records of changelogs still to be restored, at most; one that was read and is not written counts as half. 0: none.',
    (q) => q.restores.left,
  ),
  {
    type: 'gauge',
    name: 'millrace_query_state',
    help: '1 for the state that the query is in, 0 for the others.',
    labels: ['query', 'state'],
    samples: ({ state }, query) =>
      QUERY_STATES.map((one) => ({ labels: { query, state: one }, value: Number(one === state) })),
  },
  {
    type: 'histogram',
    name: LATENCY,
    help: "From a record's time until its result was stored: that of the newest record of each batch written.",
    labels: ['query'],
    samples: ({ latency: { buckets, sumMs } }, query) =>
      histogramSamples(LATENCY, { bounds: LATENCY_BOUNDS_SECONDS, buckets, sum: sumMs / 1000 }, { query }),
  },
  {
    type: 'counter',
    name: 'millrace_step_records_total',
    help: 'Records into and out of each step of the query.',
    labels: ['query', 'step', 'direction'],
    samples: ({ steps }, query) =>
      steps.flatMap(({ step, recordsIn, recordsOut }) => [
        { labels: { query, step, direction: 'in' }, value: recordsIn },
        { labels: { query, step, direction: 'out' }, value: recordsOut },
      ]),
  },
  perStep(
    'counter',
    'millrace_step_late_records_total',
    'Records that came too late for the step.',
    (s) => s.lateRecords,
  ),
  perStep('gauge', 'millrace_step_state_entries', 'Entries of the stores of a step with state.', (s) => s.stateEntries),
  perStep(
    'gauge',
    'millrace_step_state_bytes',
    'Bytes of these entries on disk, by the mean of those written since the start.',
    (s) => s.stateBytes,
  ),
  perStep('counter', 'millrace_step_cache_hits_total', 'Lookups of state answered from memory.', (s) => s.cacheHits),
  perStep('counter', 'millrace_step_cache_misses_total', 'Lookups of state that read the disk.', (s) => s.cacheMisses),
  perFunction('millrace_function_calls_total', 'Calls of a user-defined function.', ({ calls }) => calls),
  perFunction(
    'millrace_function_errors_total',
    'Calls that threw, ran out of time or memory, or gave a value of another type.',
    ({ errors }) => errors,
  ),
  perFunction(
    'millrace_function_time_seconds_total',
    'Time of the calls, estimated from a sample.',
    ({ timeMs }) => timeMs / 1000,
  ),
]

/**
 * Metrics with the labels `worker` and `topic`. Queries that read a topic alike share one reader, so these do not grow with their number.
 */
const TOPIC_METRICS: readonly TopicMetric[] = [
  {
    type: 'counter',
    name: 'millrace_topic_records_fetched_total',
    help: 'Records that the worker has fetched.',
    labels: ['worker', 'topic'],
    value: ({ records }) => records,
  },
  {
    type: 'counter',
    name: 'millrace_topic_records_decoded_total',
    help: 'How often the worker has decoded a record.',
    labels: ['worker', 'topic'],
    value: ({ decoded }) => decoded,
  },
  {
    type: 'counter',
    name: 'millrace_topic_fetched_bytes_total',
    help: 'Bytes that the worker has fetched.',
    labels: ['worker', 'topic'],
    value: ({ bytes }) => bytes,
  },
]

/** Metrics without labels. */
const SERVER_METRICS: readonly (DescribedMetric & { readonly value: (engine: MeteredEngine) => number })[] = [
  {
    type: 'gauge',
    name: 'millrace_push_queries',
    help: 'Push queries that are open.',
    labels: [],
    value: ({ pushQueries }) => pushQueries(),
  },
  {
    type: 'gauge',
    name: 'millrace_persistent_queries',
    help: 'Persistent queries, in whatever state.',
    labels: [],
    value: ({ catalog }) => catalog().queries.size,
  },
]

/** What the metrics of queries are read from. */
export interface MeteredParts {
  readonly runtime: QueryRuntime
  readonly engine: MeteredEngine
}

/** The metrics of the engine. `parts`: null while it starts, when they have no samples. */
export function engineMetrics(parts: () => MeteredParts | null): MetricFamily[] {
  const read = (samples: (parts: MeteredParts) => Iterable<Sample>) => () => {
    const ready = parts()
    return ready === null ? [] : samples(ready)
  }
  return [
    ...QUERY_METRICS.map(({ samples, ...metric }) => ({
      ...metric,
      samples: read(({ runtime, engine }) =>
        [...engine.catalog().queries.keys()].flatMap((query) => {
          const status = runtime.status(query)
          return status === undefined ? [] : samples(status, query)
        }),
      ),
    })),
    ...REPLACEMENT_METRICS.map(({ samples, ...metric }) => ({
      ...metric,
      samples: read(({ runtime, engine }) => samples(engine.catalog(), runtime)),
    })),
    ...TOPIC_METRICS.map(({ value, ...metric }) => ({
      ...metric,
      samples: read(({ runtime }) =>
        runtime
          .reading()
          .flatMap((topics, worker) =>
            [...topics].map(([topic, totals]) => ({ labels: { worker, topic }, value: value(totals) })),
          ),
      ),
    })),
    {
      type: 'counter',
      name: 'millrace_kafka_throttled_seconds_total',
      help: 'How long Kafka has made the workers wait because of quotas.',
      labels: [],
      samples: read(({ runtime }) => [{ labels: {}, value: runtime.throttledMs() / 1000 }]),
    },
    ...SERVER_METRICS.map(({ value, ...metric }) => ({
      ...metric,
      samples: read(({ engine }) => [{ labels: {}, value: value(engine) }]),
    })),
  ]
}

/** The text of all these metrics, of their former names, and of the process. `refresh` is awaited at each scrape before any is read. */
export function createMetrics(
  families: readonly MetricFamily[],
  refresh: () => Promise<void>,
): { metrics(): Promise<string> } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  for (const name of CPU_METRICS) registry.removeSingleMetric(name)
  for (const family of [...families, ...PROCESS_METRICS, ...formerFamilies(families)])
    new ScrapedMetric(registry, family)
  return {
    async metrics() {
      await refresh()
      return registry.metrics()
    },
  }
}

/** The client's own begin to count when it is loaded, at the first scrape. */
const CPU_METRICS = ['process_cpu_user_seconds_total', 'process_cpu_system_seconds_total', 'process_cpu_seconds_total']

const MICROSECONDS = 1e-6

const PROCESS_METRICS: readonly MetricFamily[] = [
  cpuMetric('process_cpu_user_seconds_total', 'User CPU time of the process.', ({ user }) => user),
  cpuMetric('process_cpu_system_seconds_total', 'System CPU time of the process.', ({ system }) => system),
  cpuMetric(
    'process_cpu_seconds_total',
    'User and system CPU time of the process.',
    ({ user, system }) => user + system,
  ),
]

function cpuMetric(name: string, help: string, microseconds: (usage: NodeJS.CpuUsage) => number): MetricFamily {
  const samples = () => [{ labels: {}, value: microseconds(process.cpuUsage()) * MICROSECONDS }]
  return { type: 'counter', name, help, labels: [], samples }
}

/** Each metric under the name that it had before, for dashboards that have not moved yet. */
function formerFamilies(families: readonly MetricFamily[]): MetricFamily[] {
  return FORMER_METRICS.flatMap(({ name, type, now, convert }) => {
    const family = families.find((one) => one.name === now)
    if (family === undefined) return []
    const samples = async () => [...(await family.samples())].flatMap(convert)
    return [{ name, type, help: `Former name of ${now}, to be removed in version 0.3.`, labels: [], samples }]
  })
}

/** A metric of the user-defined functions that a query calls. */
function perFunction(name: string, help: string, value: (statistics: FunctionStatistics) => number): QueryMetric {
  const samples = ({ functions }: QueryStatus, query: string) =>
    functions.map((statistics) => ({ labels: { query, function: statistics.function }, value: value(statistics) }))
  return { type: 'counter', name, help, labels: ['query', 'function'], samples }
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
  return { type, name, help, labels: ['query', 'step'], samples }
}
