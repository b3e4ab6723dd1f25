/**
 * Where rows of a join segment lie on the disk whose bytes memory has given up: by the hash of their keys. It takes 24 bytes for a row and 8 to 16 for
 * a key, so that rows which are many times larger can be found without being kept. Nothing in it is an object.
 *
 *   fields of an entry  the entry before it with the same hash, -1: none; hash; number of its block; rows of the block (16 bits), place in it (16 bits)
 */

const FIELDS = 4
const HASH = 1
const BLOCK = 2
const PLACE = 3
const PLACE_BITS = 16
const PLACE_MASK = (1 << PLACE_BITS) - 1
const INITIAL_ENTRIES = 256

/** Where a row is. */
export interface BlockPlace {
  readonly block: number
  /** Rows that the block has, at most 65,535. */
  readonly rows: number
  /** Where in the block it starts, below 65,536. */
  readonly offset: number
}

export const packPlace = ({ rows, offset }: BlockPlace): number => (rows << PLACE_BITS) | offset

export class JoinIndex {
  #fields = new Int32Array(FIELDS * INITIAL_ENTRIES)
  #times = new Float64Array(INITIAL_ENTRIES)
  #count = 0
  /** By hash: its newest entry, plus 1; 0: none. A power of two. */
  #slots = new Int32Array(2 * INITIAL_ENTRIES)
  #hashes = 0

  /** Memory that it takes, bytes. */
  get size(): number {
    return this.#fields.byteLength + this.#times.byteLength + this.#slots.byteLength
  }

  /** Rows with equal hashes are added by arrival. `place`: packed. */
  add(hash: number, timestamp: number, block: number, place: number): void {
    if (this.#count === this.#times.length) this.#growEntries()
    const slot = this.#slotOf(hash)
    const at = FIELDS * this.#count
    this.#fields[at] = this.#slots[slot]! - 1
    this.#fields[at + HASH] = hash
    this.#fields[at + BLOCK] = block
    this.#fields[at + PLACE] = place
    this.#times[this.#count] = timestamp
    this.#count++
    const isNew = this.#slots[slot] === 0
    this.#slots[slot] = this.#count
    if (isNew && ++this.#hashes > this.#slots.length / 2) this.#growSlots()
  }

  /** The newest entry with that hash; -1: none. */
  newest(hash: number): number {
    return this.#slots[this.#slotOf(hash)]! - 1
  }

  /** The entry that came before this one, with the same hash; -1: none. */
  before(entry: number): number {
    return this.#fields[FIELDS * entry]!
  }

  timestampOf(entry: number): number {
    return this.#times[entry]!
  }

  placeOf(entry: number): BlockPlace {
    const at = FIELDS * entry
    const place = this.#fields[at + PLACE]!
    return { block: this.#fields[at + BLOCK]! >>> 0, rows: place >>> PLACE_BITS, offset: place & PLACE_MASK }
  }

  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]! - 1
      if (entry < 0 || this.#fields[FIELDS * entry + HASH] === hash) return slot
    }
  }

  /** By half: memory that is not used yet is memory that rows could have. */
  #growEntries(): void {
    const entries = Math.ceil(1.5 * this.#times.length)
    const fields = new Int32Array(FIELDS * entries)
    fields.set(this.#fields)
    this.#fields = fields
    const times = new Float64Array(entries)
    times.set(this.#times)
    this.#times = times
  }

  #growSlots(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    for (const place of old) {
      if (place > 0) this.#slots[this.#slotOf(this.#fields[FIELDS * (place - 1) + HASH]!)] = place
    }
  }
}
