/** Sleeping until something is appended to any partition, without blocking the thread. */

import type { Timer } from '../../../clock.ts'

const WORD = 0

export class AppendSignal {
  readonly #appends: Int32Array
  readonly #timer: Timer
  /** One waiter is kept in place over several waits: each would stay queued until the next append. */
  #isListening = false
  #isWoken = false
  #resolve: (() => void) | null = null

  constructor(appends: Int32Array, timer: Timer) {
    this.#appends = appends
    this.#timer = timer
  }

  /** What to pass to `wait`: take it before looking for data. */
  get seen(): number {
    return Atomics.load(this.#appends, WORD)
  }

  /** Resolves at once if there was an append since `seen` was taken, else with the next one, `wake`, or after `timeoutMs`. */
  async wait(seen: number, timeoutMs: number): Promise<void> {
    if (!this.#isWoken && this.#listen(seen)) await this.#sleep(timeoutMs)
    this.#isWoken = false
  }

  /** Ends the present wait, or the next one. */
  wake(): void {
    this.#isWoken = true
    this.#resolve?.()
  }

  /** Whether nothing has been appended since `seen`. */
  #listen(seen: number): boolean {
    if (this.#isListening) return this.seen === seen
    const waiting = Atomics.waitAsync(this.#appends, WORD, seen)
    if (!waiting.async) return false
    this.#isListening = true
    void waiting.value.then(() => {
      this.#isListening = false
      this.#resolve?.()
    })
    return true
  }

  /** The timer also keeps the thread alive, which a waiter alone does not. */
  #sleep(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timeout.cancel()
        this.#resolve = null
        resolve()
      }
      const timeout = this.#timer.after(timeoutMs, done)
      this.#resolve = done
    })
  }
}
