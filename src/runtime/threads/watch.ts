/**
 * Notices a thread that does not return from its work. The thread counts beats, between two pieces of work and from a timer; the watching
 * thread adds up how long the count stands still. It adds only time in which it was awake itself, step by step and by the monotonic clock:
 * while the whole process or the machine is stopped, neither side beats, and no time counts.
 */

import { WATCHED } from '../heartbeat.ts'

export interface WorkerWatchOptions {
  /** See `WATCHED`. */
  readonly shared: Int32Array
  /** How long the beats may stand still, ms. */
  readonly limitMs: number
  /** Time between calls of `check`, ms. */
  readonly everyMs: number
  /** Monotonic, ms. */
  readonly now: () => number
  /** Called once. */
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

  /** Notes the beats since the last call. A thread that has never beaten is still starting. */
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

/** Time between checks, ms: short enough to notice a hang with little delay. */
export const watchInterval = (limitMs: number): number => Math.min(1_000, Math.max(10, limitMs / 20))
