/** Whether calls wait for a worker thread, which it can tell in the middle of its work, where it takes no messages. */
import { WATCHED } from '../heartbeat.ts'

/** One side of it; the main thread and the worker have one each, over the same memory. */
export class WaitingCalls {
  /** See `WATCHED`. */
  readonly #shared: Int32Array
  /** The number of the call that was taken last, as `lastCall` holds it: cut to 32 bits. */
  #taken = 0

  constructor(shared: Int32Array) {
    this.#shared = shared
  }

  /** Called by the main thread before it posts the call. `id`: calls are numbered in the order in which they are posted. */
  post(id: number): void {
    Atomics.store(this.#shared, WATCHED.lastCall, id)
  }

  /** Called by the worker when it has got the call. */
  take(id: number): void {
    this.#taken = id | 0
  }

  /** Whether a call was posted that the worker has not taken. */
  readonly areLeft = (): boolean => Atomics.load(this.#shared, WATCHED.lastCall) !== this.#taken
}
