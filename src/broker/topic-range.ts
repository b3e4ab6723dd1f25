/** Reads a range of a topic once, up to the ends that it had, where a query would wait for more. */
import type { Timer } from '../clock.ts'
import type { Broker, PartitionOffset } from './broker.ts'
import { RecordBatchCursor } from './record-batch-cursor.ts'

/** A broker that does not answer costs the caller no more than this. */
const TIMEOUT_MS = 5000
const POLL_MS = 250

export interface TopicRange {
  readonly topic: string
  /** Where reading begins, for each partition that is read. */
  readonly from: readonly PartitionOffset[]
  /** Where each of these partitions ends. */
  readonly ends: readonly PartitionOffset[]
  /** The most records of each partition, at least 1. */
  readonly limit: number
}

/**
 * Calls `take` with the cursor at each record, in the order of each partition; records that were written meanwhile may be among them. What is
 * there after five seconds is all that is read. Rejects with a BrokerError.
 */
export async function readTopicRange(
  { topic, from, ends, limit }: TopicRange,
  { broker, timer }: { readonly broker: Broker; readonly timer: Timer },
  take: (cursor: RecordBatchCursor, partition: number) => Promise<void> | void,
): Promise<void> {
  const deadline = timer.elapsed() + TIMEOUT_MS
  const endOf = new Map(ends.map(({ partition, offset }) => [partition, offset]))
  const left = new Map(
    from.flatMap(({ partition, offset }) => (offset < endOf.get(partition)! ? [[partition, limit]] : [])),
  )
  const fetcher = broker.fetcher()
  const cursor = new RecordBatchCursor()
  try {
    for (const { partition, offset } of from) if (left.has(partition)) fetcher.assign({ topic, partition, offset })
    while (left.size > 0 && timer.elapsed() <= deadline) {
      for (const { partition, batches, fetchOffset, nextOffset, error } of await fetcher.poll(POLL_MS)) {
        if (error !== null && !error.retriable) throw error
        cursor.reset(batches, fetchOffset)
        let room = left.get(partition) ?? 0
        while (room > 0 && cursor.next()) {
          await take(cursor, partition)
          room--
        }
        if (room > 0 && nextOffset < endOf.get(partition)!) {
          left.set(partition, room)
        } else {
          left.delete(partition)
          fetcher.unassign({ topic, partition })
        }
      }
    }
  } finally {
    await fetcher.close()
  }
}
