/**
 * Keys of maps. Maps of one column mostly have the same keys in the same order: a key that stands where it stood in the map before is not
 * made again, which saves its text and the hash of it.
 */
import type { JsonInput } from './input.ts'
import { readString, UNKNOWN } from './text.ts'

/** Keys that are remembered, and bytes of each, quotes included. */
const MAX_KEYS = 32
const MAX_BYTES = 32

export class MapKeys {
  readonly #bytes = new Uint8Array(MAX_KEYS * MAX_BYTES)
  /** Bytes of each key that is remembered; 0 for none. */
  readonly #lengths = new Uint8Array(MAX_KEYS)
  readonly #texts: string[] = new Array(MAX_KEYS).fill('')

  /** The key whose opening quote is at the input's position, the map's number `place`; moves behind it. */
  read(input: JsonInput, place: number): string {
    if (place >= MAX_KEYS) return readString(input, UNKNOWN)
    const start = input.position
    const length = this.#lengths[place]!
    if (length > 0 && this.#stands(input, place * MAX_BYTES, length)) {
      input.position = start + length
      return this.#texts[place]!
    }
    const key = readString(input, UNKNOWN)
    this.#remember(input, start, place, key)
    return key
  }

  #stands({ bytes, position, end }: JsonInput, from: number, length: number): boolean {
    if (position + length > end) return false
    const known = this.#bytes
    for (let i = 0; i < length; i++) if (bytes[position + i] !== known[from + i]) return false
    return true
  }

  #remember({ bytes, position }: JsonInput, start: number, place: number, key: string): void {
    const length = position - start
    this.#lengths[place] = length <= MAX_BYTES ? length : 0
    if (length > MAX_BYTES) return
    for (let i = 0; i < length; i++) this.#bytes[place * MAX_BYTES + i] = bytes[start + i]!
    this.#texts[place] = key
  }
}
