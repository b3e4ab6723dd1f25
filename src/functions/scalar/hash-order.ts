/**
 * The order in which Java's HashMap goes through text keys. A fold that depends on the order of a map's entries shows it, and such results
 * are to be the same as ksqlDB's (query-validation case "reduce map with double").
 *
 * The map is sized for its entries: the capacity is the smallest power of two that holds them, doubled when they fill more than three
 * quarters. An entry goes to the bucket `(h ^ h >>> 16) & (capacity - 1)`; buckets are visited in order, entries of one as they came.
 */
import type { Value } from '../../types/value.ts'

/** Entries in that order; maps with other keys than text keep their own. */
export function inHashOrder(map: ReadonlyMap<Value, Value>): Iterable<readonly [Value, Value]> {
  if (map.size < 2) return map
  const mask = capacityFor(map.size) - 1
  const buckets: { readonly bucket: number; readonly entry: readonly [Value, Value] }[] = []
  for (const entry of map) {
    if (typeof entry[0] !== 'string') return map
    buckets.push({ bucket: spread(hashCode(entry[0])) & mask, entry })
  }
  return buckets.sort((a, b) => a.bucket - b.bucket).map(({ entry }) => entry)
}

function capacityFor(size: number): number {
  const capacity = 2 ** Math.ceil(Math.log2(size))
  return size > capacity * 0.75 ? capacity * 2 : capacity
}

const spread = (hash: number): number => hash ^ (hash >>> 16)

/** String.hashCode. */
function hashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0
  return hash
}
