/**
 * Whether rounds and commits can do without a task, so that thousands of filters that take no record cost them nothing. A task with state or several inputs never
 * rests, since time passes for it.
 */
export class TaskRest {
  readonly #onWork: () => void
  /** Whether a round finds nothing to do unless a record was taken. */
  canRest = false
  #isAtRest = false
  /** Whether a record was taken since the last checkpoint, so that more than positions may have changed. */
  #hasTakenRecords = false

  /** `onWork` is called when rounds and the next commit have something to do. */
  constructor(onWork: () => void) {
    this.#onWork = onWork
  }

  /** Whether the rounds can do without the task until it takes a record. */
  get isAtRest(): boolean {
    return this.#isAtRest
  }

  /** Whether positions are all that can have changed since the last checkpoint. */
  get isQuiet(): boolean {
    return this.canRest && !this.#hasTakenRecords
  }

  noteRecord(): void {
    if (this.#hasTakenRecords && !this.#isAtRest) return
    this.#hasTakenRecords = true
    this.#isAtRest = false
    this.#onWork()
  }

  /** Ends a round. `isDone`: nothing is left for the next one. */
  endRound(isDone: boolean): void {
    this.#isAtRest = this.canRest && isDone
  }

  /** The task has ended: no round has anything to do. */
  end(): void {
    this.#isAtRest = true
  }

  noteCheckpoint(): void {
    this.#hasTakenRecords = false
  }

  /** The checkpoint could not be committed: the next one takes the same again. */
  unmark(): void {
    this.#hasTakenRecords = true
    this.#onWork()
  }
}
