/** When a failed query starts again: after delays that double, up to the longest; after a run longer than its delay they begin over. */
import type { Clock, Scheduled, Timer } from '../../clock.ts'
import type { Config } from '../query-config.ts'

const DEFAULT_FIRST_MS = 15_000
const DEFAULT_LAST_MS = 900_000

export interface RetryScheduleOptions {
  readonly config: Config
  readonly clock: Clock
  readonly timer: Timer
  /** Starts the query. */
  readonly retry: () => void
}

export class RetrySchedule {
  readonly #options: RetryScheduleOptions
  readonly #firstMs: number
  readonly #lastMs: number
  #delayMs: number
  /** When the query was last brought to run, epoch ms; 0: the last attempt did not come so far. */
  #startedAt = 0
  #scheduled: Scheduled | null = null

  constructor(options: RetryScheduleOptions) {
    this.#options = options
    this.#firstMs = Number(options.config['ksql.query.retry.backoff.initial.ms'] ?? DEFAULT_FIRST_MS)
    this.#lastMs = Number(options.config['ksql.query.retry.backoff.max.ms'] ?? DEFAULT_LAST_MS)
    this.#delayMs = this.#firstMs
  }

  /** Must be called before each attempt to start the query. */
  beginAttempt(): void {
    this.#startedAt = 0
  }

  /** Must be called when an attempt has come so far that its tasks start. */
  noteStart(): void {
    this.#startedAt = this.#options.clock.now()
  }

  /** Schedules the next attempt, in place of one that is scheduled. */
  schedule(): void {
    const { clock, timer, retry } = this.#options
    const ranFor = this.#startedAt === 0 ? 0 : clock.now() - this.#startedAt
    if (ranFor > this.#delayMs) this.#delayMs = this.#firstMs
    const delay = this.#delayMs
    this.#delayMs = Math.min(this.#lastMs, 2 * delay)
    this.cancel()
    this.#scheduled = timer.after(delay, retry, { background: true })
  }

  cancel(): void {
    this.#scheduled?.cancel()
  }
}
