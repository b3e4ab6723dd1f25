/** The position of a source connector: the newest record of a compacted topic of its own. */
import type { Broker } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { RecordBatchBuilder } from '../../broker/record-batch-builder.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'

/** Creates the topic unless it exists. */
export async function makePositionsTopic(broker: Broker, topic: string, replicas: number | null): Promise<void> {
  try {
    await broker.createTopic({
      name: topic,
      partitions: 1,
      config: { 'cleanup.policy': 'compact' },
      ...(replicas !== null && { replicas }),
    })
  } catch (error) {
    if (!(error instanceof BrokerError && error.code === 'TOPIC_EXISTS')) throw error
  }
}

/** The position that was stored last under the key; null: none. */
export async function readPosition(broker: Broker, topic: string, key: string): Promise<string | null> {
  const [[start], [end]] = await Promise.all([
    broker.startOffsets(topic),
    broker.endOffsets(topic, { readCommitted: true }),
  ])
  if (start === undefined || end === undefined || end.offset <= start.offset) return null
  const fetcher = broker.fetcher({ readCommitted: true })
  const cursor = new RecordBatchCursor()
  let position: string | null = null
  try {
    fetcher.assign({ topic, partition: 0, offset: start.offset })
    for (let next = start.offset; next < end.offset; ) {
      for (const { batches, fetchOffset, nextOffset, abortedTransactions, error } of await fetcher.poll(1000)) {
        if (error !== null && !error.retriable) throw error
        cursor.reset(batches, fetchOffset, abortedTransactions)
        while (cursor.next()) {
          if (cursor.keyEnd < 0 || cursor.buffer.utf8Slice(cursor.keyStart, cursor.keyEnd) !== key) continue
          position = cursor.valueEnd < 0 ? null : cursor.buffer.utf8Slice(cursor.valueStart, cursor.valueEnd)
        }
        next = Math.max(next, nextOffset)
      }
    }
  } finally {
    await fetcher.close()
  }
  return position
}

/** A batch of one record with the position. */
export function positionBatch(key: string, position: string, timestamp: number): Uint8Array {
  const builder = new RecordBatchBuilder({ initialBytes: 1024 })
  builder.append(timestamp, Buffer.from(key), Buffer.from(position))
  return builder.finish()
}
