/** One worker in this thread: for tests, and for servers that are too small for workers. */
import type { WorkerProvider } from '../worker.ts'
import { LocalWorker, type LocalWorkerOptions } from './local-worker.ts'

export function inProcessWorkers(options: Omit<LocalWorkerOptions, 'listener'>): WorkerProvider {
  return {
    count: 1,
    open: async (_index, listener) => new LocalWorker({ ...options, listener }),
    close: async () => {},
  }
}
