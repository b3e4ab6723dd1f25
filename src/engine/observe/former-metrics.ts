/** Names that metrics had before version 0.2. They are written beside the present ones until version 0.3. */
import type { DescribedMetric, Sample } from './metric-family.ts'

export interface FormerMetric {
  readonly name: string
  readonly type: DescribedMetric['type']
  /** The present name. */
  readonly now: string
  /** From a sample of the present metric to those of the former. */
  readonly convert: (sample: Sample) => Sample[]
}

const renamed = (type: DescribedMetric['type'], name: string, now: string): FormerMetric => ({
  name,
  type,
  now,
  convert: (sample) => [sample],
})

const LATENCY_MS = 'millrace_query_latency_ms'
const LATENCY_SECONDS = 'millrace_query_latency_seconds'

export const FORMER_METRICS: readonly FormerMetric[] = [
  renamed('counter', 'millrace_query_records_consumed', 'millrace_query_records_consumed_total'),
  {
    name: 'millrace_query_first_read_ms',
    type: 'gauge',
    now: 'millrace_query_first_read_timestamp_seconds',
    convert: ({ labels, value }) => [{ labels, value: Math.round(value * 1000) }],
  },
  renamed('counter', 'millrace_query_records_produced', 'millrace_query_records_produced_total'),
  renamed('counter', 'millrace_query_bytes_consumed', 'millrace_query_consumed_bytes_total'),
  renamed('counter', 'millrace_query_bytes_produced', 'millrace_query_produced_bytes_total'),
  renamed('counter', 'millrace_query_errors', 'millrace_query_errors_total'),
  renamed('counter', 'millrace_query_commits', 'millrace_query_commits_total'),
  renamed('counter', 'millrace_query_failed_commits', 'millrace_query_failed_commits_total'),
  renamed('gauge', 'millrace_query_restore_left', 'millrace_query_restore_remaining_records'),
  {
    name: 'millrace_query_running',
    type: 'gauge',
    now: 'millrace_query_state',
    convert: ({ labels: { state, ...labels }, value }) => (state === 'RUNNING' ? [{ labels, value }] : []),
  },
  { name: LATENCY_MS, type: 'histogram', now: LATENCY_SECONDS, convert: latencyInMs },
  renamed('counter', 'millrace_step_records', 'millrace_step_records_total'),
  renamed('counter', 'millrace_step_late_records', 'millrace_step_late_records_total'),
  renamed('counter', 'millrace_step_cache_hits', 'millrace_step_cache_hits_total'),
  renamed('counter', 'millrace_step_cache_misses', 'millrace_step_cache_misses_total'),
  renamed('counter', 'millrace_topic_records_fetched', 'millrace_topic_records_fetched_total'),
  renamed('counter', 'millrace_topic_records_decoded', 'millrace_topic_records_decoded_total'),
  renamed('counter', 'millrace_topic_bytes_fetched', 'millrace_topic_fetched_bytes_total'),
]

function latencyInMs({ name = '', labels, value }: Sample): Sample[] {
  const { le, ...others } = labels
  const isSum = name.endsWith('_sum')
  const bound = typeof le === 'number' ? Math.round(le * 1000) : le
  return [
    {
      name: name.replace(LATENCY_SECONDS, LATENCY_MS),
      labels: bound === undefined ? others : { ...others, le: bound },
      value: isSum ? Math.round(value * 1000) : value,
    },
  ]
}
