/**
 * Queries whose expressions take long, on a worker that others use too. Slow evaluations end the turn of their reader (`Pace`), one by
 * itself or several together. One that ran out of time costs more: whatever else its query evaluates in the same round shares as much time
 * again, and then the query is held back, the longer the more of its kind there are, so that all of them together leave half of the thread
 * to the others.
 */
import type { Timer } from '../../clock.ts'
import { SLOW_MS, type TimeKeeper } from '../../functions/budget.ts'
import type { Pace } from '../pace.ts'
import type { PartitionInput } from '../reading/partition-input.ts'
import type { WorkerQuery } from './worker-query.ts'

export interface SlowQueriesOptions {
  readonly timer: Timer
  readonly pace: Pace
  /** Number of the query that the thread works for; 0: none. */
  readonly working: () => number
  readonly queries: () => readonly WorkerQuery[]
  /** Called when an input that was held back may take records again. */
  readonly onRelease: (input: PartitionInput) => void
  /** Lets work that was left when a turn ended continue without waiting for new records. */
  readonly wakeUp: () => void
}

/** How many times its own time a query waits for the others. */
const WAIT_FACTOR = 2

export class SlowQueries implements TimeKeeper {
  readonly #options: SlowQueriesOptions
  /** By number of the query: ms left in this round for one that has run out of time. */
  readonly #left = new Map<number, number>()
  readonly #heldBack = new Set<WorkerQuery>()
  /** Time of all evaluations since the last end of a turn, ms. */
  #turnMs = 0

  constructor(options: SlowQueriesOptions) {
    this.#options = options
  }

  limitMs(timeoutMs: number): number {
    return this.#left.get(this.#options.working()) ?? timeoutMs
  }

  spent(ms: number, { isOver, timeoutMs }: { readonly isOver: boolean; readonly timeoutMs: number }): void {
    const { working, pace, wakeUp } = this.#options
    const number = working()
    const left = this.#left.get(number)
    if (left !== undefined) this.#left.set(number, Math.max(0, left - ms))
    else if (isOver) this.#left.set(number, timeoutMs)
    this.#turnMs += ms
    if (this.#turnMs < SLOW_MS) return
    this.#turnMs = 0
    pace.slowEvaluations++
    wakeUp()
    if (isOver && ms >= SLOW_MS) this.#holdBack(number, ms)
  }

  endRound(): void {
    this.#turnMs = 0
    if (this.#left.size > 0) this.#left.clear()
  }

  #holdBack(number: number, ms: number): void {
    const { queries, timer } = this.#options
    const all = queries()
    const query = all.find(({ assignment }) => assignment.number === number)
    // Alone on the worker it harms nobody but itself.
    if (query === undefined || all.length === 1 || this.#heldBack.has(query)) return
    this.#heldBack.add(query)
    this.#setHeldBack(query, true)
    timer.after(WAIT_FACTOR * ms * this.#heldBack.size, () => this.#release(query), { background: true })
  }

  #release(query: WorkerQuery): void {
    this.#heldBack.delete(query)
    this.#setHeldBack(query, false)
    for (const { inputs } of query.tasks) for (const input of inputs) this.#options.onRelease(input)
  }

  #setHeldBack(query: WorkerQuery, isHeldBack: boolean): void {
    for (const { inputs } of query.tasks) for (const input of inputs) input.isHeldBack = isHeldBack
  }
}
