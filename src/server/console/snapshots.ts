/** Snapshots of the engine that all open consoles share: however many there are, the workers report once a second. */
import type { Clock } from '../../clock.ts'
import type { Overview } from '../../engine/describe/overview.ts'

const FRESH_MS = 1000

export class Snapshots {
  readonly #read: () => Promise<Overview>
  readonly #clock: Clock
  #last: Promise<Overview> | null = null
  #readAt = 0

  /** `read`: from the engine; may throw while there is none. */
  constructor(read: () => Promise<Overview>, clock: Clock) {
    this.#read = read
    this.#clock = clock
  }

  /** The last snapshot while it is fresh, else another one. Rejects with what the engine rejects with, and tries again at the next call. */
  latest(): Promise<Overview> {
    const now = this.#clock.now()
    if (this.#last !== null && Math.abs(now - this.#readAt) < FRESH_MS) return this.#last
    const reading = this.#read()
    this.#last = reading
    this.#readAt = now
    reading.catch(() => {
      if (this.#last === reading) this.#last = null
    })
    return reading
  }
}
