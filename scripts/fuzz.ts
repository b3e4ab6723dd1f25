/**
 * npm run --silent fuzz -- [RUNS] [SEED]
 *
 * Random inputs for the parser, the readers of all formats and all functions: RUNS in all (30,000 by default; a nightly run takes 1,000,000).
 * Each target prints its seed; a finding prints the smallest input that shows it. Exit code 1 for a finding: a crash, an error of an unexpected
 * class, or a call that takes more than a second. A call that never ends is stopped from outside and named by its seed and number.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { FUZZ_TARGETS } from '../test/fuzz/index.ts'

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

if (isMainThread) await main(Number(process.argv[2] ?? DEFAULT_RUNS), Number(process.argv[3] ?? Date.now() % 2 ** 31))
else fuzzInWorker(workerData as Job)
