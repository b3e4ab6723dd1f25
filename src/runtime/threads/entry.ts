/** Entry of a worker thread: one worker, which the main thread talks to. */
import { parentPort, workerData } from 'node:worker_threads'
import { WATCHED } from '../heartbeat.ts'
import { LocalWorker } from '../worker/local-worker.ts'
import { type WorkerSetup, workerOptions } from './setup.ts'
import { WorkerServer } from './worker-server.ts'

/** How often a thread without work shows that it lives. */
const BEAT_MS = 500

const options = await workerOptions(workerData as WorkerSetup)
const port = parentPort!
new WorkerServer({
  port,
  open: (listener) => new LocalWorker({ ...options, listener }),
  onClosed: async () => {
    await options.broker.close()
    port.close()
  },
})
const beat = (): void => {
  options.workingFor[WATCHED.beats]!++
}
// At once: from the first beat on the thread is watched.
beat()
setInterval(beat, BEAT_MS).unref()
