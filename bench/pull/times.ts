/** Times of pull queries that come at a steady rate, while records are inserted over another connection. */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { MeasuredServer } from './measured-server.ts'

export interface TimesOptions {
  /** Queries a second. */
  readonly rate: number
  /** Records a second; 0: none. */
  readonly ingest: number
  readonly seconds: number
  readonly ask: (index: number) => Promise<unknown>
}

export interface Times {
  /** Milliseconds from the time at which the query was due until its answer was there. */
  readonly p50: number
  readonly p99: number
  /** Rows a second that were acknowledged. */
  readonly inserted: number
}

/** A query may leave that much later than it is due. */
const TICK_MS = 1
const WARM_UP_SECONDS = 5

export async function measureTimes({ url }: MeasuredServer, options: TimesOptions): Promise<Times> {
  const inserter = new Worker(new URL('./inserter.ts', import.meta.url), { workerData: { url, rate: options.ingest } })
  await askAll(options, WARM_UP_SECONDS)
  const before = await acknowledged(inserter)
  const times = await askAll(options, options.seconds)
  const after = await acknowledged(inserter)
  await inserter.terminate()
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor(times.length * share)] ?? 0
  return { p50: at(0.5), p99: at(0.99), inserted: Math.round((after - before) / options.seconds) }
}

async function askAll({ rate, ask }: TimesOptions, seconds: number): Promise<number[]> {
  const times: number[] = []
  const startedAt = performance.now()
  const open: Promise<void>[] = []
  for (let index = 0; index < rate * seconds; ) {
    const due = Math.min(rate * seconds, ((performance.now() - startedAt) / 1000) * rate)
    for (; index < due; index++) {
      const dueAt = startedAt + (index / rate) * 1000
      open.push(ask(index).then(() => void times.push(performance.now() - dueAt)))
    }
    await delay(TICK_MS)
  }
  await Promise.all(open)
  return times
}

function acknowledged(inserter: Worker): Promise<number> {
  return new Promise((resolve) => {
    inserter.once('message', resolve)
    inserter.postMessage(null)
  })
}
