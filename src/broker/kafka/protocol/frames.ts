/**
 * Cuts what a socket yields into responses. Kafka's frame: int32 size, then that many bytes. A response of 8 MiB arrives in a hundred
 * chunks; each byte is copied once, into a buffer of the response's own, which the fetched batches then stay views of.
 */

const SIZE_BYTES = 4
/** Far above any answer to our bounded requests: what claims to be larger is not Kafka. */
const MAX_FRAME_BYTES = 512 << 20

export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void
  readonly #allocate: (size: number) => Buffer
  readonly #size = Buffer.alloc(SIZE_BYTES)
  #sizeBytes = 0
  #frame: Buffer | null = null
  #filled = 0

  /** `onFrame` gets each response without its size, in a buffer that `allocate` gave; by default one of its own to keep. */
  constructor(onFrame: (frame: Buffer) => void, allocate: (size: number) => Buffer = Buffer.allocUnsafeSlow) {
    this.#onFrame = onFrame
    this.#allocate = allocate
  }

  /** Takes the next bytes of the connection. Throws if they are no frames. */
  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) at = this.#frame === null ? this.#readSize(chunk, at) : this.#fill(this.#frame, chunk, at)
  }

  #readSize(chunk: Buffer, start: number): number {
    let at = start
    while (this.#sizeBytes < SIZE_BYTES && at < chunk.length) this.#size[this.#sizeBytes++] = chunk[at++]!
    if (this.#sizeBytes < SIZE_BYTES) return at
    const size = this.#size.readInt32BE(0)
    if (size < SIZE_BYTES || size > MAX_FRAME_BYTES) throw new Error(`A response of ${size} bytes: not a Kafka broker.`)
    this.#sizeBytes = 0
    this.#frame = this.#allocate(size)
    this.#filled = 0
    return at
  }

  #fill(frame: Buffer, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + frame.length - this.#filled)
    chunk.copy(frame, this.#filled, at, end)
    this.#filled += end - at
    if (this.#filled === frame.length) {
      this.#frame = null
      this.#onFrame(frame)
    }
    return end
  }
}
