/**
 * Many queries: 1,000 persistent filter queries over one topic, beside one query over the same topic. Options: `queries` (1,000), `records`
 * (500,000), `values` (as many as queries) that the filtered column takes in turn, `seconds` (20) for creating the queries, `mb` (1,024) resident. Each
 * query wants one value: with a hundred times as many values as queries, a record in a hundred is written somewhere, and what is measured is reading.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault, FaultOptions } from './fault.ts'
import { FaultServer, withDataDir, withLog } from './support/server.ts'
import { readRecords, type TextRecord, writeRecords } from './support/topics.ts'

const PARTITIONS = 2
const EPOCH_MS = 1_700_000_000_000
const POLL_MS = 50
/** Pause after a fetch of the metrics, in times that the fetch took: those of thousands of queries would become what is measured. */
const POLL_PAUSE_FACTOR = 10
const STALL_MS = 60_000
/** Statements under way at once: a client that waits for each answer measures its own latency as well. */
const STATEMENTS_AT_ONCE = 4
/** Filters on the values of one column; the single query of the comparison is the first. */
const SOURCE = `CREATE STREAM logs (k STRING KEY, id BIGINT, state STRING, kind STRING, payload STRING)
  WITH (kafka_topic='logs', key_format='KAFKA', value_format='JSON', partitions=${PARTITIONS});`

interface Run {
  readonly createMs: number
  readonly createdMb: number
  readonly peakMb: number
  readonly recordsPerSecond: number
  /**
   * CPU of the server in seconds per million records, from the last look at which none was read to the one at which all were: with it count what starts the
   * queries between that look and the first record, and the metrics.
   */
  readonly cpuPerMillion: number
  /** How often each record was fetched and decoded. */
  readonly decodedPerRecord: number
  readonly outputs: number
}

export const manyQueries: Fault = async (options) => {
  const { number, say } = options
  const queries = number('queries', 1_000)
  const records = number('records', 500_000)
  const values = number('values', queries)
  const one = await measure({ queries: 1, values, records }, options)
  say(`one query: ${JSON.stringify(one)}`)
  const many = await measure({ queries, values, records }, options)
  const wanted = recordsWanted({ queries, values, records })
  const failures = [
    ...check(many.createMs <= 1_000 * number('seconds', 20), `creating the queries took ${many.createMs} ms`),
    ...check(many.peakMb <= number('mb', 1_024), `${many.peakMb} MB were resident`),
    ...check(many.decodedPerRecord === 1, `each record was decoded ${many.decodedPerRecord} times`),
    ...check(many.outputs === wanted, `${many.outputs} of ${wanted} records came out`),
  ]
  const ratio = Number((one.recordsPerSecond / many.recordsPerSecond).toFixed(2))
  const cpuRatio = Number((many.cpuPerMillion / one.cpuPerMillion).toFixed(2))
  const counts = { queries, values, records }
  return { failures, measured: { ...counts, ...prefixed('one', one), ...prefixed('many', many), ratio, cpuRatio } }
}

/** Records whose value some query wants. */
function recordsWanted({ queries, values, records }: Load): number {
  const wantedValues = Math.min(queries, values)
  return Math.floor(records / values) * wantedValues + Math.min(records % values, wantedValues)
}

const check = (holds: boolean, text: string): string[] => (holds ? [] : [text])
const prefixed = (prefix: string, run: Run) =>
  Object.fromEntries(Object.entries(run).map(([name, value]) => [`${prefix}.${name}`, value as number]))

interface Load {
  readonly queries: number
  readonly values: number
  readonly records: number
}

/** Creates the queries over an empty topic, fills it while the server is down, and measures how the server reads it. */
function measure({ queries, values, records }: Load, { say }: FaultOptions): Promise<Run> {
  return withDataDir(async (dataDir) => {
    const created = await create(dataDir, queries, say)
    await withLog(dataDir, (broker) => writeRecords(broker, 'logs', PARTITIONS, logs(records, values)))
    const server = await FaultServer.start(dataDir)
    const read = await readAll(server, queries * records, records)
    say(`read at ${read.recordsPerSecond} records/s`)
    await server.stop()
    const outputs = await withLog(dataDir, async (broker) => {
      let count = 0
      for (let i = 0; i < queries; i++) for await (const _ of readRecords(broker, `F${i}`)) count++
      return count
    })
    return { ...created, ...read, outputs }
  })
}

async function create(dataDir: string, queries: number, say: FaultOptions['say']) {
  const server = await FaultServer.start(dataDir)
  await server.execute(SOURCE)
  const startedAt = performance.now()
  let next = 0
  const client = async () => {
    for (let i = next++; i < queries; i = next++) {
      await server.execute(
        `CREATE STREAM f${i} AS SELECT k, id, payload FROM logs WHERE state = 's${i}' EMIT CHANGES;`,
        {
          'auto.offset.reset': 'earliest',
        },
      )
      if ((i + 1) % 100 === 0) say(`${i + 1} queries, ${Math.round(server.residentMb())} MB`)
    }
  }
  await Promise.all(Array.from({ length: STATEMENTS_AT_ONCE }, client))
  const createMs = Math.round(performance.now() - startedAt)
  const createdMb = Math.round(server.residentMb())
  await server.stop()
  return { createMs, createdMb }
}

/** From the first record that was read to the last; `total`: records times queries. */
async function readAll(server: FaultServer, total: number, records: number) {
  let first = 0
  let firstCpu = 0
  let peakMb = 0
  let changedAt = performance.now()
  let before = -1
  for (;;) {
    const askedAt = performance.now()
    const values = await server.metrics([
      'millrace_query_records_consumed_total',
      'millrace_topic_records_decoded_total',
    ])
    const consumed = sum(values.get('millrace_query_records_consumed_total')!)
    const now = performance.now()
    peakMb = Math.max(peakMb, Math.round(server.residentMb()))
    if (consumed === 0) {
      first = now
      firstCpu = server.cpuSeconds()
    }
    if (consumed >= total) {
      const decoded = [...values.get('millrace_topic_records_decoded_total')!].filter(([labels]) =>
        labels.includes('"logs"'),
      )
      return {
        peakMb,
        recordsPerSecond: Math.round(records / ((now - first) / 1_000)),
        cpuPerMillion: Number(((server.cpuSeconds() - firstCpu) / (records / 1_000_000)).toFixed(2)),
        decodedPerRecord: decoded.reduce((all, [, value]) => all + value, 0) / records,
      }
    }
    if (consumed !== before) {
      before = consumed
      changedAt = now
    } else if (now - changedAt > STALL_MS) throw new Error(`Stuck at ${consumed} of ${total}:\n${server.output}`)
    await delay(Math.max(POLL_MS, POLL_PAUSE_FACTOR * (now - askedAt)))
  }
}

const sum = (values: ReadonlyMap<string, number>): number => [...values.values()].reduce((all, value) => all + value, 0)

function* logs(records: number, values: number): Iterable<TextRecord> {
  for (let id = 0; id < records; id++) {
    const value = {
      id,
      state: `s${id % values}`,
      kind: 'user',
      payload: `GET /movies/${id % 97}/play HTTP/1.1 200 6412 Mozilla/5.0 (X11)`,
    }
    yield { key: `u${(id * 7919) % 10_000}`, timestamp: EPOCH_MS + 10 * id, value: JSON.stringify(value) }
  }
}
