/** Reads changelog partitions from an offset to the end that they have now, for a restore. */
import type { Broker, FetchedPartition, TopicPartitionOffset } from '../../broker/broker.ts'
import { BrokerError } from '../../broker/broker-error.ts'
import { RecordBatchCursor } from '../../broker/record-batch-cursor.ts'
import type { ChangelogRecord } from '../../state/lmdb/changelog.ts'

export interface ChangelogPart extends TopicPartitionOffset {
  /** Where to stop. */
  readonly endOffset: number
}

export interface ChangelogReading {
  /** The record is valid during the call. */
  readonly onRecord: (topic: string, record: ChangelogRecord) => void
  /** After each answer of the broker. */
  readonly onBatch: () => Promise<void>
  /** Aborted, it ends the reading with its reason. */
  readonly signal: AbortSignal
}

const POLL_MS = 500

/** Polls without progress after which a restore gives up: longer than a dead server's transaction lives. */
const MAX_EMPTY_POLLS = 240

/** Resolves when all parts are read, up to which transactions may have to end. Rejects with a BrokerError. */
export async function readChangelogs(
  broker: Pick<Broker, 'fetcher'>,
  parts: readonly ChangelogPart[],
  { onRecord, onBatch, signal }: ChangelogReading,
): Promise<void> {
  const left = new Map(parts.filter(({ offset, endOffset }) => offset < endOffset).map((part) => [part.topic, part]))
  if (left.size === 0) return
  const fetcher = broker.fetcher({ readCommitted: true })
  const cursor = new RecordBatchCursor({ verifyChecksums: true })
  try {
    for (const part of left.values()) fetcher.assign(part)
    const reached = new Map<string, number>()
    for (let emptyPolls = 0; left.size > 0; ) {
      signal.throwIfAborted()
      const answers = await fetcher.poll(POLL_MS)
      const hasMoved = answers.some(({ topic, nextOffset }) => nextOffset > (reached.get(topic) ?? -1))
      emptyPolls = hasMoved ? 0 : emptyPolls + 1
      if (emptyPolls === MAX_EMPTY_POLLS) throw stuck([...left.keys()])
      for (const fetched of answers) {
        reached.set(fetched.topic, fetched.nextOffset)
        if (fetched.error !== null && !fetched.error.retriable) throw fetched.error
        readRecords(fetched, cursor, onRecord)
        if (fetched.nextOffset < (left.get(fetched.topic)?.endOffset ?? 0)) continue
        left.delete(fetched.topic)
        fetcher.unassign(fetched)
      }
      fetcher.release(answers)
      await onBatch()
    }
  } finally {
    await fetcher.close()
  }
}

const stuck = (topics: readonly string[]): BrokerError =>
  new BrokerError(
    'UNAVAILABLE',
    `The changelog ${topics.join()} cannot be read to its end: a transaction is still open.`,
    {
      retriable: true,
    },
  )

/** Walks the records of an answer that have a key. */
export function readRecords(
  fetched: FetchedPartition,
  cursor: RecordBatchCursor,
  onRecord: ChangelogReading['onRecord'],
): void {
  cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
  while (cursor.next()) {
    if (cursor.keyEnd >= 0) onRecord(fetched.topic, cursor)
  }
}
