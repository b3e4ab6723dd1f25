/**
 * Rows of a join segment in memory: as blocks have them (join-block.ts), by arrival, with an index by key. All numbers lie in typed arrays beside the
 * rows' bytes, so that there is no object per row, and looking a key up touches the bytes of the row that it finds only.
 *
 *   fields of an entry  the entry before it with the same key, -1: none; hash of the key; number of its block, -1: none yet; packed place in the
 *                       block (join-index.ts); where its row starts
 *   slot of a key       a tag, 8 bits of its hash, 0: the slot is empty; its newest entry. The tags lie by themselves: a segment that does not
 *                       have a key, as most do not, is passed by a look into few bytes
 */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import { blockRowEnd, isKeyOf, keyEnd, keyStart } from './join-block.ts'
import { type BlockPlace, packPlace } from './join-index.ts'

const FIELDS = 5
const HASH = 1
const BLOCK = 2
const PLACE = 3
const START = 4
export const NO_BLOCK = -1
const INITIAL_BYTES = 1024
const INITIAL_ENTRIES = 16
const INITIAL_SLOTS = 32
/** The index grows when more of its slots than this part have a key. */
const MAX_LOAD = 0.5
/** Memory with more room than this part of it is cut when nothing is expected to come. */
const SLACK = 0.25
/** What a segment may have more than the one before it without growing. */
const HEADROOM = 0.03
/** Memory so many times as large as expected is not taken. */
const MAX_EXCESS = 1.25

/** What entries are kept in. It passes from segments that are given up to new ones, which need about as much. */
export interface EntryMemory {
  readonly rows: ByteBuffer
  readonly fields: Int32Array
  /** As many as slots: a power of two. */
  readonly tags: Uint8Array
  readonly slots: Int32Array
}

const newMemory = (bytes = INITIAL_BYTES, entries = INITIAL_ENTRIES, slots = INITIAL_SLOTS): EntryMemory => ({
  rows: new ByteBuffer(bytes),
  fields: new Int32Array(FIELDS * entries),
  tags: new Uint8Array(slots),
  slots: new Int32Array(slots),
})

export const memorySize = ({ rows, fields, tags, slots }: EntryMemory): number =>
  rows.buffer.length + fields.byteLength + tags.byteLength + slots.byteLength

/** Not 0. Its bits are others than those that choose the slot. */
const tagOf = (hash: number): number => hash >>> 24 || 1

export class JoinEntries {
  /** Behind its position there is room for rows that are being written. */
  readonly rows: ByteBuffer
  count = 0
  #fields: Int32Array
  #tags: Uint8Array
  #slots: Int32Array
  #keys = 0

  constructor({ rows, fields, tags, slots } = newMemory()) {
    this.rows = rows
    this.#fields = fields
    this.#tags = tags
    this.#slots = slots
  }

  /** Memory that it takes, bytes. */
  get size(): number {
    return this.rows.buffer.length + this.#fields.byteLength + this.#tags.byteLength + this.#slots.byteLength
  }

  get memory(): EntryMemory {
    return { rows: this.rows, fields: this.#fields, tags: this.#tags, slots: this.#slots }
  }

  /** Makes an entry of the row that was written at `row`, under the key that `bytes` hold in `[from, to)`. Returns it. */
  add(row: number, hash: number, bytes: Buffer, from: number, to: number): number {
    const at = FIELDS * this.count
    if (at === this.#fields.length) this.#growFields()
    const slot = this.#slotOf(bytes, from, to, hash)
    const fields = this.#fields
    const isNew = this.#tags[slot] === 0
    const entry = this.count++
    fields[at] = isNew ? -1 : this.#slots[slot]!
    fields[at + HASH] = hash
    fields[at + BLOCK] = NO_BLOCK
    fields[at + START] = row
    this.#tags[slot] = tagOf(hash)
    this.#slots[slot] = entry
    if (isNew && ++this.#keys > MAX_LOAD * this.#slots.length) this.#growSlots()
    return entry
  }

  /** The newest entry of the key that `bytes` hold in `[from, to)`; -1: none. */
  newest(hash: number, bytes: Buffer, from: number, to: number): number {
    const slot = this.#slotOf(bytes, from, to, hash)
    return this.#tags[slot] === 0 ? -1 : this.#slots[slot]!
  }

  /** The entry that came before this one, with the same key; -1: none. */
  before(entry: number): number {
    return this.#fields[FIELDS * entry]!
  }

  hashOf(entry: number): number {
    return this.#fields[FIELDS * entry + HASH]!
  }

  blockOf(entry: number): number {
    return this.#fields[FIELDS * entry + BLOCK]!
  }

  /** Packed. */
  placeOf(entry: number): number {
    return this.#fields[FIELDS * entry + PLACE]!
  }

  /** Where its row starts. */
  startOf(entry: number): number {
    return this.#fields[FIELDS * entry + START]!
  }

  rowLength(entry: number): number {
    const start = this.startOf(entry)
    return blockRowEnd(this.rows.buffer, start) - start
  }

  /** Notes where a row lies on the disk; null: nowhere yet. */
  setPlace(entry: number, place: BlockPlace | null): void {
    const at = FIELDS * entry
    this.#fields[at + BLOCK] = place === null ? NO_BLOCK : place.block
    this.#fields[at + PLACE] = place === null ? 0 : packPlace(place)
  }

  /** Forgets the entries before `first`. The others are counted from 0 again. */
  cut(first: number): void {
    const { count, rows } = this
    const fields = this.#fields
    const start = first < count ? this.startOf(first) : rows.position
    const kept = Buffer.allocUnsafeSlow(Math.max(INITIAL_BYTES, rows.position - start))
    rows.buffer.copy(kept, 0, start, rows.position)
    rows.buffer = kept
    rows.position -= start
    this.#fields = new Int32Array(FIELDS * Math.max(INITIAL_ENTRIES, count - first))
    this.#tags = new Uint8Array(INITIAL_SLOTS)
    this.#slots = new Int32Array(INITIAL_SLOTS)
    this.count = 0
    this.#keys = 0
    for (let at = FIELDS * first; at < FIELDS * count; at += FIELDS) {
      const row = fields[at + START]! - start
      const to = FIELDS * this.add(row, fields[at + HASH]!, kept, keyStart(row), keyEnd(kept, row))
      this.#fields[to + BLOCK] = fields[at + BLOCK]!
      this.#fields[to + PLACE] = fields[at + PLACE]!
    }
  }

  /** Gives back room that was kept for more. */
  trim(): void {
    const { buffer, position } = this.rows
    if (buffer.length - position > SLACK * buffer.length) {
      this.rows.buffer = Buffer.allocUnsafeSlow(position)
      buffer.copy(this.rows.buffer, 0, 0, position)
    }
    const used = FIELDS * this.count
    if (this.#fields.length - used > SLACK * this.#fields.length) this.#fields = this.#fields.slice(0, used)
  }

  /** Empty memory for as many rows as there are here, and some more. `spare` is free; it is taken if it fits. */
  memoryForNext(spare: EntryMemory | null): EntryMemory {
    const expected = Math.max(INITIAL_BYTES, Math.ceil((1 + HEADROOM) * this.rows.position))
    const found = spare?.rows.buffer.length ?? 0
    if (spare === null || found < expected || found > MAX_EXCESS * expected) {
      // What is new has the headroom once more, so that it fits for later ones too.
      const entries = Math.max(INITIAL_ENTRIES, Math.ceil((1 + HEADROOM) ** 2 * this.count))
      return newMemory(Math.ceil((1 + HEADROOM) * expected), entries, this.#slots.length)
    }
    spare.rows.position = 0
    spare.tags.fill(0)
    return spare
  }

  /** The key's slot, or the empty one where it belongs. */
  #slotOf(bytes: Buffer, from: number, to: number, hash: number): number {
    const tags = this.#tags
    const mask = tags.length - 1
    const tag = tagOf(hash)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = tags[slot]
      if (found === 0 || (found === tag && this.#isKeyOf(this.#slots[slot]!, hash, bytes, from, to))) return slot
    }
  }

  #isKeyOf(entry: number, hash: number, bytes: Buffer, from: number, to: number): boolean {
    const at = FIELDS * entry
    const fields = this.#fields
    return fields[at + HASH] === hash && isKeyOf(this.rows.buffer, fields[at + START]!, bytes, from, to)
  }

  /** By half: memory that is not used yet is memory that rows could have. */
  #growFields(): void {
    const entries = Math.max(INITIAL_ENTRIES, Math.ceil(1.5 * this.count))
    const larger = new Int32Array(FIELDS * entries)
    larger.set(this.#fields)
    this.#fields = larger
  }

  #growSlots(): void {
    const old = { tags: this.#tags, slots: this.#slots }
    const tags = new Uint8Array(2 * old.tags.length)
    const slots = new Int32Array(tags.length)
    const mask = tags.length - 1
    for (let from = 0; from < old.tags.length; from++) {
      if (old.tags[from] === 0) continue
      let slot = this.hashOf(old.slots[from]!) & mask
      while (tags[slot] !== 0) slot = (slot + 1) & mask
      tags[slot] = old.tags[from]!
      slots[slot] = old.slots[from]!
    }
    this.#tags = tags
    this.#slots = slots
  }
}
