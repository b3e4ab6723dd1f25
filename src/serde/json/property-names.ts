/**
 * Which column a property of a JSON object belongs to. Names are learned as bytes the first time they are seen; from then on a property is
 * recognized by comparing bytes, usually with the one name that stood at the same place in the last object.
 *
 * Matching (formats.md section 2): a property whose name is the column's; else one whose upper-cased name is the column's.
 */

import { resolveEscapes } from './text.ts'

/** Neither the exact nor the upper-cased name is a wanted column. */
export const UNWANTED = -1
/** Names beyond this many are resolved anew each time: a topic with ever new names must not fill the memory. */
const MAX_NAMES = 4096
const TABLE_SIZE = 2 * MAX_NAMES

export class PropertyNames {
  /** Learned names one behind the other, `starts[i]` to `starts[i + 1]`; as they stand in the document, escapes included. */
  #text = new Uint8Array(1024)
  readonly #starts: number[] = [0]
  readonly #table = new Int16Array(TABLE_SIZE).fill(-1)
  readonly #slotOf: ReadonlyMap<string, number>
  /** Per learned name: the wanted column's slot or UNWANTED. */
  readonly slots: number[] = []
  /** Per learned name: 2 if it is the column's exact name, 1 if only its upper-cased form is. */
  readonly ranks: number[] = []
  /** Several learned names belong to one column, so that a match may be overruled by a later property. */
  ambiguous = false

  /** `wanted`: names of columns (or struct fields); a name's place is its slot. */
  constructor(wanted: readonly string[]) {
    this.#slotOf = new Map(wanted.map((name, slot) => [name, slot]))
  }

  /** Whether the learned name `id` stands at `position`, followed by its closing quote, before `end`. */
  isAt(id: number, bytes: Buffer, position: number, end: number): boolean {
    const from = this.#starts[id]!
    const length = this.#starts[id + 1]! - from
    if (position + length >= end) return false
    const text = this.#text
    for (let i = 0; i < length; i++) if (bytes[position + i] !== text[from + i]) return false
    return bytes[position + length] === 0x22
  }

  lengthOf(id: number): number {
    return this.#starts[id + 1]! - this.#starts[id]!
  }

  /** The id of the name `bytes[start, end)`, learning it if it is new. */
  idOf(bytes: Buffer, start: number, end: number): number {
    let place = hash(bytes, start, end) % TABLE_SIZE
    for (;;) {
      const id = this.#table[place]!
      if (id < 0) break
      if (this.lengthOf(id) === end - start && this.isAt(id, bytes, start, end + 1)) return id
      place = (place + 1) % TABLE_SIZE
    }
    const id = this.#learn(bytes, start, end)
    if (id < MAX_NAMES) this.#table[place] = id
    return id
  }

  /** A name beyond the limit always takes the last place, which is then not in the table. */
  #learn(bytes: Buffer, start: number, end: number): number {
    const id = Math.min(this.slots.length, MAX_NAMES)
    const from = this.#starts[id]!
    this.#reserve(from + end - start)
    this.#text.set(bytes.subarray(start, end), from)
    this.#starts[id + 1] = from + end - start
    const name = nameText(bytes, start, end)
    const exact = this.#slotOf.get(name)
    const slot = exact ?? this.#slotOf.get(name.toUpperCase()) ?? UNWANTED
    if (slot !== UNWANTED && this.slots.includes(slot)) this.ambiguous = true
    this.slots[id] = slot
    this.ranks[id] = exact === undefined ? 1 : 2
    return id
  }

  #reserve(size: number): void {
    if (size <= this.#text.length) return
    const larger = new Uint8Array(2 * size)
    larger.set(this.#text)
    this.#text = larger
  }
}

/** FNV-1a, not negative. */
function hash(bytes: Buffer, start: number, end: number): number {
  let value = 0x811c9dc5
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193)
  return value >>> 1
}

function nameText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end)
  return text.includes('\\') ? resolveEscapes(text) : text
}
