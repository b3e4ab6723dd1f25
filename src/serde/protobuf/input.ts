/** The payload being read: where it lies, and how far it is read. */

/**
 * Functions that read a value of several bytes take it from `position` and move `position` behind it. One object serves all payloads of a
 * reader, so that reading a record allocates nothing but its values.
 */
export class ProtobufInput {
  bytes: Buffer = Buffer.alloc(0)
  /** The same memory as `bytes`, for numbers of four and eight bytes. */
  view: DataView = new DataView(new ArrayBuffer(0))
  end = 0
  position = 0

  begin(bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.position = start
    this.end = end
  }
}
