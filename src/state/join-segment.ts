/**
 * The rows of a join buffer in one segment of time, by key, each key's by timestamp, then arrival. The disk has them in blocks, each of one
 * shard: a fixed part of the keys. In memory are all rows of a shard or none, so that what is not found is not there.
 */
import { CacheEntry } from './cache-budget.ts'
import type { StoredRow, StoreKey } from './store.ts'

/** More of them make it cheaper to look a row up whose segment was given up, and blocks smaller. */
export const SHARDS = 64

export class JoinSegment extends CacheEntry {
  readonly number: number
  /** Rows, in memory or not. */
  count: number
  /** Rows that no block has yet, by arrival: keys and rows. */
  freshKeys: StoreKey[] = []
  freshRows: StoredRow[] = []
  #rows = new Map<StoreKey, StoredRow[]>()
  /** Shards of which the rows are in memory; null: all. */
  #loaded: Uint8Array | null

  /** `isStored`: the disk has its rows, and memory none. */
  constructor(number: number, count: number, isStored: boolean) {
    super()
    this.number = number
    this.count = count
    this.#loaded = isStored ? new Uint8Array(SHARDS) : null
  }

  /** The shard that has to be loaded before rows of the key are read or added; null: none. */
  missingShard(key: StoreKey): number | null {
    if (this.#loaded === null) return null
    const shard = shardOf(key)
    return this.#loaded[shard] === 1 ? null : shard
  }

  setLoaded(shard: number): void {
    this.#loaded![shard] = 1
    if (this.#loaded!.every((flag) => flag === 1)) this.#loaded = null
  }

  get(key: StoreKey): readonly StoredRow[] | undefined {
    return this.#rows.get(key)
  }

  add(key: StoreKey, row: StoredRow): void {
    const rows = this.#rows.get(key)
    if (rows === undefined) this.#rows.set(key, [row])
    else insertByTime(rows, row)
  }

  /** Forgets the rows that are in memory; the disk has them. */
  unload(): void {
    this.#rows = new Map()
    this.#loaded = new Uint8Array(SHARDS)
  }
}

/** Part of what is stored: a key stays in its shard. Over the last characters, in which keys mostly differ. */
export function shardOf(key: StoreKey): number {
  let hash = 0
  const text = typeof key === 'string' ? key : String(key)
  for (let i = Math.max(0, text.length - 8); i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return (hash ^ (hash >>> 15)) & (SHARDS - 1)
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
