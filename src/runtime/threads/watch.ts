/**
 * Notices a thread that does not come back from what it does. The thread counts beats, between two pieces of work and from a timer; who
 * watches looks at the count and adds up how long it stands still. Only time in which the watching thread itself was awake is added, step
 * by step and by the monotonic clock: where the whole process or the machine was stopped, neither side beats, and nothing is held
 * against the other.
 */

import { WATCHED } from '../heartbeat.ts'

export interface WorkerWatchOptions {
  /** See `WATCHED`. */
  readonly shared: Int32Array
  /** How long the beats may stand still, ms. */
  readonly limitMs: number
  /** How often it is looked, ms; `check` is called that often. */
  readonly everyMs: number
  /** Monotonic, ms. */
  readonly now: () => number
  /** Told once. */
  readonly onHang: () => void
}

export class WorkerWatch {
  readonly #options: WorkerWatchOptions
  #beats = 0
  #silentMs = 0
  #lookedAt: number
  #isOver = false

  constructor(options: WorkerWatchOptions) {
    this.#options = options
    this.#lookedAt = options.now()
  }

  /** A thread that has never beaten is still starting. */
  check(): void {
    const { shared, limitMs, everyMs, now, onHang } = this.#options
    const time = now()
    const elapsed = Math.min(time - this.#lookedAt, 2 * everyMs)
    const beats = Atomics.load(shared, WATCHED.beats)
    this.#lookedAt = time
    this.#silentMs = beats === this.#beats ? this.#silentMs + elapsed : 0
    this.#beats = beats
    if (beats === 0 || this.#isOver || this.#silentMs < limitMs) return
    this.#isOver = true
    onHang()
  }
}

/** Looks often enough to be late by little. */
export const watchInterval = (limitMs: number): number => Math.min(1_000, Math.max(10, limitMs / 20))
