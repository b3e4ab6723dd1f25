/**
 * Simulation: sequences as those over a real Kafka, in a simulated cluster within this process, where hundreds fit into a minute. Options:
 * `sequences` (1,000), `steps` (5). A sequence that fails is named with its seed, and fails each time. One process uses one core: start several,
 * with seeds that do not overlap.
 */
import { runSimulation, SIMULATED_STATEMENTS } from '../support/simulation/run-simulation.ts'
import { planSimulatedQueries } from '../support/simulation/simulated-queries.ts'
import type { Fault } from './fault.ts'

/** How often it says how far it is. */
const SAY_EVERY = 100

export const simulate: Fault = async ({ seed, number, say }) => {
  const count = number('sequences', 1_000)
  const steps = number('steps', 5)
  const queries = await planSimulatedQueries(SIMULATED_STATEMENTS)
  const failures: string[] = []
  let records = 0
  const startedAt = process.cpuUsage()
  for (let done = 0; done < count; done++) {
    const result = await runSimulation({ queries, seed: seed + done, steps })
    records += result.records
    failures.push(...result.failures)
    for (const failure of result.failures) say(failure)
    if ((done + 1) % SAY_EVERY === 0) say(`${done + 1} of ${count} sequences, ${failures.length} failures`)
  }
  const { user, system } = process.cpuUsage(startedAt)
  const cpuMinutes = (user + system) / 60e6
  return { failures, measured: { sequences: count, records, perCpuMinute: Math.round(count / cpuMinutes) } }
}
