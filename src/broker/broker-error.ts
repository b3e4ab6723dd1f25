/**
 * What a broker can refuse or fail with. Callers branch on `code` and `retriable`, never on the message.
 * The port's implementations (embedded log, Kafka) throw nothing else.
 */

/**
 * - `UNKNOWN_TOPIC`: the topic or the partition does not exist.
 * - `TOPIC_EXISTS`: createTopic of a name that is taken.
 * - `INVALID_REQUEST`: a bad topic name, partition count, config value, batch or call order (commit without begin).
 * - `OFFSET_OUT_OF_RANGE`: see {@link OffsetOutOfRangeError}.
 * - `RECORD_TOO_LARGE`: a batch above the topic's `max.message.bytes`.
 * - `CORRUPT_LOG`: stored bytes fail their checksum; the message names the file and what was done about it.
 * - `PRODUCER_FENCED`: a newer producer with the same transactional id has taken over; this one must be closed.
 * - `STALE_MEMBER`: the group has a newer generation than the one named, or does not know the member.
 * - `TRANSACTION_ABORTED`: the open transaction cannot be committed any more; abort it and begin again.
 * - `OUT_OF_ORDER`: an idempotent producer's sequence has a gap; records before this batch were not stored.
 * - `STORAGE_FULL`: no space on the disk; retriable.
 * - `DATA_DIR_LOCKED`: another live server uses the data directory.
 * - `AUTHORIZATION_FAILED`: credentials are wrong or lack a permission.
 * - `UNAVAILABLE`: the broker or the partition's leader cannot be reached, or did not answer in time; retriable.
 * - `CLOSED`: the object was closed by its owner.
 * - `UNSUPPORTED`: this broker cannot do it (an unknown compression, an API version too old).
 */
export type BrokerErrorCode =
  | 'UNKNOWN_TOPIC'
  | 'TOPIC_EXISTS'
  | 'INVALID_REQUEST'
  | 'OFFSET_OUT_OF_RANGE'
  | 'RECORD_TOO_LARGE'
  | 'CORRUPT_LOG'
  | 'PRODUCER_FENCED'
  | 'STALE_MEMBER'
  | 'TRANSACTION_ABORTED'
  | 'OUT_OF_ORDER'
  | 'STORAGE_FULL'
  | 'DATA_DIR_LOCKED'
  | 'AUTHORIZATION_FAILED'
  | 'UNAVAILABLE'
  | 'CLOSED'
  | 'UNSUPPORTED'

export interface BrokerErrorOptions {
  /** Whether the same call may succeed later without anybody acting. Default false. */
  readonly retriable?: boolean
  readonly cause?: unknown
}

/** The broker, or the way to it, failed. `retriable`: the same call may succeed later. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly code: BrokerErrorCode
  readonly retriable: boolean

  constructor(code: BrokerErrorCode, message: string, { retriable = false, cause }: BrokerErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retriable = retriable
  }
}

/** A fetch position outside the partition's log, with the valid range `[startOffset, endOffset]` (the end is a valid position). */
export class OffsetOutOfRangeError extends BrokerError {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly startOffset: number
  readonly endOffset: number

  constructor(position: TopicPartitionPosition, range: { startOffset: number; endOffset: number }) {
    const { topic, partition, offset } = position
    super(
      'OFFSET_OUT_OF_RANGE',
      `Offset ${offset} of ${topic}-${partition} is outside the log, which holds ${range.startOffset} to ${range.endOffset}. ` +
        'Records before the start were removed by retention or deleteRecords; seek to a valid offset.',
    )
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.startOffset = range.startOffset
    this.endOffset = range.endOffset
  }
}

interface TopicPartitionPosition {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** The error for an absent topic, or for a partition the topic does not have. */
export function unknownTopic(topic: string, partition?: number): BrokerError {
  const what = partition === undefined ? `Topic ${topic}` : `Partition ${partition} of topic ${topic}`
  return new BrokerError('UNKNOWN_TOPIC', `${what} does not exist.`)
}
