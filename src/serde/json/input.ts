/** The document being read: where it lies, how far it is read, and the making of strings from it. */
import { isShort, readAscii } from '../text.ts'

/** Records for which the shared text is not tried again after one for which it was of no use. */
const PAUSE = 64

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
  /**
   * The whole document's text if it is ASCII without escapes: then the text of a string is a substring, which costs a fraction of the call
   * that makes one from bytes. Null if not, or if too few strings are read to pay for it.
   */
  text: string | null = null
  #longStrings = 0
  #longStringBytes = 0
  #pause = 0

  begin(bytes: Buffer, start: number, end: number): void {
    // Taken from the last record. Substrings keep the whole text alive, so they must be a good part of it.
    const pays = this.#longStrings > 1 && this.#longStringBytes * 4 > this.end - this.start
    this.#longStrings = 0
    this.#longStringBytes = 0
    this.bytes = bytes
    this.start = start
    this.end = end
    this.position = start
    this.text = null
    if (this.#pause > 0) this.#pause--
    else if (pays) this.#takeText()
  }

  #takeText(): void {
    const text = this.bytes.utf8Slice(this.start, this.end)
    if (text.length === this.end - this.start && !text.includes('\\')) this.text = text
    else this.#pause = PAUSE
  }

  /** Notes that the document's text, had it been there, would have been the better source of an ASCII string. */
  count(length: number): void {
    this.#longStrings++
    this.#longStringBytes += length
  }

  /** The text of `bytes[start, end)`, which are ASCII. */
  ascii(start: number, end: number): string {
    if (isShort(start, end)) return readAscii(this.bytes, start, end)
    this.count(end - start)
    return this.text === null
      ? this.bytes.latin1Slice(start, end)
      : this.text.substring(start - this.start, end - this.start)
  }
}
