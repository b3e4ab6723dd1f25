// The one door to wall-clock time, so that a test can set it by hand.

/** Wall-clock time. `now()`: epoch milliseconds, a whole number; it may go back when the machine's clock is corrected. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

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
