/**
 * Join buffer in memory. Entries lie in segments of time, in each a list per key by timestamp: a record is appended to one list, a fetch
 * reads the few segments that its range touches, and expiry drops whole segments. Entries of a segment that is expired in part stay
 * until all of it is; the floor hides them.
 */
import { SortedMap } from '../sorted-map.ts'
import type { JoinBuffer, RowScreen, StoredRow, StoreKey } from '../store.ts'

/** Segments that a full buffer has: more of them free memory sooner, fewer make fetches cheaper. */
const SEGMENTS = 16
const DEFAULT_RETENTION_MS = 86_400_000

interface Segment {
  readonly rows: Map<StoreKey, StoredRow[]>
  count: number
}

export class MemoryJoinBuffer implements JoinBuffer {
  readonly kind = 'joinBuffer'
  readonly packed = null
  readonly #segmentMs: number
  readonly #segments = new SortedMap<number, Segment>()
  #floor = Number.NEGATIVE_INFINITY
  #count = 0

  constructor(retentionMs = DEFAULT_RETENTION_MS) {
    this.#segmentMs = Math.max(1, Math.ceil(retentionMs / SEGMENTS))
  }

  add(key: StoreKey, value: StoredRow): void {
    if (value.timestamp < this.#floor) return
    const segment = this.#segmentFor(value.timestamp)
    const rows = segment.rows.get(key)
    if (rows === undefined) segment.rows.set(key, [value])
    else rows.splice(firstAfter(rows, value.timestamp), 0, value)
    segment.count++
    this.#count++
  }

  fetch(key: StoreKey, from: number, to: number, screen?: RowScreen): Iterable<StoredRow> {
    const lowest = Math.max(from, this.#floor)
    const first = this.#segmentNumber(lowest)
    const last = this.#segmentNumber(to)
    const found: StoredRow[] = []
    if (lowest > to) return found
    for (const [, { rows }] of this.#segments.entries(first, last)) {
      const ofKey = rows.get(key)
      if (ofKey === undefined) continue
      for (let i = firstAfter(ofKey, lowest - 1); i < ofKey.length && ofKey[i]!.timestamp <= to; i++) {
        const row = ofKey[i]!
        if (screen === undefined || screen.accepts(row.row)) found.push(row)
      }
    }
    return found
  }

  expire(timestamp: number): void {
    if (timestamp <= this.#floor) return
    this.#floor = timestamp
    const first = this.#segments.firstKey()
    const live = this.#segmentNumber(timestamp)
    if (first === undefined || first >= live) return
    for (const [, { count }] of this.#segments.takeBelow(live)) this.#count -= count
  }

  /** May count entries that are expired but not yet freed. */
  count(): number {
    return this.#count
  }

  #segmentNumber(timestamp: number): number {
    return Math.floor(timestamp / this.#segmentMs)
  }

  #segmentFor(timestamp: number): Segment {
    const number = this.#segmentNumber(timestamp)
    let segment = this.#segments.get(number)
    if (segment === undefined) {
      segment = { rows: new Map(), count: 0 }
      this.#segments.set(number, segment)
    }
    return segment
  }
}

/** Index of the first row later than `timestamp`. The end is tried first: records arrive nearly in order. */
function firstAfter(rows: readonly StoredRow[], timestamp: number): number {
  if (rows.length === 0 || rows[rows.length - 1]!.timestamp <= timestamp) return rows.length
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.timestamp <= timestamp) low = middle + 1
    else high = middle
  }
  return low
}
