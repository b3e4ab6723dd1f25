/**
 * A growing byte buffer for writers that do not write into a record batch: rows and keys of stores, single records, tests. Formats see it
 * as a `ByteSink`, the row codec as a `RowSink`.
 */

/** From here on the buffer grows by a quarter, below by as much as it has: room that is not used is memory too. */
const LARGE_BYTES = 256 << 10

/** Up to here a loop beats a call. */
const SHORT_BYTES = 32

export class ByteBuffer {
  buffer: Buffer
  /** Where the next byte goes. */
  position = 0

  constructor(size = 256) {
    this.buffer = Buffer.allocUnsafeSlow(size)
  }

  /** Makes room for `count` more bytes; `buffer` may be another one afterwards. */
  reserve(count: number): void {
    const needed = this.position + count
    if (needed <= this.buffer.length) return
    const { length } = this.buffer
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, length + (length < LARGE_BYTES ? length : length >> 2)))
    this.buffer.copy(larger, 0, 0, this.position)
    this.buffer = larger
  }

  /** A view of what was written from `start` on; the next write may move it. */
  since(start: number): Buffer {
    return this.buffer.subarray(start, this.position)
  }

  /** A copy of all that was written. The next write starts at the beginning. */
  take(): Buffer {
    const bytes = Buffer.from(this.since(0))
    this.position = 0
    return bytes
  }

  clear(): void {
    this.position = 0
  }

  writeByte(value: number): void {
    this.reserve(1)
    this.buffer[this.position++] = value
  }

  writeUInt16(value: number): void {
    this.reserve(2)
    this.position = this.buffer.writeUInt16BE(value, this.position)
  }

  writeUInt32(value: number): void {
    this.reserve(4)
    this.position = this.buffer.writeUInt32BE(value, this.position)
  }

  writeBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.position)
    this.position += bytes.length
  }

  /** Copies the bytes of `source` in `[start, end)`. */
  writeRange(source: Buffer, start: number, end: number): void {
    this.reserve(end - start)
    const { buffer, position } = this
    if (end - start > SHORT_BYTES) source.copy(buffer, position, start, end)
    else for (let i = start, at = position; i < end; i++, at++) buffer[at] = source[i]!
    this.position = position + end - start
  }
}
