/** The watermarks of the tasks that write the internal topic which an input reads. */
import type { Clock } from '../../clock.ts'
import type { Watermark } from './watermark.ts'

/**
 * How long a task that has stated nothing holds the others back, ms. Every task states its time when it starts; only
 * a reader that starts later, without the state in which it kept the statements, waits for one that has been idle all the time.
 */
const UNHEARD_MS = 10_000

export class UpstreamWatermarks {
  readonly #clock: Clock
  readonly #times: (number | null)[]
  #unheard: number
  readonly #openedAt: number
  #lowest = Number.NEGATIVE_INFINITY

  /** `tasks`: how many write the topic. */
  constructor(tasks: number, clock: Clock) {
    this.#clock = clock
    this.#openedAt = clock.now()
    this.#times = new Array(tasks).fill(null)
    this.#unheard = tasks
  }

  /** Whether a record with a lower time has to be expected; `isInclusive`: or one with the same. */
  mayPrecede(timestamp: number, isInclusive: boolean): boolean {
    const { lowest } = this
    return lowest < timestamp || (isInclusive && lowest === timestamp)
  }

  /** The time that all tasks have reached which are not idle; Infinity: all are idle; -Infinity: some have not stated any. */
  get lowest(): number {
    if (this.#unheard > 0 && this.#hasWaited) this.#forgetUnheard()
    return this.#lowest
  }

  advance({ task, time }: Watermark): void {
    const before = this.#times[task]
    // Written by a task of an earlier layout of the query.
    if (before === undefined) return
    if (before === null) this.#unheard--
    this.#times[task] = time
    if (this.#unheard === 0) this.#lowest = lowestOf(this.#times)
  }

  /** What was stated, by task; null: nothing. Plain JSON, for `restore`. */
  get stated(): readonly (number | 'idle' | null)[] {
    return this.#times.map((time) => (time === Number.POSITIVE_INFINITY ? 'idle' : time))
  }

  restore(stated: readonly (number | 'idle' | null)[]): void {
    stated.forEach((time, task) => {
      if (time !== null) this.advance({ task, time: time === 'idle' ? Number.POSITIVE_INFINITY : time })
    })
  }

  get #hasWaited(): boolean {
    const waited = this.#clock.now() - this.#openedAt
    return waited >= UNHEARD_MS || waited < 0
  }

  #forgetUnheard(): void {
    this.#times.forEach((time, task) => {
      if (time === null) this.advance({ task, time: Number.POSITIVE_INFINITY })
    })
  }
}

const lowestOf = (times: readonly (number | null)[]): number =>
  times.reduce<number>((lowest, time) => Math.min(lowest, time!), Number.POSITIVE_INFINITY)
