/**
 * The bound on the time of calls. A call that is over its time is stopped by QuickJS between two steps of its interpreter. What no step ends,
 * a loop within one function of the language, is left by an exception through WebAssembly, which breaks the instance.
 */
import { VmBrokenError } from './call-error.ts'

/** A loop within the language itself is given up after so many times the time of a call; below that it may still end by itself. */
const GIVE_UP_AFTER = 1.2

export interface CallTimerOptions {
  /** Monotonic, ms. */
  readonly elapsed: () => number
  /** Longest time of a call, ms. */
  readonly timeoutMs: number
}

export class CallTimer {
  readonly #options: CallTimerOptions
  #depth = 0
  /** Number of the outermost call that runs or ran last, of that in which the clock was last read, and of the last one that was stopped. */
  #call = 0
  #timedCall = -1
  #stoppedCall = -1
  #startedAt = 0
  /** The time-out of the call that runs. */
  #timeoutMs: number

  constructor(options: CallTimerOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs
  }

  begin(): void {
    if (this.#depth++ === 0) this.#call++
  }

  /** Whether the outermost call has ended. */
  end(): boolean {
    return --this.#depth === 0
  }

  /** Runs `work`, in which calls may take as long as `timeoutMs`. */
  run<Result>(work: () => Result, timeoutMs: number): Result {
    this.#timeoutMs = timeoutMs
    try {
      return work()
    } finally {
      this.#timeoutMs = this.#options.timeoutMs
    }
  }

  /** Time since the outermost call began, ms; 0 for one that was too short to look at the clock. */
  get ms(): number {
    return this.#timedCall === this.#call ? this.#options.elapsed() - this.#startedAt : 0
  }

  /** Whether the outermost call was stopped. */
  get isStopped(): boolean {
    return this.#stoppedCall === this.#call
  }

  get overtime(): string {
    return `takes longer than ${this.#timeoutMs} ms`
  }

  /** Called by QuickJS once in some thousand steps; 1 stops the call. */
  check(): number {
    if (this.#timedCall !== this.#call) {
      this.#timedCall = this.#call
      this.#startedAt = this.#options.elapsed()
      return 0
    }
    const ms = this.#options.elapsed() - this.#startedAt
    const timeoutMs = this.#timeoutMs
    if (ms < timeoutMs) return 0
    // The interpreter ends the call when it gets 1. A loop of the language itself does not, and comes here again.
    if (ms >= timeoutMs * GIVE_UP_AFTER) throw new VmBrokenError(this.overtime)
    this.#stoppedCall = this.#call
    return 1
  }
}
