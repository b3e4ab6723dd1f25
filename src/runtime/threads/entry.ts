/** Entry of a worker thread: one worker, which the main thread talks to. */
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock, systemTimer } from '../../clock.ts'
import { WATCHED } from '../heartbeat.ts'
import { LocalWorker } from '../worker/local-worker.ts'
import type { LogMessage, MainMessage } from './protocol.ts'
import { SchemaCalls } from './schema-calls.ts'
import { type WorkerSetup, workerOptions } from './setup.ts'
import { WaitingCalls } from './waiting-calls.ts'
import { WorkerServer } from './worker-server.ts'

/** How often a thread without work shows that it lives. */
const BEAT_MS = 500

const port = parentPort!
const log = (message: Omit<LogMessage, 'kind'>): void => port.postMessage({ kind: 'log', ...message })
const schemaCalls = new SchemaCalls((call) => port.postMessage(call))
const setup = workerData as WorkerSetup
const calls = new WaitingCalls(new Int32Array(setup.watched))
const options = await workerOptions(setup, {
  clock: systemClock,
  timer: systemTimer,
  log,
  fetchSchema: (id) => schemaCalls.fetch(id),
  isAwaited: calls.areLeft,
})
new WorkerServer({
  port,
  timer: systemTimer,
  open: (listener) => new LocalWorker({ ...options, listener, isAwaited: calls.areLeft }),
  onClosed: async () => {
    options.schemas.close()
    await options.broker.close()
    port.close()
  },
})
// Not earlier: the first listener gets what was sent until then, and calls must find the worker.
port.on('message', (message: MainMessage) => {
  if (message.kind === 'schemaAnswer') schemaCalls.onAnswer(message)
  else calls.take(message.id)
})
const beat = (): void => {
  options.watched[WATCHED.beats]!++
}
// At once: the thread is watched from its first beat on.
beat()
systemTimer.every(BEAT_MS, beat, { background: true })
