import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { EMPTY_CATALOG } from '../../../../src/engine/commands/catalog.ts'
import { buildMetric } from '../../../../src/engine/observe/build-metric.ts'
import { connectorMetrics } from '../../../../src/engine/observe/connector-metrics.ts'
import { diskMetrics } from '../../../../src/engine/observe/disk-metrics.ts'
import { FORMER_METRICS } from '../../../../src/engine/observe/former-metrics.ts'
import type { MetricFamily } from '../../../../src/engine/observe/metric-family.ts'
import { createMetrics, engineMetrics } from '../../../../src/engine/observe/metrics.ts'
import { addLatencies, LatencyHistogram } from '../../../../src/runtime/latency.ts'
import type { QueryRuntime, QueryStatus } from '../../../../src/runtime/query-runtime.ts'
import { RequestMetrics } from '../../../../src/server/request-metrics.ts'

function status(): QueryStatus {
  const latency = new LatencyHistogram()
  latency.observe(3)
  latency.observe(70_000)
  return {
    state: 'RUNNING',
    failures: [],
    failureCount: 0,
    recordsConsumed: 7,
    firstReadAt: 1_700_000_000_000,
    recordsProduced: 5,
    bytesConsumed: 700,
    bytesProduced: 500,
    misplacedKeys: 0,
    removedRecords: 3,
    unread: { partitions: 2, message: 'Topic t has 2 partitions more.' },
    processingErrors: 1,
    lagRecords: 2,
    waitsFor: null,
    commits: 4,
    failedCommits: 0,
    latency: latency.counts,
    steps: [
      {
        step: 'Aggregate',
        recordsIn: 7,
        recordsOut: 5,
        lateRecords: 1,
        droppedRecords: 0,
        stateEntries: 3,
        stateBytes: 90,
        cacheHits: 6,
        cacheMisses: 1,
        timeMs: 2,
      },
    ],
    functions: [{ function: 'F', calls: 10, errors: 2, timeMs: 1500 }],
    restores: { restored: 3, left: 2 },
  }
}

const runtime: Pick<QueryRuntime, 'refresh' | 'status' | 'reading' | 'throttledMs'> = {
  refresh: async () => {},
  status,
  throttledMs: () => 1500,
  reading: () => [new Map([['logs', { records: 7, decoded: 7, bytes: 300 }]])],
}
const replacement = { phase: 'building', version: { link: { queryId: 'Q1' } } } as never
const catalog = {
  ...EMPTY_CATALOG,
  queries: new Map([['Q1', {} as never]]),
  replacements: new Map([['D', replacement]]),
}
const parts = { runtime: runtime as QueryRuntime, engine: { catalog: () => catalog, pushQueries: () => 6 } }

/** All metrics of a server, with samples of each. */
function families(): readonly MetricFamily[] {
  const counts = new RequestMetrics()
  counts.request({ method: 'GET', route: '/info', status: 200, seconds: 0.02, isStream: false })
  counts.query('pullTable', 0.2)
  return [
    buildMetric('1.2.3'),
    ...engineMetrics(() => parts),
    ...connectorMetrics(() => [
      {
        name: 'C',
        tasks: [{ id: 0, state: 'RUNNING' }],
        records: 3,
        refused: 1,
        retries: 2,
        recordsPerSecond: 1,
        lag: 5,
        lastError: null,
      },
    ]),
    ...diskMetrics(tmpdir(), new ManualTimer()),
    ...counts.families(),
  ]
}

async function scrape(): Promise<string[]> {
  return (await createMetrics(families(), async () => {}).metrics()).split('\n')
}

test('values are those of the moment of the scrape, by query, step and topic', async () => {
  const lines = await scrape()
  expect(lines).toContain('# TYPE millrace_query_records_consumed_total counter')
  expect(lines).toContain('millrace_query_records_consumed_total{query="Q1"} 7')
  expect(lines).toContain('millrace_query_first_read_timestamp_seconds{query="Q1"} 1700000000')
  expect(lines).toContain('millrace_query_state{query="Q1",state="RUNNING"} 1')
  expect(lines).toContain('millrace_query_state{query="Q1",state="ERROR"} 0')
  expect(lines).toContain('millrace_step_records_total{query="Q1",step="Aggregate",direction="in"} 7')
  expect(lines).toContain('millrace_step_state_entries{query="Q1",step="Aggregate"} 3')
  expect(lines).toContain('millrace_step_state_bytes{query="Q1",step="Aggregate"} 90')
  expect(lines).toContain('millrace_step_cache_hits_total{query="Q1",step="Aggregate"} 6')
  expect(lines).toContain('millrace_step_cache_misses_total{query="Q1",step="Aggregate"} 1')
  expect(lines).toContain('millrace_query_restore_remaining_records{query="Q1"} 2')
  expect(lines).toContain('millrace_query_produced_bytes_total{query="Q1"} 500')
  expect(lines).toContain('millrace_topic_records_decoded_total{worker="0",topic="logs"} 7')
  expect(lines).toContain('millrace_push_queries 6')
  expect(lines).toContain('millrace_query_removed_records_total{query="Q1"} 3')
  expect(lines).toContain('millrace_query_unread_partitions{query="Q1"} 2')
  expect(lines).toContain('millrace_kafka_throttled_seconds_total 1.5')
})

test('latencies are a histogram in seconds whose buckets include the smaller ones', async () => {
  const lines = await scrape()
  expect(lines).toContain('# TYPE millrace_query_latency_seconds histogram')
  expect(lines).toContain('millrace_query_latency_seconds_bucket{query="Q1",le="0.002"} 0')
  expect(lines).toContain('millrace_query_latency_seconds_bucket{query="Q1",le="0.005"} 1')
  expect(lines).toContain('millrace_query_latency_seconds_bucket{query="Q1",le="+Inf"} 2')
  expect(lines).toContain('millrace_query_latency_seconds_count{query="Q1"} 2')
  expect(lines).toContain('millrace_query_latency_seconds_sum{query="Q1"} 70.003')
})

test('former names are written beside the present ones, in their own units', async () => {
  const lines = await scrape()
  expect(lines).toContain('# TYPE millrace_query_records_consumed counter')
  expect(lines).toContain('millrace_query_records_consumed{query="Q1"} 7')
  expect(lines).toContain('millrace_query_first_read_ms{query="Q1"} 1700000000000')
  expect(lines.filter((line) => line.startsWith('millrace_query_running'))).toEqual([
    'millrace_query_running{query="Q1"} 1',
  ])
  expect(lines).toContain('millrace_query_latency_ms_bucket{query="Q1",le="5"} 1')
  expect(lines).toContain('millrace_query_latency_ms_bucket{query="Q1",le="+Inf"} 2')
  expect(lines).toContain('millrace_query_latency_ms_sum{query="Q1"} 70003')
  const present = new Set(families().map(({ name }) => name))
  expect(FORMER_METRICS.filter(({ now }) => !present.has(now))).toEqual([])
})

test('a server that starts shows its process and its versions, and no queries', async () => {
  const text = await createMetrics([buildMetric('1.2.3'), ...engineMetrics(() => null)], async () => {}).metrics()
  expect(text).toMatch(/^millrace_build_info\{version="1\.2\.3",node_version="[\d.]+",ksqldb_version="[\d.]+"\} 1$/m)
  expect(text).not.toMatch(/^millrace_(?!build_info)/m)
  const [, seconds] = /^process_cpu_seconds_total (\S+)$/m.exec(text) ?? []
  expect(Number(seconds)).toBeGreaterThan(0.9 * (process.cpuUsage().user / 1e6))
})

test('requests, queries and connections are counted', async () => {
  const lines = await scrape()
  expect(lines).toContain('millrace_http_requests_total{method="GET",path="/info",code="200"} 1')
  expect(lines).toContain('millrace_http_request_duration_seconds_bucket{path="/info",le="0.01"} 0')
  expect(lines).toContain('millrace_http_request_duration_seconds_bucket{path="/info",le="0.025"} 1')
  expect(lines).toContain('millrace_http_connections{protocol="http2"} 0')
  expect(lines).toContain('millrace_pull_query_duration_seconds_count 1')
  expect(lines).toContain('millrace_push_query_duration_seconds_count 0')
})

test('latencies of several tasks add up, and one from the future counts as none', () => {
  const histogram = new LatencyHistogram()
  histogram.observe(-5)
  const { buckets, sumMs } = addLatencies([histogram.counts, status().latency])
  expect(buckets[0]).toBe(1)
  expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(sumMs).toBe(70_003)
})

/** Prometheus's page "Metric and label naming", and the rules of `promtool check metrics`. */
test.each(families())('$name is named by the conventions of Prometheus', ({ name, type, help, labels }) => {
  expect(name).toMatch(/^millrace_[a-z0-9]+(?:_[a-z0-9]+)*$/)
  expect(help).toMatch(/^[A-Z0-9].*\.$/)
  expect(name.endsWith('_total')).toBe(type === 'counter')
  expect(name).not.toMatch(/_(?:count|sum|bucket|gauge|counter|histogram|metric)$/)
  expect(name).not.toMatch(/(?:^|_)(?:ms|millis|milliseconds|minutes|hours|days|kb|mb|gb|kilobytes|percent)(?:_|$)/)
  for (const label of labels) {
    expect(label).toMatch(/^[a-z]+(?:_[a-z]+)*$/)
    expect(['le', 'quantile', 'job', 'instance']).not.toContain(label)
  }
})

test.each(families())('$name has samples with the labels that it names', async ({ name, type, labels, samples }) => {
  const found = [...(await samples())]
  expect(found).not.toHaveLength(0)
  for (const sample of found) {
    expect(Object.keys(sample.labels).filter((label) => label !== 'le')).toEqual(labels)
    if (type === 'histogram') expect(sample.name).toMatch(new RegExp(`^${name}_(?:bucket|sum|count)$`))
  }
})

const page = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')

test('docs/operations.md lists every metric as it is described', () => {
  const rows = [...page.matchAll(/^\| `(millrace_\w+)` \| (counter|gauge|histogram) \| ([^|]*) \| (.*) \|$/gm)]
  const listed = rows.map(([, name, type, labels, help]) => ({ name, type, labels, help }))
  expect(listed).toEqual(
    families().map(({ name, type, labels, help }) => ({ name, type, labels: labels.join(', '), help })),
  )
})

test('docs/operations.md lists every former name', () => {
  const rows = [...page.matchAll(/^\| `(millrace_\w+)` \| `(millrace_\w+)` \|/gm)]
  expect(rows.map(([, name, now]) => ({ name, now }))).toEqual(FORMER_METRICS.map(({ name, now }) => ({ name, now })))
})

test('the alerts of docs/operations.md name metrics that exist', () => {
  const expressions = [...page.matchAll(/^ +expr: (.*)$/gm)].map(([, expression]) => expression!)
  const named = expressions.flatMap((expression) => expression.match(/millrace_\w+/g) ?? [])
  expect(named.length).toBeGreaterThan(3)
  const present = new Set(families().map(({ name }) => name))
  expect(named.filter((name) => !present.has(name))).toEqual([])
})
