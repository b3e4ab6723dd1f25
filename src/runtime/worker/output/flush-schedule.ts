/** When what a task holds back leaves it: at once while the task is up to date, in groups while there is more to read. */
import type { Clock } from '../../../clock.ts'

/** Measured: with 10,000 keys at 500,000 records/s nine of ten changes are spared; a longer time gains nothing. */
const HOLD_BACK_MS = 200
/** How long a batch of a task that is behind waits for more records. */
const GATHER_MS = 50

export class FlushSchedule {
  readonly #clock: Clock
  /** Epoch ms at which held back changes leave at the latest. */
  #changesDueAt = 0
  /** Epoch ms at which batches leave at the latest. */
  #batchesDueAt = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the changes of tables leave now. While a task catches up, several changes of a key leave as one. */
  takeChanges(isCaughtUp: boolean): boolean {
    const now = this.#clock.now()
    if (!isCaughtUp && isWithin(now, this.#changesDueAt, HOLD_BACK_MS)) return false
    this.#changesDueAt = now + HOLD_BACK_MS
    return true
  }

  /** Whether batches are sent now. While a task catches up they gather: with many queries each round brings few records for each. */
  takeBatches(isCaughtUp: boolean): boolean {
    const now = this.#clock.now()
    if (!isCaughtUp && isWithin(now, this.#batchesDueAt, GATHER_MS)) return false
    this.#batchesDueAt = now + GATHER_MS
    return true
  }
}

/** Whether `dueAt` is still to come. A time further off than `periodMs` was set before the clock was set back. */
const isWithin = (now: number, dueAt: number, periodMs: number): boolean => now < dueAt && dueAt - now <= periodMs
