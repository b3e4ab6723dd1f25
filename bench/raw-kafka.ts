/**
 * What the Kafka adapter alone moves, without decoding records: `node bench/raw-kafka.ts HOST:PORT [records] [batch KiB]`. Produces records of
 * 255 bytes (key, value and record overhead) to a topic of 2 partitions, then fetches them; prints one JSON line for each.
 */

import { KafkaBroker } from '../src/broker/kafka/kafka-broker.ts'
import { recordCount } from '../src/broker/record-batch.ts'
import { RecordBatchBuilder } from '../src/broker/record-batch-builder.ts'

const RECORD_BYTES = 255
const PARTITIONS = 2
/** Whole batches the producer has on its way before it waits. */
const MAX_PENDING = 64

const [bootstrap = '127.0.0.1:9092', records = '1000000', batchKib = '256'] = process.argv.slice(2)
const perBatch = Math.floor((Number(batchKib) * 1024) / RECORD_BYTES)
const total = Math.ceil(Number(records) / perBatch) * perBatch

const broker = new KafkaBroker({ bootstrapServers: [bootstrap] })
await broker.connect()
const topic = `bench-raw-${process.pid}-${Date.now()}`
await broker.createTopic({ name: topic, partitions: PARTITIONS })
try {
  report('produce', await measure(produce))
  report('fetch', await measure(fetch))
  report('fetch', await measure(fetch))
} finally {
  await broker.deleteTopic(topic)
  await broker.close()
}

/** Batches are built once and copied, so that the cost of writing records is left out. */
async function produce(): Promise<number> {
  const template = buildBatch(perBatch)
  const producer = broker.producer()
  const pending = new Set<Promise<unknown>>()
  let bytes = 0
  for (let sent = 0, turn = 0; sent < total; sent += perBatch, turn++) {
    const sending = producer.send(topic, turn % PARTITIONS, Buffer.from(template))
    pending.add(sending)
    void sending.finally(() => pending.delete(sending))
    bytes += template.length
    if (pending.size >= MAX_PENDING) await Promise.race(pending)
  }
  await producer.flush()
  await producer.close()
  return bytes
}

async function fetch(): Promise<number> {
  const fetcher = broker.fetcher()
  for (let partition = 0; partition < PARTITIONS; partition++) fetcher.assign({ topic, partition, offset: 0 })
  let bytes = 0
  for (let seen = 0; seen < total; )
    for (const { fetchOffset, nextOffset, batches, error } of await fetcher.poll(1000)) {
      if (error !== null) throw error
      if (recordCount(batches, 0) < 1) throw new Error('an empty batch')
      seen += nextOffset - fetchOffset
      bytes += batches.length
    }
  await fetcher.close()
  return bytes
}

function buildBatch(count: number): Buffer {
  const builder = new RecordBatchBuilder()
  const key = Buffer.from('user_1234')
  const value = Buffer.alloc(RECORD_BYTES - key.length - 9, 'x')
  for (let index = 0; index < count; index++) builder.append(1_700_000_000_000 + index, key, value)
  return builder.finish()
}

async function measure(work: () => Promise<number>) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  const bytes = await work()
  const ms = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { bytes, ms, cpuMs: (user + system) / 1000 }
}

function report(what: string, { bytes, ms, cpuMs }: { bytes: number; ms: number; cpuMs: number }): void {
  const mbPerSecond = Math.round(bytes / ms / 1000)
  const recordsPerSecond = Math.round((total / ms) * 1000)
  console.log(JSON.stringify({ what, recordsPerSecond, mbPerSecond, ms: Math.round(ms), cpuMs: Math.round(cpuMs) }))
}
