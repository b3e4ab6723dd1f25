/** The ports through which all of Millrace reads time and waits, so that a test can do both by hand. */

/** Wall-clock time. `now()`: epoch milliseconds, a whole number; it may go back when the machine's clock is corrected. */
export interface Clock {
  now(): number
}

/** A pending call of a timer. `cancel` is idempotent, and does nothing once the call has been made. */
export interface Scheduled {
  cancel(): void
}

/**
 * Waiting. `after` calls once when `ms` (>= 0) have passed, `every` each time they have passed again; both return at once. A pending call
 * keeps the process alive unless `background` is true. `elapsed()`: milliseconds since an arbitrary start, with fractions; it never goes
 * back, so it measures durations, which `Clock.now()` cannot.
 */
export interface Timer {
  after(ms: number, call: () => void, options?: TimerOptions): Scheduled
  every(ms: number, call: () => void, options?: TimerOptions): Scheduled
  elapsed(): number
}

export interface TimerOptions {
  readonly background?: boolean
}

export const systemClock: Clock = { now: () => Date.now() }

export const systemTimer: Timer = {
  after(ms, call, { background = false } = {}) {
    const handle = setTimeout(call, ms)
    if (background) handle.unref()
    return { cancel: () => clearTimeout(handle) }
  },
  every(ms, call, { background = false } = {}) {
    const handle = setInterval(call, ms)
    if (background) handle.unref()
    return { cancel: () => clearInterval(handle) }
  },
  elapsed: () => performance.now(),
}

/** Resolves when `ms` have passed, or at once when `signal` is or gets aborted. Never rejects. */
export function sleep(timer: Timer, ms: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve()
  return new Promise((resolve) => {
    const done = () => {
      scheduled.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const scheduled = timer.after(ms, done)
    signal?.addEventListener('abort', done)
  })
}

/** Pauses that double, ms. */
export interface DoublingPauses {
  readonly firstMs: number
  readonly longestMs: number
}

/** The pause before the next attempt, ms. `failures`: how many attempts had failed before the last one did; >= 0. */
export const doublingPause = ({ firstMs, longestMs }: DoublingPauses, failures: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(failures, MAX_DOUBLINGS))

/** Enough to exceed every bound. Without it many failures would reach infinity, and a first pause of 0 would become NaN. */
const MAX_DOUBLINGS = 30

/** A clock that stands still until it is set or advanced. */
export class ManualClock implements Clock {
  #now: number

  constructor(now = 0) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  set(now: number): void {
    this.#now = now
  }

  advance(ms: number): void {
    this.#now += ms
  }
}

interface PendingCall {
  due: number
  readonly call: () => void
  /** Milliseconds between the calls of `every`; null for a single call. */
  readonly periodMs: number | null
}

/** A timer whose time passes only by `advance`, which makes the calls that are due, in the order in which they are due. */
export class ManualTimer implements Timer {
  #elapsed = 0
  readonly #pending = new Set<PendingCall>()

  after(ms: number, call: () => void): Scheduled {
    return this.#schedule({ due: this.#elapsed + ms, call, periodMs: null })
  }

  every(ms: number, call: () => void): Scheduled {
    return this.#schedule({ due: this.#elapsed + ms, call, periodMs: Math.max(ms, 1) })
  }

  elapsed(): number {
    return this.#elapsed
  }

  /** Milliseconds until each pending call, ascending. */
  pending(): number[] {
    return [...this.#pending].map(({ due }) => due - this.#elapsed).sort((a, b) => a - b)
  }

  /** Milliseconds until the next pending call; null: there is none. */
  untilNext(): number | null {
    const next = this.#next(Number.POSITIVE_INFINITY)
    return next === null ? null : next.due - this.#elapsed
  }

  advance(ms: number): void {
    const end = this.#elapsed + ms
    for (let next = this.#next(end); next !== null; next = this.#next(end)) {
      this.#elapsed = Math.max(this.#elapsed, next.due)
      if (next.periodMs === null) this.#pending.delete(next)
      else next.due += next.periodMs
      next.call()
    }
    this.#elapsed = end
  }

  #schedule(entry: PendingCall): Scheduled {
    this.#pending.add(entry)
    return { cancel: () => void this.#pending.delete(entry) }
  }

  #next(end: number): PendingCall | null {
    let next: PendingCall | null = null
    for (const entry of this.#pending) if (entry.due <= end && (next === null || entry.due < next.due)) next = entry
    return next
  }
}
