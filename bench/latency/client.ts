/** The load of bench/latency.ts: produces at a steady rate and reads the rows back through a push query, in one thread so that both use one clock. */
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Broker } from '../../src/broker/broker.ts'
import { attachEmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts'
import type { BrokerConnection } from '../../src/runtime/threads/setup.ts'

export interface LatencyClient {
  readonly connection: BrokerConnection
  readonly url: string
  /** Stream that the push query reads. */
  readonly source: string
  /** Its topic, of two partitions. */
  readonly topic: string
  /** Records per second. */
  readonly rate: number
  readonly seconds: number
}

export interface LatencyReport {
  readonly rows: number
  readonly p50: number
  readonly p99: number
  readonly max: number
}

const PARTITIONS = 2
const PAYLOAD = 'x'.repeat(150)
const WARM_UP_MS = 2_000
/** The generator's turn; what is due in it leaves together, as from a producer with a linger of that. */
const TURN_MS = 1
const LAST_ROWS_MS = 3_000

const client = workerData as LatencyClient
const broker = open(client.connection)
await broker.connect()
const latencies: number[] = []
let isMeasuring = false
const subscription = await subscribe()
const producer = broker.producer()
const builders = Array.from({ length: PARTITIONS }, () => new RecordBatchBuilder())
await warmUp()
const sent = await generate()
for (const end = now() + LAST_ROWS_MS; subscription.rows < sent && now() < end; ) await delay(20)
subscription.close()
parentPort!.postMessage(summary(latencies))
await broker.close()
process.exit(0)

function open(connection: BrokerConnection): Broker {
  return connection.kind === 'kafka' ? new KafkaBroker(connection.options) : attachEmbeddedLog(connection.attachment)
}

/** Epoch ms with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now()
}

/** Resolves when the query runs. The time of a row is the time at which its chunk arrived. */
function subscribe(): Promise<{ readonly rows: number; close(): void }> {
  const state = { rows: 0, close: () => {} }
  const sql = `SELECT sent FROM ${client.source} EMIT CHANGES;`
  return new Promise((resolve, reject) => {
    const query = request(`${client.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    state.close = () => query.destroy()
    query.on('error', (error) => (state.rows === 0 ? reject(error) : undefined))
    query.on('response', (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('error', () => {})
      response.on('data', (chunk: string) => {
        const arrived = now()
        const lines = (rest + chunk).split('\n')
        rest = lines.pop()!
        for (const line of lines) {
          const row = /^\[(\d+)\]/.exec(line)
          if (row === null) continue
          state.rows++
          if (isMeasuring) latencies.push(arrived - Number(row[1]) / 1000)
        }
      })
      resolve(state)
    })
    query.end(JSON.stringify({ sql, properties: { 'auto.offset.reset': 'latest' } }))
  })
}

/** Until rows have come for a while: the query's tasks are running and compiled. */
async function warmUp(): Promise<void> {
  for (let liveUntil = Number.POSITIVE_INFINITY; now() < liveUntil; await delay(TURN_MS)) {
    send(10)
    if (subscription.rows > 0) liveUntil = Math.min(liveUntil, now() + WARM_UP_MS)
  }
  for (let before = -1; subscription.rows !== before; await delay(LAST_ROWS_MS / 10)) before = subscription.rows
}

/** Resolves to the rows that the subscriber has when everything came. */
async function generate(): Promise<number> {
  const before = subscription.rows
  isMeasuring = true
  const startedAt = now()
  const total = client.rate * client.seconds
  let count = 0
  while (count < total) {
    const due = Math.min(total, Math.floor(((now() - startedAt) / 1000) * client.rate))
    send(due - count)
    count = due
    await delay(TURN_MS)
  }
  await producer.close()
  return before + total
}

/** The time goes as microseconds since the epoch, which are a safe integer. */
function send(records: number): void {
  for (let i = 0; i < records; i++) {
    const time = now()
    const value = `{"sent":${Math.round(time * 1000)},"payload":"${PAYLOAD}"}`
    builders[i % PARTITIONS]!.append(Math.floor(time), Buffer.from(`key${i % 1000}`), Buffer.from(value))
  }
  builders.forEach((builder, partition) => {
    if (builder.count > 0) void producer.send(client.topic, partition, builder.finish())
  })
}

function summary(values: readonly number[]): LatencyReport {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return {
    rows: values.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  }
}
