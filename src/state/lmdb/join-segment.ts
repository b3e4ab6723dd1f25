/**
 * The rows of a join buffer in one segment of time: as bytes in one buffer, with an index by key beside it. There is no object per row, so
 * that many rows cost the garbage collector nothing, and only rows that a fetch finds are read. The disk has the same bytes in blocks
 * (join-block.ts), each of one shard: a fixed part of the keys. In memory are all rows of a shard or none, so that what is not
 * found is not there.
 *
 *   entry  the place of the key's entry before it, int32 LE, -1: none; hash of the key, int32 LE; a row as in blocks
 */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { StoredRow } from '../store.ts'
import { CacheEntry } from './cache-budget.ts'
import { blockRowEnd, keyEnd, keyStart, writeBlockRow } from './join-block.ts'
import { hashOf, type JoinKey } from './join-key.ts'
import type { RowBytes } from './row-bytes.ts'

/** More of them make it cheaper to look a row up whose segment was given up, and blocks smaller. */
export const SHARDS = 64
export const shardOf = (hash: number): number => hash & (SHARDS - 1)

const HASH_AT = 4
const ROW_AT = 8
const INITIAL_BYTES = 1024
const INITIAL_SLOTS = 32
/** A buffer with more room than this part of it is cut when nothing is expected to come. */
const SLACK = 0.25
/** What a segment may have more than the one before it without growing. */
const HEADROOM = 0.03
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
  /** The number of the newest segment when rows of this one were last added or looked for. */
  usedAt = Number.NEGATIVE_INFINITY
  readonly #rows: RowBytes
  #entries: ByteBuffer
  #slots: Int32Array
  #keys = 0
  /** Shards of which the rows are in memory; null: all. */
  #loaded: Uint8Array | null

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

  /** Whether no row is in memory. */
  get isEmpty(): boolean {
    return this.#entries.position === 0
  }

  /** Memory that it takes, bytes. */
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

  /** Adds the rows of a block; returns how many. */
  addBlock(block: Buffer): number {
    let count = 0
    for (let start = 0, end = 0; start < block.length; start = end, count++) {
      end = blockRowEnd(block, start)
      const from = keyStart(start)
      const to = keyEnd(block, start)
      const hash = hashOf(block, from, to)
      const entry = this.#begin(hash)
      this.#entries.reserve(end - start)
      block.copy(this.#entries.buffer, this.#entries.position, start, end)
      this.#entries.position += end - start
      this.#link(entry, this.#slotOf(block, from, to, hash))
    }
    return count
  }

  /** Appends the key's rows with timestamp in `[from, to]` to `found`: by timestamp, then arrival. */
  fetch(key: JoinKey, from: number, to: number, found: StoredRow[]): void {
    const first = found.length
    let isOrdered = true
    let entry = this.#slots[this.#slotOf(key.bytes, 0, key.length, key.hash)]! - 1
    for (; entry >= 0; entry = this.#entries.buffer.readInt32LE(entry)) {
      const timestamp = this.#rows.timestampAt(this.#entries.buffer, keyEnd(this.#entries.buffer, entry + ROW_AT))
      if (timestamp < from || timestamp > to) continue
      if (found.length > first && found[found.length - 1]!.timestamp < timestamp) isOrdered = false
      found.push(this.#read(entry))
    }
    if (found.length - first < 2) return
    // They come newest first.
    const rows = found.splice(first).reverse()
    if (!isOrdered) rows.sort(byTimestamp)
    for (const row of rows) found.push(row)
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
      if (entry < 0 || (this.hashOf(entry) === hash && this.#hasKey(entry + ROW_AT, bytes, from, to))) return slot
    }
  }

  #hasKey(row: number, bytes: Buffer, from: number, to: number): boolean {
    const { buffer } = this.#entries
    const start = keyStart(row)
    if (keyEnd(buffer, row) - start !== to - from) return false
    for (let i = from, at = start; i < to; i++, at++) if (buffer[at] !== bytes[i]) return false
    return true
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

const byTimestamp = (a: StoredRow, b: StoredRow): number => a.timestamp - b.timestamp
