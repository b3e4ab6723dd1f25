/**
 * Seeded randomness for the oracle tests. `ORACLE_SEEDS`: how many seeds each test runs (40 by default); `ORACLE_SEED`: run this one only,
 * the number that a failure printed.
 */
import { vi } from 'vitest'
import { Random } from './random.ts'

export { Random } from './random.ts'

const DEFAULT_SEEDS = 40

// The default of five seconds is for one seed's worth of work, not for ten thousand.
vi.setConfig({ testTimeout: 600_000 })

/** Calls `check` once per seed; a failure's message starts with the seed. `fewest`: seeds where `ORACLE_SEEDS` says nothing. */
export function forEachSeed(check: (random: Random) => void, fewest = DEFAULT_SEEDS): void {
  for (const seed of seeds(fewest)) {
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

export function seeds(fewest = DEFAULT_SEEDS): number[] {
  const only = process.env['ORACLE_SEED']
  if (only !== undefined) return [Number(only)]
  return Array.from({ length: Number(process.env['ORACLE_SEEDS'] ?? fewest) }, (_, i) => i + 1)
}

const withSeed = (seed: number, error: unknown): Error =>
  new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
