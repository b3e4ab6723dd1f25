/**
 * The time of expressions without columns, which the engine's thread evaluates while it carries out statements: keys of pull queries, values
 * of INSERT. Long ones may take at most half of the thread's time, however many statements have them, so that the server answers.
 */
import type { Timer } from '../clock.ts'
import type { TimeKeeper } from '../functions/budget.ts'

const SHARE = 0.5

export class ShareOfTime implements TimeKeeper {
  readonly #timer: Timer
  /** Time taken beyond the share at the last evaluation; it shrinks as time passes. */
  #debtMs = 0
  #at: number

  constructor(timer: Timer) {
    this.#timer = timer
    this.#at = timer.elapsed()
  }

  limitMs(timeoutMs: number): number {
    return Math.max(0, timeoutMs - this.#debt())
  }

  spent(ms: number): void {
    this.#debtMs = this.#debt() + ms
    this.#at = this.#timer.elapsed()
  }

  #debt(): number {
    return Math.max(0, this.#debtMs - SHARE * (this.#timer.elapsed() - this.#at))
  }
}
