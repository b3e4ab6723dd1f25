import { expect, test } from 'vitest'
import { runSimulation, SIMULATED_STATEMENTS } from '../../support/simulation/run-simulation.ts'
import { planSimulatedQueries } from '../../support/simulation/simulated-queries.ts'

/** A part of what `npm run faults -- simulate` runs. */
const SEEDS = Array.from({ length: 6 }, (_, index) => index + 1)

test(`servers of a simulated cluster that are killed, frozen, stopped and started lose and repeat nothing: seeds ${SEEDS.join()}`, {
  timeout: 300_000,
}, async () => {
  const queries = await planSimulatedQueries(SIMULATED_STATEMENTS)
  const failures: string[] = []
  for (const seed of SEEDS) {
    failures.push(...(await runSimulation({ queries, seed, steps: 5 })).failures)
  }
  expect(failures).toEqual([])
})
