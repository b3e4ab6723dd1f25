/**
 * How long a task has had nothing to read. It counts from the last record that came, while all inputs are read to their ends, so that neither a
 * backlog nor a pause of the query passes for silence.
 */
import type { Timer } from '../../clock.ts'
import type { PartitionInput } from '../reading/partition-input.ts'

type IdleInput = Pick<PartitionInput, 'position' | 'isPaused' | 'waitsFor'>

export class IdleTime {
  readonly #timer: Pick<Timer, 'elapsed'>
  #since: number | null = null
  /** The sum over the inputs. */
  #position = -1

  constructor(timer: Pick<Timer, 'elapsed'>) {
    this.#timer = timer
  }

  /** Milliseconds; 0 while there is something to read. */
  get ms(): number {
    return this.#since === null ? 0 : this.#timer.elapsed() - this.#since
  }

  /** Called at the end of each round. `isDone`: nothing is left to read. */
  endRound(inputs: readonly IdleInput[], isDone: boolean): void {
    let position = 0
    let isReading = true
    for (const input of inputs) {
      position += input.position
      if (input.isPaused || input.waitsFor !== null) isReading = false
    }
    if (!isDone || !isReading) this.#since = null
    else if (this.#since === null || position !== this.#position) this.#since = this.#timer.elapsed()
    this.#position = position
  }
}
