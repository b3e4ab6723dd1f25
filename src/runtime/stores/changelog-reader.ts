/** Reads changelog partitions from an offset to the end that they have now, for a restore. */
import type { Broker, FetchedPartition, TopicPartitionOffset } from '../../broker/broker.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'

export interface ChangelogPart extends TopicPartitionOffset {
  /** Where to stop. */
  readonly endOffset: number
}

export interface ChangelogRecord {
  /** Views that are valid during the call. */
  readonly key: Buffer
  readonly value: Buffer | null
}

export interface ChangelogReading {
  readonly onRecord: (topic: string, record: ChangelogRecord) => void
  /** After each answer of the broker. */
  readonly onBatch: () => Promise<void>
}

const POLL_MS = 500

/** Resolves when all parts are read. Rejects with a BrokerError. */
export async function readChangelogs(
  broker: Broker,
  parts: readonly ChangelogPart[],
  { onRecord, onBatch }: ChangelogReading,
): Promise<void> {
  const left = new Map(parts.filter(({ offset, endOffset }) => offset < endOffset).map((part) => [part.topic, part]))
  if (left.size === 0) return
  const fetcher = broker.fetcher({ readCommitted: true })
  const cursor = new RecordBatchCursor({ verifyChecksums: true })
  try {
    for (const part of left.values()) fetcher.assign(part)
    while (left.size > 0) {
      for (const fetched of await fetcher.poll(POLL_MS)) {
        if (fetched.error !== null && !fetched.error.retriable) throw fetched.error
        readRecords(fetched, cursor, onRecord)
        if (fetched.nextOffset < (left.get(fetched.topic)?.endOffset ?? 0)) continue
        left.delete(fetched.topic)
        fetcher.unassign(fetched)
      }
      await onBatch()
    }
  } finally {
    await fetcher.close()
  }
}

function readRecords(
  fetched: FetchedPartition,
  cursor: RecordBatchCursor,
  onRecord: ChangelogReading['onRecord'],
): void {
  cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
  while (cursor.next()) {
    if (cursor.keyEnd < 0) continue
    const key = cursor.buffer.subarray(cursor.keyStart, cursor.keyEnd)
    const value = cursor.valueEnd < 0 ? null : cursor.buffer.subarray(cursor.valueStart, cursor.valueEnd)
    onRecord(fetched.topic, { key, value })
  }
}
