/**
 * Positions of a query that its topics no longer have: the end of a partition lies before what the query had read, or the topic was deleted
 * and made again. `millrace.offset.out.of.range` decides what becomes of the query.
 */
import type { TopicPartition } from '../broker/broker.ts'

export interface LostOffset extends TopicPartition {
  /**
   * `behind`: the partition ends before the position. `gone`: nothing is committed where something was, as when a topic is deleted.
   * `repartitioned`: the topic has another number of partitions, so that keys lie elsewhere.
   */
  readonly kind: 'behind' | 'gone' | 'repartitioned'
  /** How far the query had read; null: not known. */
  readonly position: number | null
  /** A sentence that says what was found. */
  readonly what: string
}

export class OffsetsLostError extends Error {
  override readonly name = 'OffsetsLostError'
  readonly lost: readonly LostOffset[]

  constructor(lost: readonly LostOffset[]) {
    super(describe(lost))
    this.lost = lost
  }
}

/** Most sentences in a message; a topic may have hundreds of partitions. */
const MAX_TOLD = 3

function describe(lost: readonly LostOffset[]): string {
  const told = [...new Set(lost.map(({ what }) => what))]
  const more = told.length - MAX_TOLD
  return [...told.slice(0, MAX_TOLD), ...(more > 0 ? [`So it is with ${more} more partitions.`] : [])].join(' ')
}

/** A position beyond the end of its partition. */
export function behind({
  topic,
  partition,
  position,
  end,
}: TopicPartition & { readonly position: number; readonly end: number }): LostOffset {
  const ended = end < position ? 'ends' : 'had ended'
  const before = end < position ? `at offset ${end}` : 'earlier'
  const what =
    `Partition ${partition} of ${topic} ${ended} ${before}, when the query had read it up to offset ${position}: ` +
    'its last records are lost, or the topic was deleted and made again.'
  return { topic, partition, kind: 'behind', position, what }
}

/** Nothing is committed for a partition that the query has read. */
export function gone({ topic, partition }: TopicPartition): LostOffset {
  const what =
    `The position of the query in ${topic} is gone: the topic was deleted and made again, ` +
    "or the offsets of the query's group were deleted."
  return { topic, partition, kind: 'gone', position: null, what }
}
