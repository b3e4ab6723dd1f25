/**
 * The part of a join buffer in LMDB that covers one segment of time: the rows of each key by timestamp, then arrival. Rows are only added,
 * each with a sequence number, which keeps those of one key and time apart and in order.
 */
import { CacheEntry, entryBytes } from './cache-budget.ts'
import type { StoredRow, StoreKey } from './store.ts'

export interface NumberedRow {
  readonly value: StoredRow
  readonly sequence: number
}

/** Memory of a row that was never encoded. */
export const NEW_ROW_BYTES = entryBytes(0)

export class JoinEntry extends CacheEntry {
  readonly key: StoreKey
  /** By timestamp, then arrival. */
  rows: StoredRow[]
  /** Whether these are all of the key. */
  isWhole: boolean
  /** Those of them that LMDB does not have yet, by arrival. */
  unwritten: NumberedRow[] = []
  /** How many of these, from the first, are in batches. */
  stagedRows = 0

  constructor(key: StoreKey, rows: StoredRow[], isWhole: boolean) {
    super()
    this.key = key
    this.rows = rows
    this.isWhole = isWhole
  }

  add(value: StoredRow, sequence: number): void {
    insertByTime(this.rows, value)
    this.unwritten.push({ value, sequence })
  }

  /** Rows that LMDB has join those that came since. */
  complete(stored: readonly NumberedRow[]): void {
    const firstNew = this.unwritten[0]?.sequence ?? Number.POSITIVE_INFINITY
    const rows = stored.filter(({ sequence }) => sequence < firstNew).map(({ value }) => value)
    for (const { value } of this.unwritten) insertByTime(rows, value)
    this.rows = rows
    this.isWhole = true
  }
}

export class JoinSegment {
  readonly number: number
  readonly entries = new Map<StoreKey, JoinEntry>()
  /** LMDB has nothing of the segment that is not in memory. */
  isComplete: boolean
  #hand: IterableIterator<JoinEntry> | null = null

  constructor(number: number, isComplete: boolean) {
    this.number = number
    this.isComplete = isComplete
  }

  /** Removes clean entries of about that many bytes. Returns how much it freed. */
  evict(bytes: number): number {
    let freed = 0
    for (let looked = 2 * this.entries.size; looked > 0 && freed < bytes; looked--) {
      const entry = this.#advanceHand()
      if (entry === undefined) break
      if (entry.isUnwritten) continue
      if (entry.isUsed) {
        entry.isUsed = false
        continue
      }
      freed += entry.bytes
      this.entries.delete(entry.key)
      this.isComplete = false
    }
    return freed
  }

  #advanceHand(): JoinEntry | undefined {
    const next = this.#hand?.next()
    if (next !== undefined && next.done !== true) return next.value
    this.#hand = this.entries.values()
    return this.#hand.next().value
  }
}

/** Index of the first row later than `timestamp`. The end is tried first: records arrive nearly in order. */
export function firstAfter(rows: readonly StoredRow[], timestamp: number): number {
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

function insertByTime(rows: StoredRow[], row: StoredRow): void {
  const at = firstAfter(rows, row.timestamp)
  if (at === rows.length) rows.push(row)
  else rows.splice(at, 0, row)
}
