/**
 * Memory of fetch responses, used again when all that came in one was read. Without it a busy server would leave hundreds of MB a second to
 * the garbage collector, which gives them back late. What is never released is the collector's as usual.
 */

/** Smaller ones are cheap to make. */
const SMALLEST_BYTES = 64 << 10
const LARGEST_BYTES = 4 << 20
/** Sizes are multiples of this, so that the next response fits. */
const ROUND_BYTES = 256 << 10
/** What is kept for responses to come: one or two of each lane. */
const MAX_SPARE_BYTES = 4 << 20
/** A response does not take memory of more than so many times its size. */
const MAX_WASTE = 1.5

export class FramePool {
  readonly #spares: Buffer[] = []
  /** Responses that are being read: how many parts of them are not released yet. */
  readonly #held = new WeakMap<ArrayBufferLike, { readonly whole: Buffer; parts: number }>()

  /** A buffer of that many bytes, with anything in it. */
  take(size: number): Buffer {
    if (size < SMALLEST_BYTES || size > LARGEST_BYTES) return Buffer.allocUnsafeSlow(size)
    const rounded = Math.ceil(size / ROUND_BYTES) * ROUND_BYTES
    const index = this.#spares.findIndex(({ length }) => length >= size && length <= MAX_WASTE * rounded)
    const whole = index < 0 ? Buffer.allocUnsafeSlow(rounded) : this.#spares.splice(index, 1)[0]!
    return whole.subarray(0, size)
  }

  /** A response is now read in so many parts, each a view of it. */
  hold(response: Buffer, parts: number): void {
    const { buffer } = response
    const { byteLength } = buffer
    if (byteLength < SMALLEST_BYTES || byteLength > LARGEST_BYTES || byteLength % ROUND_BYTES !== 0) return
    this.#held.set(buffer, { whole: Buffer.from(buffer), parts })
    if (parts === 0) this.#free(buffer)
  }

  /** Nobody looks at that part any more. No effect on what is not held. */
  release(part: Buffer): void {
    const held = this.#held.get(part.buffer)
    if (held === undefined) return
    held.parts--
    if (held.parts === 0) this.#free(part.buffer)
  }

  #free(buffer: ArrayBufferLike): void {
    const { whole } = this.#held.get(buffer)!
    this.#held.delete(buffer)
    this.#spares.push(whole)
    for (let bytes = this.#spares.reduce((sum, { length }) => sum + length, 0); bytes > MAX_SPARE_BYTES; )
      bytes -= this.#spares.shift()!.length
  }
}
