import { afterEach, beforeEach, expect, test } from 'vitest'
import { ManualTimer, type Timer } from '../../../../src/clock.ts'
import { addProgress } from '../../../../src/runtime/query-progress.ts'
import type { CallMessage } from '../../../../src/runtime/threads/protocol.ts'
import { RemoteWorker } from '../../../../src/runtime/threads/remote-worker.ts'
import { type WorkerPort, WorkerServer } from '../../../../src/runtime/threads/worker-server.ts'
import { type InProcessWorker, WorkerLostError } from '../../../../src/runtime/worker.ts'

const NO_EVENTS = {
  onFailure: () => {},
  onRewind: () => {},
  onNotice: () => {},
  onProcessingError: () => {},
  onRows: () => {},
}

/** What the worker has read; `remote` is how the main thread sees it. */
let consumed: number
let remote: RemoteWorker
let timer: ManualTimer
/** How long the worker takes to look at its query, ms. */
let lookMs: number
let reports: number

beforeEach(() => {
  timer = new ManualTimer()
  consumed = 0
  lookMs = 0
  reports = 0
  let lookedMs = 0
  const slow: Timer = {
    after: (ms, call) => timer.after(ms, call),
    every: (ms, call) => timer.every(ms, call),
    elapsed: () => timer.elapsed() + lookedMs,
  }
  const local: Partial<InProcessWorker> = {
    start: async () => {},
    close: async () => {},
    progressMark: () => {
      lookedMs += lookMs
      return String(consumed)
    },
    progress: () => ({ ...addProgress([]), recordsConsumed: consumed }),
    get totals() {
      return new Map([['logs', { records: consumed, decoded: consumed, bytes: 0 }]])
    },
  }
  const toWorker: ((call: CallMessage) => void)[] = []
  remote = new RemoteWorker((call) => queueMicrotask(() => toWorker[0]!(call)), NO_EVENTS)
  const port: WorkerPort = {
    on: (_event, listener) => void toWorker.push(listener),
    postMessage: (message) => {
      if (message.kind === 'progress') reports++
      queueMicrotask(() => remote.onMessage(message))
    },
  }
  new WorkerServer({ port, timer: slow, open: () => local as InProcessWorker, onClosed: () => {} })
})

afterEach(() => remote.close())

const soon = () => new Promise((resolve) => setImmediate(resolve))

const start = () => remote.start({ queryId: 'Q', number: 1, plan: { steps: [] } } as never)

test('what a worker has read since it last told is known after a refresh', async () => {
  await start()
  consumed = 7
  expect(remote.progress('Q')).toMatchObject({ recordsConsumed: 0 })
  await remote.refresh()
  expect(remote.progress('Q')).toMatchObject({ recordsConsumed: 7 })
  expect(remote.totals.get('logs')).toMatchObject({ records: 7 })
})

test('a worker tells by itself twice a second', async () => {
  await start()
  consumed = 7
  timer.advance(499)
  await soon()
  expect(remote.progress('Q')).toMatchObject({ recordsConsumed: 0 })
  timer.advance(1)
  await soon()
  expect(remote.progress('Q')).toMatchObject({ recordsConsumed: 7 })
})

test('a worker whose reports take long sends fewer of them, and answers a refresh at once', async () => {
  await start()
  lookMs = 100
  reports = 0
  for (let tick = 0; tick < 40; tick++) {
    consumed++
    timer.advance(500)
    await soon()
  }
  // A report that took 100 ms is followed by two seconds less those 100 ms, in ticks of half a second.
  expect(reports).toBe(10)
  consumed++
  await remote.refresh()
  expect(remote.progress('Q')).toMatchObject({ recordsConsumed: 41 })
})

test('a refresh of a worker that is gone rejects', async () => {
  await start()
  remote.lose(new WorkerLostError('gone'))
  await expect(remote.refresh()).rejects.toThrow(WorkerLostError)
})
