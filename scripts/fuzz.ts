/**
 * npm run --silent fuzz -- [RUNS] [SEED]
 * npm run --silent fuzz -- mistakes [--seed N] [--count N]
 *
 * Random inputs for the parser, the readers of all formats and all functions: RUNS in all (30,000 by default; a nightly run takes 1,000,000).
 * Each target prints its seed; a finding prints the smallest input that shows it. Exit code 1 for a finding: a crash, an error of an unexpected
 * class, or a call that takes more than a second. A call that never ends is stopped from outside and named by its seed and number.
 *
 * `mistakes`: statements of the documentation with a mistake each, and how they are refused; see test/fuzz/mistakes.ts. Prints 20 of them for a
 * reader to judge, and those whose refusal breaks a rule; exit code 1 if there are any.
 */

import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { FUZZ_TARGETS } from '../test/fuzz/index.ts'
import { makeMistakes } from '../test/fuzz/mistakes.ts'

const DEFAULT_RUNS = 30_000
/** Two calls of a second, shrinking aside, on a machine that is busy. */
const HANG_MS = 30_000

interface Job {
  readonly target: number
  readonly runs: number
  readonly seed: number
  /** One number: inputs started. */
  readonly started: SharedArrayBuffer
}

function fuzzInWorker({ target, runs, seed, started }: Job): void {
  const counter = new Int32Array(started)
  const { property } = FUZZ_TARGETS[target]!
  const counted = Object.assign(Object.create(property) as typeof property, {
    run: (input: [unknown]) => {
      Atomics.add(counter, 0, 1)
      return property.run(input)
    },
  })
  const details = fc.check(counted, { numRuns: runs, seed }) as fc.RunDetails<[unknown]>
  const cause = details.errorInstance instanceof Error ? `\n${details.errorInstance.stack}` : ''
  parentPort!.postMessage(details.failed ? `${fc.defaultReportMessage(details)}${cause}` : null)
}

/** Text of the finding; null: none. */
function fuzz(job: Job): Promise<string | null> {
  const counter = new Int32Array(job.started)
  const worker = new Worker(new URL(import.meta.url), { workerData: job })
  return new Promise((resolve, reject) => {
    let seen = 0
    const watchdog = setInterval(() => {
      const now = Atomics.load(counter, 0)
      if (now === seen) void finish(`input ${now} of seed ${job.seed} does not end`)
      seen = now
    }, HANG_MS)
    const finish = async (finding: string | null) => {
      clearInterval(watchdog)
      await worker.terminate()
      resolve(finding)
    }
    worker.once('message', finish)
    worker.once('error', (error) => {
      clearInterval(watchdog)
      reject(new Error(`input ${Atomics.load(counter, 0)} of seed ${job.seed} ends the thread`, { cause: error }))
    })
  })
}

async function main(runs: number, seed: number): Promise<void> {
  const share = Math.ceil(runs / FUZZ_TARGETS.length)
  for (const [target, { name }] of FUZZ_TARGETS.entries()) {
    const started = performance.now()
    const finding = await fuzz({ target, runs: share, seed, started: new SharedArrayBuffer(4) })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${name}: ${share} inputs, seed ${seed}, ${seconds} s: ${finding === null ? 'no finding' : 'FINDING'}`)
    if (finding === null) continue
    console.log(finding)
    process.exitCode = 1
  }
}

const MISTAKES_SHOWN = 20

async function showMistakes(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      count: { type: 'string', default: '300' },
    },
  })
  const [seed, count] = [Number(values.seed), Number(values.count)]
  const mistakes = await makeMistakes({ seed, count })
  const refused = mistakes.filter(({ refusal }) => refusal !== null)
  const faulty = refused.filter(({ faults }) => faults.length > 0)
  const every = Math.max(1, Math.ceil(refused.length / MISTAKES_SHOWN))
  for (const { sql, refusal } of refused.filter((_, i) => i % every === 0)) console.log(`${sql}\n  => ${refusal}\n`)
  for (const { sql, refusal, faults } of faulty) console.log(`FAULT: ${faults.join(', ')}\n${sql}\n  => ${refusal}\n`)
  console.log(
    `${count} mistakes, seed ${seed}: ${refused.length} refused, ${faulty.length} of them by a refusal that breaks a rule`,
  )
  if (faulty.length > 0) process.exitCode = 1
}

if (isMainThread && process.argv[2] === 'mistakes') await showMistakes(process.argv.slice(3))
else if (isMainThread)
  await main(Number(process.argv[2] ?? DEFAULT_RUNS), Number(process.argv[3] ?? Date.now() % 2 ** 31))
else fuzzInWorker(workerData as Job)
