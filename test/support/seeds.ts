/**
 * Seeded randomness for the oracle tests. `ORACLE_SEEDS`: how many seeds each test runs (40 by default); `ORACLE_SEED`: run this one only,
 * the number that a failure printed.
 */
import { vi } from 'vitest'

const DEFAULT_SEEDS = 40

// The default of five seconds is for one seed's worth of work, not for ten thousand.
vi.setConfig({ testTimeout: 600_000 })

/** Calls `check` once per seed; a failure's message starts with the seed. */
export function forEachSeed(check: (random: Random) => void): void {
  for (const seed of seeds()) {
    try {
      check(new Random(seed))
    } catch (error) {
      throw withSeed(seed, error)
    }
  }
}

/** As `forEachSeed`, one seed after the other. */
export async function forEachSeedAsync(check: (random: Random) => Promise<void>): Promise<void> {
  for (const seed of seeds()) {
    try {
      await check(new Random(seed))
    } catch (error) {
      throw withSeed(seed, error)
    }
  }
}

function seeds(): number[] {
  const only = process.env['ORACLE_SEED']
  if (only !== undefined) return [Number(only)]
  return Array.from({ length: Number(process.env['ORACLE_SEEDS'] ?? DEFAULT_SEEDS) }, (_, i) => i + 1)
}

const withSeed = (seed: number, error: unknown): Error =>
  new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })

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
