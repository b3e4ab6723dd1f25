/** The document being read: where it lies, how far it is read, and the making of strings from it. */

import { isShort, readAscii } from '../text.ts'

/**
 * Decoders read the value at `position` and move `position` behind it. One object serves all documents of a reader, so that reading a
 * record allocates nothing but its values.
 */
export class JsonInput {
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  position = 0
  /** Fraction digits of the number read last. */
  fraction = 0
  /** The whole document as Latin-1 text, once this record has needed it: the cheapest source of several ASCII strings. */
  #text: string | null = null
  #longStrings = 0
  #longStringBytes = 0
  #sharesText = false

  begin(bytes: Buffer, start: number, end: number): void {
    // Taken from the last record: from two longer strings on, one native call for the document and substrings of it are cheaper than a
    // call for each. Substrings keep the document's text alive, so they must be a good part of it.
    this.#sharesText = this.#longStrings > 1 && this.#longStringBytes * 4 > this.end - this.start
    this.#text = null
    this.#longStrings = 0
    this.#longStringBytes = 0
    this.bytes = bytes
    this.start = start
    this.end = end
    this.position = start
  }

  /** The text of `bytes[start, end)`, which are ASCII. */
  ascii(start: number, end: number): string {
    if (isShort(start, end)) return readAscii(this.bytes, start, end)
    this.#longStrings++
    this.#longStringBytes += end - start
    if (!this.#sharesText) return this.bytes.latin1Slice(start, end)
    this.#text ??= this.bytes.latin1Slice(this.start, this.end)
    return this.#text.substring(start - this.start, end - this.start)
  }
}
