/** What a running connector has done so far, and how fast. */
import type { Clock, Timer } from '../../clock.ts'
import type { ConnectorError } from './connector-spec.ts'

/** The rate is that of this many seconds. */
const SECONDS = 10

export class Counters {
  records = 0
  refused = 0
  retries = 0
  lastError: ConnectorError | null = null
  readonly #clock: Clock
  readonly #timer: Timer
  /** Counts at the beginnings of the last seconds, the oldest first. */
  readonly #samples: { readonly at: number; readonly records: number }[] = []

  constructor({ clock, timer }: { readonly clock: Clock; readonly timer: Timer }) {
    this.#clock = clock
    this.#timer = timer
  }

  noteError(message: string): void {
    this.lastError = { time: this.#clock.now(), message }
  }

  /** Takes a sample if a second has passed, and gives the rate of the last ones. */
  get perSecond(): number {
    const at = this.#timer.elapsed()
    const last = this.#samples.at(-1)
    if (last === undefined || at - last.at >= 1000) this.#samples.push({ at, records: this.records })
    while (this.#samples.length > SECONDS) this.#samples.shift()
    const [first] = this.#samples
    const elapsedMs = at - first!.at
    return elapsedMs <= 0 ? 0 : Math.round(((this.records - first!.records) * 1000) / elapsedMs)
  }
}
