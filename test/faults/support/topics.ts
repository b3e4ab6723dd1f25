/** Records into topics and out of them, while no server runs. */
import type { Broker, Producer } from '../../../src/broker/broker.ts'
import { partitionForKey } from '../../../src/broker/partitioner.ts'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import { RecordBatchCursor } from '../../../src/broker/record-batch-cursor.ts'

const BATCH_BYTES = 64 * 1024
/** Batches sent before the writer waits. */
const MAX_UNDER_WAY = 64
const POLL_MS = 500

export interface TextRecord {
  readonly key: string
  readonly value: string
  readonly timestamp: number
}

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly key: Buffer | null
  readonly value: string | null
  readonly timestamp: number
}

/** Appends records to a topic, each to the partition of its key. Resolves when they are stored. */
export async function writeRecords(
  broker: Broker,
  topic: string,
  partitions: number,
  records: Iterable<TextRecord>,
): Promise<void> {
  const producer = broker.producer()
  const builders = Array.from({ length: partitions }, () => new RecordBatchBuilder())
  const underWay = new Set<Promise<unknown>>()
  for (const { key, value, timestamp } of records) {
    const bytes = Buffer.from(key)
    const partition = partitionForKey(bytes, partitions)
    const builder = builders[partition]!
    builder.append(timestamp, bytes, Buffer.from(value))
    if (builder.size >= BATCH_BYTES) await send(producer, topic, partition, builder, underWay)
  }
  for (const [partition, builder] of builders.entries()) {
    if (builder.count > 0) await send(producer, topic, partition, builder, underWay)
  }
  await Promise.all(underWay)
  await producer.close()
}

async function send(
  producer: Producer,
  topic: string,
  partition: number,
  builder: RecordBatchBuilder,
  underWay: Set<Promise<unknown>>,
): Promise<void> {
  const sending = producer.send(topic, partition, builder.finish())
  underWay.add(sending)
  void sending.finally(() => underWay.delete(sending))
  if (underWay.size >= MAX_UNDER_WAY) await Promise.race(underWay)
}

/** Every record that was committed, each partition in its order. */
export async function* readRecords(broker: Broker, topic: string): AsyncIterable<ReadRecord> {
  const ends = (await broker.endOffsets(topic, { readCommitted: true })).filter(({ offset }) => offset > 0)
  const left = new Map(ends.map(({ partition, offset }) => [partition, offset]))
  const fetcher = broker.fetcher({ readCommitted: true })
  for (const partition of left.keys()) fetcher.assign({ topic, partition, offset: 0 })
  const cursor = new RecordBatchCursor({ verifyChecksums: true })
  while (left.size > 0) {
    for (const fetched of await fetcher.poll(POLL_MS)) {
      const { partition, batches, fetchOffset, nextOffset, abortedTransactions, error } = fetched
      if (error !== null) throw error
      cursor.reset(batches, fetchOffset, abortedTransactions)
      while (cursor.next()) yield recordAt(cursor, partition)
      if (nextOffset >= left.get(partition)!) left.delete(partition)
    }
  }
  await fetcher.close()
}

const recordAt = (cursor: RecordBatchCursor, partition: number): ReadRecord => ({
  partition,
  offset: cursor.offset,
  timestamp: cursor.timestamp,
  key: cursor.keyEnd < 0 ? null : Buffer.from(cursor.buffer.subarray(cursor.keyStart, cursor.keyEnd)),
  value: cursor.valueEnd < 0 ? null : cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd),
})

/** Records of the topics that the group has not yet committed. */
export async function uncommitted(broker: Broker, group: string, topics: readonly string[]): Promise<number> {
  const committed = await broker.fetchOffsets(group)
  let left = 0
  for (const topic of topics) {
    for (const { partition, offset } of await broker.endOffsets(topic, { readCommitted: true })) {
      const done = committed.find((one) => one.topic === topic && one.partition === partition)?.offset ?? 0
      left += Math.max(0, offset - done)
    }
  }
  return left
}
