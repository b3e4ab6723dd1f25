/** Entry of a worker thread: one host, which the main thread talks to. */
import { parentPort, workerData } from 'node:worker_threads'
import { TaskHost } from '../worker/local-worker.ts'
import { hostOptions, type WorkerSetup } from './setup.ts'
import { WATCHED } from './watch.ts'
import { HostServer } from './worker-server.ts'

/** How often a thread without work shows that it lives. */
const BEAT_MS = 500

const options = await hostOptions(workerData as WorkerSetup)
const port = parentPort!
new HostServer({
  port,
  open: (listener) => new TaskHost({ ...options, listener }),
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
