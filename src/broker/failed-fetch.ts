/** What a poll says of a partition that could not be read. */
import type { FetchedPartition, TopicPartitionOffset } from './broker.ts'
import type { BrokerError } from './broker-error.ts'

const NO_BYTES = Buffer.alloc(0)

/** `offset`: where the fetch was to begin; the next one begins there, too. */
export const failedFetch = (
  { topic, partition, offset }: TopicPartitionOffset,
  error: BrokerError,
): FetchedPartition => ({
  topic,
  partition,
  fetchOffset: offset,
  nextOffset: offset,
  batches: NO_BYTES,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: [],
  error,
})
