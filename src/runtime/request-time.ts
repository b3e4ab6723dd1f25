/** The time that requests spend on evaluating expressions: a bound on all of them together, and pauses for everything else in their thread. */
import type { Timer } from '../clock.ts'
import { type Budget, BudgetError, type TimeKeeper } from '../functions/budget.ts'

/** Keeps the time of the evaluations of one request. The request ends with the first that runs out of time. */
export class RequestTime implements TimeKeeper {
  readonly #budget: Budget
  readonly #isShared: boolean
  /** Taken by long evaluations so far. */
  spentMs = 0
  #isOver = false

  /** `isShared`: all long evaluations of the request together have the time of one. */
  constructor(budget: Budget, { isShared }: { readonly isShared: boolean }) {
    this.#budget = budget
    this.#isShared = isShared
  }

  limitMs(timeoutMs: number): number {
    return this.#isShared ? Math.max(0, timeoutMs - this.spentMs) : timeoutMs
  }

  spent(ms: number, { isOver }: { readonly isOver: boolean }): void {
    this.spentMs += ms
    if (isOver) this.#isOver = true
  }

  /** Runs a piece of the request's work. Throws a BudgetError after it if an evaluation has run out of time. */
  during<Result>(work: () => Result): Result {
    const before = this.#budget.timeKeeper
    this.#budget.timeKeeper = this
    try {
      const result = work()
      this.refuseOver()
      return result
    } finally {
      this.#budget.timeKeeper = before
    }
  }

  /** Throws a BudgetError if an evaluation has run out of time. */
  refuseOver(): void {
    if (this.#isOver) {
      throw new BudgetError(
        'The expressions of the query take too long. The setting millrace.expression.timeout.ms is the limit.',
      )
    }
  }
}

/** Lets pieces of work through one by one, each followed by a pause of its own length: half of the thread's time is left to the others. */
export class Turnstile {
  readonly #timer: Timer
  #last: Promise<void> = Promise.resolve()

  constructor(timer: Timer) {
    this.#timer = timer
  }

  /** Resolves, or rejects, with what the work gives, which runs when those before it and their pauses are over. */
  async pass<Result>(work: () => Result): Promise<Result> {
    const before = this.#last
    let leave: () => void = () => {}
    this.#last = new Promise((resolve) => {
      leave = resolve
    })
    await before
    const startedAt = this.#timer.elapsed()
    try {
      return work()
    } finally {
      this.#timer.after(this.#timer.elapsed() - startedAt, leave, { background: true })
    }
  }
}
