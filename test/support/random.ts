/** Repeatable randomness. */
import { seededRandom } from '../../src/testing/seeded-random.ts'

export class Random {
  /** In [0, 1). */
  readonly next: () => number

  constructor(seed: number) {
    this.next = seededRandom(seed)
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
