/** A few inputs for each target of test/fuzz; `npm run fuzz` runs many. FUZZ_RUNS: how many; a failure prints the seed. */
import fc from 'fast-check'
import { describe, test } from 'vitest'
import { FUZZ_TARGETS } from './fuzz/index.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

describe('random input neither crashes nor hangs', () => {
  test.each(FUZZ_TARGETS.map((target) => [target.name, target] as const))(
    '%s',
    (_name, { property }) => void fc.assert(property, { numRuns }),
    30_000 + 20 * numRuns,
  )
})
