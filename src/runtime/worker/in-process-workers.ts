/** One host in this thread: for tests, and for servers that are too small for workers. */
import type { HostProvider } from '../queries/workers.ts'
import { TaskHost, type TaskHostOptions } from './local-worker.ts'

export function inProcessHosts(options: Omit<TaskHostOptions, 'listener'>): HostProvider {
  return {
    count: 1,
    open: async (_index, listener) => new TaskHost({ ...options, listener }),
    close: async () => {},
  }
}
