/** Which partition a record goes to, as Kafka's producers decide, so that topics written by others are co-partitioned with ours. */

const SEED = 0x9747b28c
const MULTIPLIER = 0x5bd1e995

/** murmur2, 32 bit, signed. Source: Kafka `Utils.murmur2`. */
export function murmur2(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const length = end - start
  let hash = SEED ^ length
  let at = start
  for (const last = end - 4; at <= last; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    word = Math.imul(word, MULTIPLIER)
    word ^= word >>> 24
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(word, MULTIPLIER)
  }
  const rest = end - at
  if (rest === 3) hash ^= bytes[at + 2]! << 16
  if (rest >= 2) hash ^= bytes[at + 1]! << 8
  if (rest >= 1) hash = Math.imul(hash ^ bytes[at]!, MULTIPLIER)
  hash ^= hash >>> 13
  hash = Math.imul(hash, MULTIPLIER)
  return hash ^ (hash >>> 15)
}

/** Partition of a key in `bytes[start, end)`, of `partitions` >= 1. Source: Kafka `BuiltInPartitioner.partitionForKey`. */
export function partitionForKey(bytes: Uint8Array, partitions: number, start = 0, end = bytes.length): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}

/** How many records without a key go to one partition before the next one's turn: enough to fill batches. */
const STICKY_RECORDS = 256

/**
 * Partition of the `counter`-th (from 0) record without a key that a task writes: each partition in turn takes a run of records. It is a
 * function of the counter alone, so that a repeated run writes the same; Kafka's own choice for such records depends on load.
 */
export function partitionForCounter(counter: number, partitions: number): number {
  return Math.floor(counter / STICKY_RECORDS) % partitions
}
