/** Reads a topic from its beginning to its present end. */
import type { Broker } from '../../src/broker/broker.ts'
import { RecordBatchCursor } from '../../src/broker/record-batch-cursor.ts'

export interface ReadRecord {
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

const POLL_MS = 500

/** Committed records, in order for each partition. Their bytes are valid until the next one is taken. */
export async function* readAll(broker: Broker, topic: string): AsyncIterable<ReadRecord> {
  const ends = (await broker.endOffsets(topic, { readCommitted: true })).filter(({ offset }) => offset > 0)
  const left = new Map(ends.map(({ partition, offset }) => [partition, offset]))
  const fetcher = broker.fetcher({ readCommitted: true })
  for (const partition of left.keys()) fetcher.assign({ topic, partition, offset: 0 })
  const cursor = new RecordBatchCursor()
  while (left.size > 0) {
    for (const { partition, batches, fetchOffset, nextOffset, abortedTransactions, error } of await fetcher.poll(
      POLL_MS,
    )) {
      if (error !== null) throw error
      cursor.reset(batches, fetchOffset, abortedTransactions)
      while (cursor.next()) {
        const { buffer, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
        const key = keyEnd < 0 ? null : buffer.subarray(keyStart, keyEnd)
        yield { timestamp, key, value: valueEnd < 0 ? null : buffer.subarray(valueStart, valueEnd) }
      }
      if (nextOffset >= left.get(partition)!) left.delete(partition)
    }
  }
  await fetcher.close()
}
