/**
 * Time that each step takes, from a sample of records: a clock read around every step of every record would cost more than most steps. A
 * step's time is its own: without that of the steps behind it, which run inside its `emit`.
 */
import type { StepId } from '../../operators/step.ts'

/** One record in so many is timed; a power of two. */
const SAMPLE = 64

export class StepTimes {
  readonly #now: () => number
  readonly #own = new Map<StepId, number>()
  #isSampled = false
  #records = 0
  /** Time taken by the steps that the running one has called. */
  #inner = 0

  /** `now`: ms of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** `process` of a step, timed while a sampled record goes through. */
  around<R>(step: StepId, process: (record: R) => void): (record: R) => void {
    this.#own.set(step, 0)
    return (record) => {
      if (this.#isSampled) this.#measure(step, process, record)
      else process(record)
    }
  }

  /** Before each record that enters the steps. */
  next(): void {
    this.#isSampled = (this.#records++ & (SAMPLE - 1)) === 0
  }

  /** Estimated ms of all records so far; null for a step whose work is a part of reading. */
  of(step: StepId): number | null {
    const sampled = this.#own.get(step)
    return sampled === undefined ? null : (sampled * this.#records) / Math.max(1, Math.ceil(this.#records / SAMPLE))
  }

  #measure<R>(step: StepId, process: (record: R) => void, record: R): void {
    const outer = this.#inner
    this.#inner = 0
    const start = this.#now()
    try {
      process(record)
    } finally {
      const elapsed = this.#now() - start
      this.#own.set(step, this.#own.get(step)! + elapsed - this.#inner)
      this.#inner = outer + elapsed
    }
  }
}
