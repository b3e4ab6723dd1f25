/** The document being read: where it lies, how far it is read, and the making of strings from it. */
import { isShort, readAscii } from '../text.ts'

/** Records for which the shared text is not tried again after one for which it was of no use. */
const PAUSE = 64
/** For longer documents the native calls for single strings are the better deal, and substrings would hold too much memory. */
const TEXT_BYTES_PER_STRING = 512

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
  /**
   * The whole document's text if it is ASCII without escapes: then the text of a string is a substring, which costs a fraction of the call
   * that makes one from bytes. Null if not, or if too few strings are read to pay for it.
   */
  text: string | null = null
  /** Strings of this document that took several steps to read: long with escapes, or not ASCII. */
  slowStrings = 0
  #longStrings = 0
  #pause = 0

  begin(bytes: Buffer, start: number, end: number): void {
    // Judged by the last record. Substrings keep the whole text alive, so it must not be much for each of them.
    const pays = this.#longStrings > 1 && this.end - this.start <= TEXT_BYTES_PER_STRING * this.#longStrings
    this.#longStrings = 0
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.start = start
    this.end = end
    this.position = start
    this.text = null
    this.slowStrings = 0
    if (this.#pause > 0) this.#pause--
    else if (pays) this.#takeText()
  }

  #takeText(): void {
    const text = this.bytes.utf8Slice(this.start, this.end)
    if (text.length === this.end - this.start && !text.includes('\\')) this.text = text
    else this.#pause = PAUSE
  }

  /** Notes a string for which the document's text, had it been there, would have been the better source. */
  countLongString(): void {
    this.#longStrings++
  }

  /** The text of `bytes[start, end)`, which are ASCII. */
  ascii(start: number, end: number): string {
    if (isShort(start, end)) return readAscii(this.bytes, start, end)
    this.#longStrings++
    return this.text === null
      ? this.bytes.latin1Slice(start, end)
      : this.text.substring(start - this.start, end - this.start)
  }
}
