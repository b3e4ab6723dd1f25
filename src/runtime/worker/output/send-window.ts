/** Bytes of a worker that are sent and not yet stored: the bound that makes reading wait for writing. */

/** Large enough to keep a broker busy, small enough not to matter. */
const MAX_BYTES = 4 * 1024 * 1024

export class SendWindow {
  readonly #maxBytes: number
  #bytes = 0
  #waiters: (() => void)[] = []

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes
  }

  get isFull(): boolean {
    return this.#bytes >= this.#maxBytes
  }

  add(bytes: number): void {
    this.#bytes += bytes
  }

  release(bytes: number): void {
    this.#bytes -= bytes
    if (this.isFull) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve()
  }

  /** Resolves as soon as there is room. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => this.#waiters.push(resolve))
  }
}
