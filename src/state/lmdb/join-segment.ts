/**
 * The rows of a join buffer in one segment of time: as bytes with an index by key (join-entries.ts), so that many rows cost the garbage
 * collector nothing, and only rows that a fetch finds are read. The disk has the same bytes in blocks (join-block.ts), each of one shard: a
 * fixed part of the keys. In memory are all rows of a shard or none, so that what is not
 * found is not there. Where memory does not suffice, the oldest rows leave only where they lie on the disk (join-index.ts).
 */

import type { ByteBuffer } from '../../types/byte-buffer.ts'
import type { ByteRange, RowSource } from '../../types/row-codec.ts'
import type { RowBytes } from '../bytes/row-bytes.ts'
import type { StoredRow } from '../store.ts'
import { CacheEntry } from './cache-budget.ts'
import {
  BLOCK_BYTES,
  BLOCK_ROWS,
  beginBlockRow,
  blockRowEnd,
  endBlockRow,
  isKeyOf,
  keyEnd,
  keyStart,
} from './join-block.ts'
import type { JoinBlocks } from './join-blocks.ts'
import { type EntryMemory, JoinEntries, NO_BLOCK } from './join-entries.ts'
import { JoinIndex } from './join-index.ts'
import { hashOf, type JoinKey, SHARDS, shardOf } from './join-key.ts'

/** At least so much of a segment's memory leaves at a time, since what stays has to be moved. */
const SPILLED_SHARE = 0.5

export class JoinSegment extends CacheEntry {
  readonly number: number
  /** Rows, in memory or not. */
  count: number
  /** Size of the rows that the disk does not have yet. */
  unwrittenBytes = 0
  /** Memory of its index as it was counted. */
  indexBytes = 0
  /** The number of the newest segment when rows of this one were last added or looked for. */
  usedAt = Number.NEGATIVE_INFINITY
  readonly #codec: RowBytes
  #entries: JoinEntries
  /** Entries before this one have a block. */
  #firstFresh = 0
  /** Shards of which the rows are in memory, or where they lie; null: all. */
  #loaded: Uint8Array | null
  /** Rows that came before those in memory. */
  #index: JoinIndex | null = null

  /** `isStored`: the disk has its rows, and memory none. */
  constructor(codec: RowBytes, number: number, count: number, isStored: boolean, memory?: EntryMemory) {
    super()
    this.#codec = codec
    this.#entries = new JoinEntries(memory)
    this.number = number
    this.count = count
    this.#loaded = isStored ? new Uint8Array(SHARDS) : null
  }

  /** Whether nothing of any row is in memory. */
  get isEmpty(): boolean {
    return this.#entries.count === 0 && this.#index === null
  }

  /** Memory that the index of its spilled rows takes, bytes. */
  get indexSize(): number {
    return this.#index?.size ?? 0
  }

  /** Memory that it takes beside that index, bytes. */
  get size(): number {
    return this.#entries.size
  }

  /** The shard that has to be loaded before rows of the key are read or added; null: none. */
  missingShard({ hash }: JoinKey): number | null {
    if (this.#loaded === null) return null
    const shard = shardOf(hash)
    return this.#loaded[shard] === 1 ? null : shard
  }

  setLoaded(shard: number): void {
    this.#loaded![shard] = 1
    if (this.#loaded!.every((flag) => flag === 1)) this.#loaded = null
  }

  /** Returns how many bytes the row has in a block. */
  add(key: JoinKey, row: StoredRow): number {
    const { rows } = this.#entries
    const start = beginBlockRow(key.bytes, key.length, rows)
    this.#codec.write(row, null, rows)
    return this.#added(key, start)
  }

  /** The same for a row that is bytes. */
  addPacked(key: JoinKey, row: ByteRange, timestamp: number): number {
    const { rows } = this.#entries
    const start = beginBlockRow(key.bytes, key.length, rows)
    this.#codec.writePacked(row, timestamp, rows)
    return this.#added(key, start)
  }

  #added(key: JoinKey, start: number): number {
    const { rows } = this.#entries
    endBlockRow(start, rows)
    this.#entries.add(start, key.hash, key.bytes, 0, key.length)
    return rows.position - start
  }

  /** Adds the rows of a block. */
  addBlock(block: Buffer, number: number, rows: number): void {
    const entries = this.#entries
    const first = entries.rows.position
    entries.rows.writeBytes(block)
    for (let offset = 0; offset < block.length; offset = blockRowEnd(block, offset)) {
      const from = keyStart(offset)
      const to = keyEnd(block, offset)
      const entry = entries.add(first + offset, hashOf(block, from, to), block, from, to)
      entries.setPlace(entry, { block: number, rows, offset })
    }
  }

  /** The entries that no block has yet, by shard, then arrival. They are to be written, or put back by `returnFresh`. */
  takeFresh(): Int32Array {
    const entries = this.#entries
    const { count } = entries
    /** By shard: where the next of its entries belongs. */
    const places = new Int32Array(SHARDS + 1)
    for (let entry = this.#firstFresh; entry < count; entry++) {
      if (entries.blockOf(entry) === NO_BLOCK) places[shardOf(entries.hashOf(entry)) + 1]!++
    }
    for (let shard = 1; shard <= SHARDS; shard++) places[shard]! += places[shard - 1]!
    const fresh = new Int32Array(places[SHARDS]!)
    for (let entry = this.#firstFresh; entry < count; entry++) {
      if (entries.blockOf(entry) === NO_BLOCK) fresh[places[shardOf(entries.hashOf(entry))]!++] = entry
    }
    this.#firstFresh = count
    return fresh
  }

  /** Takes entries back whose blocks were not written. */
  returnFresh(fresh: Int32Array): void {
    for (const entry of fresh) {
      this.#entries.setPlace(entry, null)
      this.#firstFresh = Math.min(this.#firstFresh, entry)
    }
  }

  /** The shard of an entry, and where the block ends that begins with the entry at `from`. */
  blockOf(fresh: Int32Array, from: number): { readonly shard: number; readonly to: number } {
    const entries = this.#entries
    const shard = shardOf(entries.hashOf(fresh[from]!))
    const last = Math.min(fresh.length, from + BLOCK_ROWS)
    let to = from + 1
    for (let bytes = entries.rowLength(fresh[from]!); to < last; to++) {
      if (shardOf(entries.hashOf(fresh[to]!)) !== shard) break
      bytes += entries.rowLength(fresh[to]!)
      if (bytes > BLOCK_BYTES) break
    }
    return { shard, to }
  }

  /** Appends the rows of `fresh[from, to)` as a block with that number. */
  writeBlock(fresh: Int32Array, from: number, to: number, block: number, target: ByteBuffer): void {
    const entries = this.#entries
    const { buffer } = entries.rows
    const first = target.position
    for (let i = from; i < to; i++) {
      const entry = fresh[i]!
      const start = entries.startOf(entry)
      const end = blockRowEnd(buffer, start)
      target.reserve(end - start)
      buffer.copy(target.buffer, target.position, start, end)
      entries.setPlace(entry, { block, rows: to - from, offset: target.position - first })
      target.position += end - start
    }
  }

  /**
   * Gives up the bytes of the oldest rows that the disk has, of about `bytes` and at least half of all; where they lie is kept. Nothing may be staged. Returns whether
   * there were any.
   */
  spill(bytes: number): boolean {
    const entries = this.#entries
    const { buffer, position } = entries.rows
    const wanted = Math.min(position, Math.max(bytes, SPILLED_SHARE * position))
    let entry = 0
    for (; entry < entries.count && entries.startOf(entry) < wanted; entry++) {
      const block = entries.blockOf(entry)
      if (block === NO_BLOCK) break
      this.#index ??= new JoinIndex()
      const timestamp = this.#codec.timestampAt(buffer, keyEnd(buffer, entries.startOf(entry)))
      this.#index.add(entries.hashOf(entry), timestamp, block, entries.placeOf(entry))
    }
    if (entry === 0) return false
    entries.cut(entry)
    this.#firstFresh = Math.max(0, this.#firstFresh - entry)
    return true
  }

  /**
   * Appends the key's rows with timestamp in `[from, to]` to `found`, which is made for the first one: by timestamp, then arrival. `read` gives null
   * for a row that is not wanted.
   */
  fetch(key: JoinKey, { from, to, read, blocks }: SegmentFetch, found: StoredRow[] | null): StoredRow[] | null {
    const entries = this.#entries
    const { buffer } = entries.rows
    const first = found?.length ?? 0
    let all = found
    let isOrdered = true
    let entry = entries.newest(key.hash, key.bytes, 0, key.length)
    for (; entry >= 0; entry = entries.before(entry)) {
      const position = keyEnd(buffer, entries.startOf(entry))
      const timestamp = this.#codec.timestampAt(buffer, position)
      if (timestamp < from || timestamp > to) continue
      const row = read(sourceAt(buffer, position))
      if (row === null) continue
      // Literal, since a push makes room for many.
      if (all === null) all = [row]
      else {
        if (all.length > first && all[all.length - 1]!.timestamp < timestamp) isOrdered = false
        all.push(row)
      }
    }
    if (this.#index !== null) {
      all ??= []
      if (!this.#fetchSpilled(this.#index, key, { from, to, read, blocks }, all, first)) isOrdered = false
    }
    if (all === null || all.length - first < 2) return all
    // They come newest first.
    const rows = all.splice(first).reverse()
    if (!isOrdered) rows.sort(byTimestamp)
    for (const row of rows) all.push(row)
    return all
  }

  /** The same for rows whose bytes are on the disk only. Returns whether they are in the order of the others. */
  #fetchSpilled(
    index: JoinIndex,
    key: JoinKey,
    { from, to, read, blocks }: SegmentFetch,
    found: StoredRow[],
    first: number,
  ): boolean {
    let isOrdered = true
    for (let entry = index.newest(key.hash); entry >= 0; entry = index.before(entry)) {
      const timestamp = index.timestampOf(entry)
      if (timestamp < from || timestamp > to) continue
      const place = index.placeOf(entry)
      const buffer = blocks.read(this.number, key.hash, place)
      if (!isKeyOf(buffer, place.offset, key.bytes, 0, key.length)) continue
      const row = read(sourceAt(buffer, keyEnd(buffer, place.offset)))
      if (row === null) continue
      if (found.length > first && found[found.length - 1]!.timestamp < timestamp) isOrdered = false
      found.push(row)
    }
    return isOrdered
  }

  /** Gives back room that was kept for more. */
  trim(): void {
    this.#entries.trim()
  }

  /** Forgets the rows that are in memory; the disk has them. Returns what they were in. */
  unload(): EntryMemory {
    const { memory } = this.#entries
    this.#entries = new JoinEntries()
    this.#firstFresh = 0
    this.#index = null
    this.#loaded = new Uint8Array(SHARDS)
    return memory
  }

  /** See `JoinEntries`. */
  memoryForNext(spare: EntryMemory | null): EntryMemory {
    return this.#entries.memoryForNext(spare)
  }
}

/** What a fetch reads of each segment. One object serves all of its segments. */
export interface SegmentFetch {
  readonly from: number
  readonly to: number
  readonly read: (source: RowSource) => StoredRow | null
  readonly blocks: JoinBlocks
}

/** Serves all reads: a row is read before the next one. */
const source: { buffer: Buffer; position: number } = { buffer: Buffer.alloc(0), position: 0 }

function sourceAt(buffer: Buffer, position: number): RowSource {
  source.buffer = buffer
  source.position = position
  return source
}

const byTimestamp = (a: StoredRow, b: StoredRow): number => a.timestamp - b.timestamp
