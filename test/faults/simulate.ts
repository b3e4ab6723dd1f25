/**
 * Simulation: sequences as those over a real Kafka, in a simulated cluster within this process, where many fit into a minute. Options:
 * `sequences` (200), `steps` (5), `parallel` (4: the address space holds about 120 state files), `factor` (10: how much faster time passes). A
 * sequence that fails is named with its seed. The files are in memory where the system has a directory for that, since most of the time of a
 * sequence would otherwise pass in waiting for the disk. One process uses one core: start several, with seeds that do not overlap.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryWorld } from '../support/query-world.ts'
import { fastTimer } from '../support/simulation/fast-timer.ts'
import { runSimulation } from '../support/simulation/run-simulation.ts'
import type { Fault } from './fault.ts'

/** A file system in memory. Source: shm_overview(7). */
const MEMORY = '/dev/shm'

/** Sequences over one log; then another begins, so that none grows. */
const SEQUENCES_PER_LOG = 50

export const simulate: Fault = async ({ seed, number, say }) => {
  const count = number('sequences', 200)
  const steps = number('steps', 5)
  const parallel = number('parallel', 4)
  const timer = fastTimer(number('factor', 10))
  const failures: string[] = []
  let records = 0
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir()
  const startedAt = performance.now()
  for (let from = 0; from < count; from += SEQUENCES_PER_LOG) {
    const directory = mkdtempSync(join(parent, 'millrace-simulation-'))
    const world = await QueryWorld.open(undefined, { parent })
    const seeds = Array.from({ length: Math.min(SEQUENCES_PER_LOG, count - from) }, (_, index) => seed + from + index)
    const left = seeds.values()
    const work = async () => {
      for (const one of left) {
        const result = await runSimulation({ world, directory, seed: one, timer, steps })
        records += result.records
        for (const failure of result.failures) {
          failures.push(`seed ${one} (${result.steps.join(', ')}): ${failure}`)
          say(failures.at(-1)!)
        }
      }
    }
    await Promise.all(Array.from({ length: parallel }, work))
    await world.close()
    rmSync(directory, { recursive: true, force: true })
    say(`${from + seeds.length} of ${count} sequences, ${failures.length} failures`)
  }
  const minutes = (performance.now() - startedAt) / 60_000
  return { failures, measured: { sequences: count, records, perMinute: Math.round(count / minutes) } }
}
