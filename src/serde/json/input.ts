/** The document being read: where it lies, and how far it is read. */
import { BACKSLASH } from './syntax.ts'

/**
 * Decoders read the value at `position` and move `position` behind it. One object serves all documents of a reader, so that reading a
 * record allocates nothing but its values.
 */
export class JsonInput {
  bytes: Buffer = Buffer.alloc(0)
  /** The same memory as `bytes`, for reading several at once. */
  view: DataView = new DataView(new ArrayBuffer(0))
  start = 0
  end = 0
  position = 0
  /** Fraction digits of the number read last. */
  fraction = 0
  /** The last document's long string at its end had escapes. */
  longEscapes = false
  /** Between these two places of `bytes` there is no backslash; at `#backslash` there is one, or it is behind the last byte. */
  #searchedFrom = 0
  #backslash = 0

  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      this.#searchedFrom = 0
      this.#backslash = 0
    }
    this.start = start
    this.end = end
    this.position = start
  }

  /**
   * Position of the first backslash at or behind `from`, also beyond this document; the length of `bytes` if there is none. Documents lie
   * one behind the other and are read in that order, so the native search passes over all bytes about once.
   */
  nextBackslash(from: number): number {
    if (from < this.#searchedFrom || from > this.#backslash) {
      const found = this.bytes.indexOf(BACKSLASH, from)
      this.#searchedFrom = from
      this.#backslash = found < 0 ? this.bytes.length : found
    }
    return this.#backslash
  }
}
