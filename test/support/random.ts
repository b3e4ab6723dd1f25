/** Repeatable randomness. */

/** Source: mulberry32, public domain. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** In [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)]!
  }

  /**
   * Event times of `count` records: mostly rising, some out of order, a few far behind and a few far ahead; equal times occur.
   * `step`: how far apart neighbours are, about.
   */
  times(count: number, step: number): number[] {
    let now = this.integer(0, 3 * step)
    return Array.from({ length: count }, () => {
      now += this.chance(0.03) ? 20 * step : this.integer(0, step)
      const behind = this.chance(0.3) ? this.integer(0, 4 * step) : this.chance(0.1) ? this.integer(0, 20 * step) : 0
      return Math.max(0, now - behind)
    })
  }
}
