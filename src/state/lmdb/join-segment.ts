/**
 * The rows of a join buffer in one segment of time: as bytes in one buffer, with an index by key beside it. There is no object per row, so
 * that many rows cost the garbage collector nothing, and only rows that a fetch finds are read. The disk has the same bytes in blocks
 * (join-block.ts), each of one shard: a fixed part of the keys. In memory are all rows of a shard or none, so that what is not
 * found is not there. Where memory does not suffice, the oldest rows leave only where they lie on the disk (join-index.ts).
 *
 *   entry  the place of the key's entry before it, int32 LE, -1: none; hash of the key, int32 LE; number of its block, int32 LE, -1: none yet; packed
 *          place in the block (join-index.ts), int32 LE; a row as in blocks
 */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { RowBytes } from '../bytes/row-bytes.ts'
import type { StoredRow } from '../store.ts'
import { CacheEntry } from './cache-budget.ts'
import { blockRowEnd, keyEnd, keyStart, writeBlockRow } from './join-block.ts'
import type { JoinBlocks } from './join-blocks.ts'
import { type BlockPlace, JoinIndex, packPlace } from './join-index.ts'
import { hashOf, type JoinKey } from './join-key.ts'
import { SHARDS, shardOf } from './join-shard.ts'

const HASH_AT = 4
const BLOCK_AT = 8
const PLACE_AT = 12
const ROW_AT = 16
const NO_BLOCK = -1
const INITIAL_BYTES = 1024
const INITIAL_SLOTS = 32
/** A buffer with more room than this part of it is cut when nothing is expected to come. */
const SLACK = 0.25
/** What a segment may have more than the one before it without growing. */
const HEADROOM = 0.03
/** At least so much of a segment's memory leaves at a time, since what stays has to be moved. */
const SPILLED_SHARE = 0.5
/** Memory so many times as large as expected is not taken. */
const MAX_EXCESS = 1.25

/** What rows are kept in. It passes from segments that are given up to new ones, which need about as much. */
export interface SegmentMemory {
  readonly entries: ByteBuffer
  /** By hash of the key: place of its newest entry, plus 1; 0: none. A power of two. */
  readonly slots: Int32Array
}

const newMemory = (bytes = INITIAL_BYTES, slots = INITIAL_SLOTS): SegmentMemory => ({
  entries: new ByteBuffer(bytes),
  slots: new Int32Array(slots),
})

export const memorySize = ({ entries, slots }: SegmentMemory): number => entries.buffer.length + slots.byteLength

export class JoinSegment extends CacheEntry {
  readonly number: number
  /** Rows, in memory or not. */
  count: number
  /** Entries that no block has yet, by arrival. */
  fresh: number[] = []
  /** Size of the rows that the disk does not have yet. */
  unwrittenBytes = 0
  /** Memory of its index as it was counted. */
  indexBytes = 0
  /** The number of the newest segment when rows of this one were last added or looked for. */
  usedAt = Number.NEGATIVE_INFINITY
  readonly #rows: RowBytes
  #entries: ByteBuffer
  #slots: Int32Array
  #keys = 0
  /** Shards of which the rows are in memory, or where they lie; null: all. */
  #loaded: Uint8Array | null
  /** Rows that came before those in memory. */
  #index: JoinIndex | null = null

  /** `isStored`: the disk has its rows, and memory none. */
  constructor(rows: RowBytes, number: number, count: number, isStored: boolean, memory = newMemory()) {
    super()
    this.#rows = rows
    this.#entries = memory.entries
    this.#slots = memory.slots
    this.number = number
    this.count = count
    this.#loaded = isStored ? new Uint8Array(SHARDS) : null
  }

  /** Whether nothing of any row is in memory. */
  get isEmpty(): boolean {
    return this.#entries.position === 0 && this.#index === null
  }

  /** Memory that its index takes, bytes. */
  get indexSize(): number {
    return this.#index?.size ?? 0
  }

  /** Memory that it takes beside its index, bytes. */
  get size(): number {
    return this.#entries.buffer.length + this.#slots.byteLength
  }

  /** Bytes of an entry on the disk. */
  rowLength(entry: number): number {
    return blockRowEnd(this.#entries.buffer, entry + ROW_AT) - entry - ROW_AT
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

  /** Returns the row's entry. */
  add(key: JoinKey, row: StoredRow): number {
    const entry = this.#begin(key.hash)
    writeBlockRow(this.#rows, key.bytes, key.length, row, this.#entries)
    this.#link(entry, this.#slotOf(key.bytes, 0, key.length, key.hash))
    return entry
  }

  /** Adds the rows of a block. */
  addBlock(block: Buffer, number: number, rows: number): void {
    for (let start = 0, end = 0; start < block.length; start = end) {
      end = blockRowEnd(block, start)
      const from = keyStart(start)
      const to = keyEnd(block, start)
      const hash = hashOf(block, from, to)
      const entry = this.#begin(hash)
      this.setPlace(entry, { block: number, rows, offset: start })
      this.#entries.reserve(end - start)
      block.copy(this.#entries.buffer, this.#entries.position, start, end)
      this.#entries.position += end - start
      this.#link(entry, this.#slotOf(block, from, to, hash))
    }
  }

  /** Notes where a row lies; null: nowhere yet. */
  setPlace(entry: number, place: BlockPlace | null): void {
    this.#entries.buffer.writeInt32LE(place === null ? NO_BLOCK : place.block | 0, entry + BLOCK_AT)
    this.#entries.buffer.writeInt32LE(place === null ? 0 : packPlace(place), entry + PLACE_AT)
  }

  /** Notes that these rows are those of a block. */
  setPlaces(entries: readonly number[], block: number): void {
    let offset = 0
    for (const entry of entries) {
      this.setPlace(entry, { block, rows: entries.length, offset })
      offset += this.rowLength(entry)
    }
  }

  /**
   * Gives up the bytes of the oldest rows that the disk has, of about `bytes` and at least half of all; where they lie is kept. Nothing may be staged. Returns whether
   * there were any.
   */
  spill(bytes: number): boolean {
    const { buffer, position } = this.#entries
    const wanted = Math.min(position, Math.max(bytes, SPILLED_SHARE * position))
    let end = 0
    while (end < wanted) {
      const block = buffer.readInt32LE(end + BLOCK_AT)
      if (block === NO_BLOCK) break
      this.#index ??= new JoinIndex()
      const timestamp = this.#rows.timestampAt(buffer, keyEnd(buffer, end + ROW_AT))
      this.#index.add(this.hashOf(end), timestamp, block, buffer.readInt32LE(end + PLACE_AT))
      end = blockRowEnd(buffer, end + ROW_AT)
    }
    if (end === 0) return false
    this.#cut(end)
    return true
  }

  /** Forgets the entries before that place. */
  #cut(start: number): void {
    const { buffer, position } = this.#entries
    const kept = new ByteBuffer(Math.max(INITIAL_BYTES, position - start))
    buffer.copy(kept.buffer, 0, start, position)
    kept.position = position - start
    this.#entries = kept
    this.#slots = new Int32Array(INITIAL_SLOTS)
    this.#keys = 0
    this.fresh = this.fresh.map((entry) => entry - start)
    for (let entry = 0; entry < kept.position; ) {
      const row = entry + ROW_AT
      const slot = this.#slotOf(kept.buffer, keyStart(row), keyEnd(kept.buffer, row), this.hashOf(entry))
      this.#link(entry, slot)
      entry = blockRowEnd(kept.buffer, row)
    }
  }

  /** Appends the key's rows with timestamp in `[from, to]` to `found`: by timestamp, then arrival. */
  fetch(key: JoinKey, from: number, to: number, found: StoredRow[], blocks: JoinBlocks): void {
    const first = found.length
    let isOrdered = true
    let entry = this.#slots[this.#slotOf(key.bytes, 0, key.length, key.hash)]! - 1
    for (; entry >= 0; entry = this.#entries.buffer.readInt32LE(entry)) {
      const timestamp = this.#rows.timestampAt(this.#entries.buffer, keyEnd(this.#entries.buffer, entry + ROW_AT))
      if (timestamp < from || timestamp > to) continue
      if (found.length > first && found[found.length - 1]!.timestamp < timestamp) isOrdered = false
      found.push(this.#read(entry))
    }
    if (this.#index !== null && !this.#fetchSpilled(this.#index, { key, from, to, found, first, blocks }))
      isOrdered = false
    if (found.length - first < 2) return
    // They come newest first.
    const rows = found.splice(first).reverse()
    if (!isOrdered) rows.sort(byTimestamp)
    for (const row of rows) found.push(row)
  }

  /** The same for rows whose bytes are on the disk only. Returns whether they are in the order of the others. */
  #fetchSpilled(index: JoinIndex, { key, from, to, found, first, blocks }: SpilledFetch): boolean {
    let isOrdered = true
    for (let entry = index.newest(key.hash); entry >= 0; entry = index.before(entry)) {
      const timestamp = index.timestampOf(entry)
      if (timestamp < from || timestamp > to) continue
      const place = index.placeOf(entry)
      const buffer = blocks.read(this.number, key.hash, place)
      if (!isKeyOf(buffer, place.offset, key.bytes, 0, key.length)) continue
      if (found.length > first && found[found.length - 1]!.timestamp < timestamp) isOrdered = false
      found.push(this.#rows.readFrom({ buffer, position: keyEnd(buffer, place.offset) }))
    }
    return isOrdered
  }

  hashOf(entry: number): number {
    return this.#entries.buffer.readInt32LE(entry + HASH_AT)
  }

  /** Copies an entry as blocks have it. */
  copyRow(entry: number, block: ByteBuffer): void {
    const start = entry + ROW_AT
    block.writeBytes(this.#entries.buffer.subarray(start, blockRowEnd(this.#entries.buffer, start)))
  }

  /** Gives back room that was kept for more. */
  trim(): void {
    const { buffer, position } = this.#entries
    if (buffer.length - position <= SLACK * buffer.length) return
    const smaller = Buffer.allocUnsafeSlow(position)
    buffer.copy(smaller, 0, 0, position)
    this.#entries.buffer = smaller
  }

  /** Forgets the rows that are in memory; the disk has them. Returns what they were in. */
  unload(): SegmentMemory {
    const memory = { entries: this.#entries, slots: this.#slots }
    const { entries, slots } = newMemory()
    this.#entries = entries
    this.#slots = slots
    this.#keys = 0
    this.#index = null
    this.#loaded = new Uint8Array(SHARDS)
    return memory
  }

  /** Empty memory for a segment that will probably have as many rows as this one. `spare` is free; it is taken if it fits. */
  memoryForNext(spare: SegmentMemory | null): SegmentMemory {
    const expected = Math.max(INITIAL_BYTES, Math.ceil((1 + HEADROOM) * this.#entries.position))
    const found = spare?.entries.buffer.length ?? 0
    // What is new has the headroom once more, so that it fits for later ones too.
    if (spare === null || found < expected || found > MAX_EXCESS * expected)
      return newMemory(Math.ceil((1 + HEADROOM) * expected), this.#slots.length)
    spare.entries.position = 0
    spare.slots.fill(0)
    return spare
  }

  #begin(hash: number): number {
    const entry = this.#entries.position
    this.#entries.reserve(ROW_AT)
    this.#entries.buffer.writeInt32LE(hash, entry + HASH_AT)
    this.#entries.position = entry + ROW_AT
    this.setPlace(entry, null)
    return entry
  }

  #link(entry: number, slot: number): void {
    const before = this.#slots[slot]! - 1
    this.#entries.buffer.writeInt32LE(before, entry)
    this.#slots[slot] = entry + 1
    if (before < 0 && ++this.#keys > this.#slots.length / 2) this.#grow()
  }

  /** The key's slot, or the empty one where it belongs. */
  #slotOf(bytes: Buffer, from: number, to: number, hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1
      if (entry < 0 || (this.hashOf(entry) === hash && isKeyOf(this.#entries.buffer, entry + ROW_AT, bytes, from, to)))
        return slot
    }
  }

  #grow(): void {
    const old = this.#slots
    const slots = new Int32Array(2 * old.length)
    const mask = slots.length - 1
    for (const place of old) {
      if (place === 0) continue
      let slot = this.hashOf(place - 1) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = place
    }
    this.#slots = slots
  }

  #read(entry: number): StoredRow {
    const { buffer } = this.#entries
    return this.#rows.readFrom({ buffer, position: keyEnd(buffer, entry + ROW_AT) })
  }
}

interface SpilledFetch {
  readonly key: JoinKey
  readonly from: number
  readonly to: number
  readonly found: StoredRow[]
  /** Where the rows of this fetch begin in `found`. */
  readonly first: number
  readonly blocks: JoinBlocks
}

/** Whether the row of a block that starts at `row` has the key that `bytes` hold in `[from, to)`. */
function isKeyOf(buffer: Buffer, row: number, bytes: Buffer, from: number, to: number): boolean {
  const start = keyStart(row)
  if (keyEnd(buffer, row) - start !== to - from) return false
  for (let i = from, at = start; i < to; i++, at++) if (buffer[at] !== bytes[i]) return false
  return true
}

const byTimestamp = (a: StoredRow, b: StoredRow): number => a.timestamp - b.timestamp
