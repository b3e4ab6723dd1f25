/**
 * Which column a property of a JSON object belongs to. Names are learned as bytes the first time they are seen; from then on a property is
 * recognized by comparing bytes, usually with the one name that stood at the same place in the last object.
 *
 * Matching, as ksqlDB's KsqlJsonDeserializer does it: a property whose name is the column's; else one whose upper-cased name is the column's.
 */
import { COLON, QUOTE } from './syntax.ts'
import { badEscape, resolvedEscapes } from './text.ts'

/** Neither the exact nor the upper-cased name is a wanted column. */
export const UNWANTED = -1
/** Names beyond this many are resolved each time they occur: a topic with ever new names must not fill the memory. */
export const MAX_NAMES = 2048
/** The beginning of a name that can be compared as four words. */
export const WORD_BYTES = 16
const TABLE_SIZE = 2 * MAX_NAMES

export class PropertyNames {
  /** All learned names as `"name":`, as they stand in documents, one behind the other: name i from `starts[i]` to `starts[i + 1]`. */
  text = new Uint8Array(1024)
  starts = new Int32Array(MAX_NAMES + 2)
  /** The first 16 bytes of each learned name, as four little-endian words, and which of their bits belong to it. */
  readonly words = new Int32Array(4 * (MAX_NAMES + 1))
  readonly masks = new Int32Array(4 * (MAX_NAMES + 1))
  /** Per learned name: the wanted column's slot or UNWANTED. */
  readonly slots = new Int32Array(MAX_NAMES + 1)
  /** Per learned name: 2 if it is the column's exact name, 1 if only its upper-cased form is. */
  readonly ranks = new Uint8Array(MAX_NAMES + 1)
  /** Several learned names belong to one column, so that a match may be overruled by a later property. */
  ambiguous = false
  #count = 0
  readonly #table = new Int16Array(TABLE_SIZE).fill(-1)
  readonly #slotOf: ReadonlyMap<string, number>

  /** `wanted`: names of columns (or struct fields); a name's place is its slot. */
  constructor(wanted: readonly string[]) {
    this.#slotOf = new Map(wanted.map((name, slot) => [name, slot]))
  }

  /** The id of the name `bytes[start, end)` (without quotes), learning it if it is new. */
  idOf(bytes: Buffer, start: number, end: number): number {
    let place = hash(bytes, start, end) % TABLE_SIZE
    for (let id = this.#table[place]!; id >= 0; id = this.#table[place]!) {
      if (this.#is(id, bytes, start, end)) return id
      place = (place + 1) % TABLE_SIZE
    }
    const id = this.#learn(bytes, start, end)
    if (id < MAX_NAMES) this.#table[place] = id
    return id
  }

  /** The name `bytes[start, end)` as text; null if an escape in it is none. */
  textOf(bytes: Buffer, start: number, end: number): string | null {
    const raw = bytes.utf8Slice(start, end)
    return raw.includes('\\') ? resolvedEscapes(raw) : raw
  }

  #is(id: number, bytes: Buffer, start: number, end: number): boolean {
    const from = this.starts[id]! + 1
    if (this.starts[id + 1]! - from - 2 !== end - start) return false
    for (let i = 0; i < end - start; i++) if (bytes[start + i] !== this.text[from + i]) return false
    return true
  }

  /** A name beyond the limit always takes the last place, which is then not in the table. */
  #learn(bytes: Buffer, start: number, end: number): number {
    const name = this.textOf(bytes, start, end)
    if (name === null) throw badEscape()
    const id = this.#count
    if (this.#count < MAX_NAMES) this.#count++
    const from = this.starts[id]!
    const behind = from + end - start + 3
    this.#reserve(behind)
    this.text[from] = QUOTE
    this.text.set(bytes.subarray(start, end), from + 1)
    this.text[behind - 2] = QUOTE
    this.text[behind - 1] = COLON
    this.starts[id + 1] = behind
    this.#fillWords(id, from, behind)
    this.#resolve(id, name)
    return id
  }

  #fillWords(id: number, from: number, behind: number): void {
    for (let word = 0; word < 4; word++) {
      const bytes = [0, 1, 2, 3].map((i) => (from + 4 * word + i < behind ? this.text[from + 4 * word + i]! : -1))
      this.words[4 * id + word] = bytes.reduce((value, byte, i) => value | (Math.max(0, byte) << (8 * i)), 0)
      this.masks[4 * id + word] = bytes.reduce((value, byte, i) => value | (byte < 0 ? 0 : 0xff << (8 * i)), 0)
    }
  }

  #resolve(id: number, name: string): void {
    const exact = this.#slotOf.get(name)
    const slot = exact ?? this.#slotOf.get(name.toUpperCase()) ?? UNWANTED
    if (slot !== UNWANTED && this.slots.subarray(0, id).includes(slot)) this.ambiguous = true
    this.slots[id] = slot
    this.ranks[id] = exact === undefined ? 1 : 2
  }

  #reserve(size: number): void {
    if (size <= this.text.length) return
    const larger = new Uint8Array(2 * size)
    larger.set(this.text)
    this.text = larger
  }
}

/** FNV-1a, not negative. */
function hash(bytes: Buffer, start: number, end: number): number {
  let value = 0x811c9dc5
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193)
  return value >>> 1
}
