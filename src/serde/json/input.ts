/** The document being read: where it lies, and how far it is read. */

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

  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.start = start
    this.end = end
    this.position = start
  }
}
