/**
 * How long a task has had nothing to read. It counts from the last record that came, while all inputs are read to their ends, so that neither a
 * backlog nor a pause of the query passes for silence.
 */
import type { Timer } from '../../clock.ts'

export class IdleTime {
  readonly #timer: Pick<Timer, 'elapsed'>
  #since: number | null = null
  #position = -1

  constructor(timer: Pick<Timer, 'elapsed'>) {
    this.#timer = timer
  }

  /** Milliseconds; 0 while there is something to read. */
  get ms(): number {
    return this.#since === null ? 0 : this.#timer.elapsed() - this.#since
  }

  /** Called at the end of each round. `position`: grows with each record that is read. `isDone`: nothing is left to read. */
  endRound(position: number, isDone: boolean): void {
    if (!isDone) this.#since = null
    else if (this.#since === null || position !== this.#position) this.#since = this.#timer.elapsed()
    this.#position = position
  }
}
