import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EMPTY_CATALOG } from '../../../../src/engine/commands/catalog.ts'
import { createMetrics, QUERY_METRICS, SERVER_METRICS, TOPIC_METRICS } from '../../../../src/engine/observe/metrics.ts'
import { addLatencies, LatencyHistogram } from '../../../../src/runtime/latency.ts'
import type { QueryRuntime, QueryStatus } from '../../../../src/runtime/query-runtime.ts'

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
    processingErrors: 1,
    lagRecords: 2,
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
    restores: { restored: 3, left: 2 },
  }
}

async function scrape(): Promise<string[]> {
  const runtime: Pick<QueryRuntime, 'refresh' | 'status' | 'reading'> = {
    refresh: async () => {},
    status,
    reading: () => [new Map([['logs', { records: 7, decoded: 7, bytes: 300 }]])],
  }
  const catalog = { ...EMPTY_CATALOG, queries: new Map([['Q1', {} as never]]) }
  const metrics = createMetrics(runtime as QueryRuntime, { catalog: () => catalog, pushQueries: () => 6 })
  return (await metrics.metrics()).split('\n')
}

test('values are those of the moment of the scrape, by query, step and topic', async () => {
  const lines = await scrape()
  expect(lines).toContain('# TYPE millrace_query_records_consumed counter')
  expect(lines).toContain('millrace_query_records_consumed{query="Q1"} 7')
  expect(lines).toContain('millrace_step_state_entries{query="Q1",step="Aggregate"} 3')
  expect(lines).toContain('millrace_step_state_bytes{query="Q1",step="Aggregate"} 90')
  expect(lines).toContain('millrace_step_cache_hits{query="Q1",step="Aggregate"} 6')
  expect(lines).toContain('millrace_step_cache_misses{query="Q1",step="Aggregate"} 1')
  expect(lines).toContain('millrace_query_restore_left{query="Q1"} 2')
  expect(lines).toContain('millrace_query_bytes_produced{query="Q1"} 500')
  expect(lines).toContain('millrace_topic_records_decoded{worker="0",topic="logs"} 7')
  expect(lines).toContain('millrace_push_queries 6')
})

test('latencies are a histogram whose buckets include the smaller ones', async () => {
  const lines = await scrape()
  expect(lines).toContain('# TYPE millrace_query_latency_ms histogram')
  expect(lines).toContain('millrace_query_latency_ms_bucket{query="Q1",le="2"} 0')
  expect(lines).toContain('millrace_query_latency_ms_bucket{query="Q1",le="5"} 1')
  expect(lines).toContain('millrace_query_latency_ms_bucket{query="Q1",le="+Inf"} 2')
  expect(lines).toContain('millrace_query_latency_ms_count{query="Q1"} 2')
  expect(lines).toContain('millrace_query_latency_ms_sum{query="Q1"} 70003')
})

test('latencies of several tasks add up, and one from the future counts as none', () => {
  const histogram = new LatencyHistogram()
  histogram.observe(-5)
  const { buckets, sumMs } = addLatencies([histogram.counts, status().latency])
  expect(buckets[0]).toBe(1)
  expect(buckets.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(sumMs).toBe(70_003)
})

test('docs/operations.md lists every metric as it is described', () => {
  const text = readFileSync(new URL('../../../../docs/operations.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| `(millrace_\w+)` \| (\w+) \| [^|]*\| (.*) \|$/gm)]
  const listed = rows.map(([, name, type, help]) => ({ name, type, help }))
  const described = [...QUERY_METRICS, ...TOPIC_METRICS, ...SERVER_METRICS].map(({ name, type, help }) => ({
    name,
    type,
    help,
  }))
  expect(listed).toEqual(described)
})
