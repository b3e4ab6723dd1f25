/** Ranges of keys that a walk over keys in ascending order passes over. */
import type { KeyRangeBytes } from '../write-batch.ts'

export class KeyRanges {
  readonly #ranges: readonly KeyRangeBytes[]
  /** Ranges before it end before the key of the last call. */
  #at = 0

  /** The ranges do not overlap. */
  constructor(ranges: readonly KeyRangeBytes[]) {
    this.#ranges = ranges.toSorted((a, b) => Buffer.compare(a.from, b.from))
  }

  /** Whether the key in `[start, end)` of `buffer` lies in one of them. It is not smaller than the key of the call before. */
  has(buffer: Buffer, start: number, end: number): boolean {
    for (; this.#at < this.#ranges.length; this.#at++) {
      const { from, to } = this.#ranges[this.#at]!
      if (buffer.compare(from, 0, from.length, start, end) < 0) return false
      if (buffer.compare(to, 0, to.length, start, end) < 0) return true
    }
    return false
  }
}
