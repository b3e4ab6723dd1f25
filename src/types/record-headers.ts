/** Names of the headers that Millrace adds to records. */

/**
 * What the headers of dead letters begin with. Those of queries say what Kafka Streams' headers say; those of sinks are the headers of Kafka
 * Connect's `DeadLetterQueueReporter`. Both have `topic`, `partition` and `offset`.
 */
export const DEAD_LETTER_PREFIXES = { query: '__streams.errors.', sink: '__connect.errors.' } as const

/**
 * Where a record stood that was sent again, as `topic-partition@offset`. Each send adds one, so that a record which was sent twice has two. See
 * docs/http-api.md#post-send-again.
 */
export const SENT_AGAIN_HEADER = '__millrace.sent.again.from'

/** The value of that header. */
export const placeText = (place: { readonly topic: string; readonly partition: number; readonly offset: number }) =>
  `${place.topic}-${place.partition}@${place.offset}`
