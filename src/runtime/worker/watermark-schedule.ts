/**
 * When a task states its watermark to the readers of its internal topics: with each batch that it sends, and, for readers that get no
 * batch, from time to time. Once it has been at the end of its inputs for the idle timeout it states that it is idle, and nothing more until
 * it falls behind: a query that is up to date sends no watermarks at all.
 */
import type { Clock } from '../../clock.ts'

/** Between two statements to a reader that gets no records. */
const INTERVAL_MS = 200

export interface WatermarkScheduleOptions {
  readonly clock: Clock
  /** How long a task that has nothing to read holds its readers back, ms (`millrace.source.idle.timeout.ms`). */
  readonly idleTimeoutMs: number
}

export class WatermarkSchedule {
  readonly #options: WatermarkScheduleOptions
  #isIdle = false
  #caughtUpSince: number | null = null
  #statedAt: number | null = null
  #stated: number | null = null

  constructor(options: WatermarkScheduleOptions) {
    this.#options = options
  }

  /** Whether the task states that nothing is to be expected from it. */
  get isIdle(): boolean {
    return this.#isIdle
  }

  /** Called at the end of each round with the task's stream time. Whether its watermark is to be stated to all readers now. */
  endRound(time: number, isCaughtUp: boolean): boolean {
    const now = this.#options.clock.now()
    const wasIdle = this.#isIdle
    if (!isCaughtUp) this.#caughtUpSince = null
    else this.#caughtUpSince ??= now
    this.#isIdle =
      this.#caughtUpSince !== null &&
      (wasIdle || this.#hasPassed(now, this.#caughtUpSince, this.#options.idleTimeoutMs))
    if (this.#isIdle) return !wasIdle
    const isDue = this.#statedAt === null || this.#hasPassed(now, this.#statedAt, INTERVAL_MS)
    if (!wasIdle && (!isDue || time === this.#stated)) return false
    this.#statedAt = now
    this.#stated = time
    return true
  }

  /** A clock that was set back does not stop anything. */
  #hasPassed(now: number, since: number, periodMs: number): boolean {
    return now - since >= periodMs || now < since
  }
}
