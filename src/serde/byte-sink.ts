/** A growing byte buffer for writers that do not write into a record batch: keys of stores, single records, tests. */
import type { ByteSink } from './format.ts'

export class ByteBuffer implements ByteSink {
  buffer: Buffer
  position = 0

  constructor(size = 256) {
    this.buffer = Buffer.allocUnsafeSlow(size)
  }

  reserve(count: number): void {
    const needed = this.position + count
    if (needed <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.buffer.length))
    this.buffer.copy(larger, 0, 0, this.position)
    this.buffer = larger
  }

  /** A copy of what was written since the last call or `clear`; the next write starts anew. */
  take(): Buffer {
    const bytes = Buffer.from(this.buffer.subarray(0, this.position))
    this.position = 0
    return bytes
  }

  clear(): void {
    this.position = 0
  }
}
