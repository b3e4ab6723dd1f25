/**
 * The raw limits as peers: takes the records of `users` and does nothing with them (RAW=fetch), or parses each with JSON.parse
 * (RAW=parse). Prints one JSON line.
 */
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { RecordBatchCursor } from '../../src/broker/record-batch-cursor.ts'

const records = Number(process.env['N'] ?? 1_000_000)
const parses = process.env['RAW'] === 'parse'
const broker = new KafkaBroker({ bootstrapServers: (process.env['BROKERS'] ?? '127.0.0.1:9092').split(',') })
await broker.connect()
const fetcher = broker.fetcher()
const cursor = new RecordBatchCursor()
for (const partition of [0, 1]) fetcher.assign({ topic: 'users', partition, offset: 0 })
let seen = 0
let matches = 0
let startedAt = 0
while (seen < records) {
  for (const { batches, fetchOffset, nextOffset } of await fetcher.poll(1000)) {
    if (startedAt === 0) startedAt = performance.now()
    seen += nextOffset - fetchOffset
    if (parses) parseAll(batches)
  }
}
const seconds = (performance.now() - startedAt) / 1000
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ rate: Math.round(records / seconds), cpuSeconds: (user + system) / 1e6, matches }))
await broker.close()

function parseAll(batches: Buffer): void {
  cursor.reset(batches)
  while (cursor.next()) {
    const { buffer, valueStart, valueEnd } = cursor
    if (JSON.parse(buffer.toString('utf8', valueStart, valueEnd)).state === 'LA') matches++
  }
}
