/**
 * Short texts that were read before. Columns have the same few words again and again; one that is found here is neither decoded nor made garbage.
 */
import type { VmMemory } from './vm-memory.ts'

/** Longest text in characters of one byte: two words. */
export const MOST_CHARACTERS = 8

/** A power of two. */
const PLACES = 1024

/** By length, the bytes of the first and of the second word that belong to the text. */
const MASKS = [0, 0xff, 0xffff, 0xff_ffff, -1]

export class ShortTexts {
  readonly #first = new Int32Array(PLACES)
  readonly #second = new Int32Array(PLACES)
  readonly #texts: string[] = new Array(PLACES).fill('')

  /** The Latin-1 text of 1 to `MOST_CHARACTERS` bytes at `from`, a multiple of 4. */
  read(from: number, length: number, { i32, bytes }: VmMemory): string {
    const first = i32[from >> 2]! & MASKS[Math.min(length, 4)]!
    const second = length <= 4 ? 0 : i32[(from >> 2) + 1]! & MASKS[length - 4]!
    const mixed = Math.imul(first ^ Math.imul(second, 0x9e37_79b1), 0x85eb_ca6b)
    const place = (mixed >>> 16) & (PLACES - 1)
    const text = this.#texts[place]!
    if (this.#first[place] === first && this.#second[place] === second && text.length === length) return text
    const read = bytes.latin1Slice(from, from + length)
    this.#first[place] = first
    this.#second[place] = second
    this.#texts[place] = read
    return read
  }
}
