/** One host in this thread: for tests, and for servers that are too small for workers. */
import type { HostProvider } from './host-set.ts'
import { TaskHost, type TaskHostOptions } from './task-host.ts'

export function inProcessHosts(options: Omit<TaskHostOptions, 'listener'>): HostProvider {
  return {
    count: 1,
    open: async (_index, listener) => new TaskHost({ ...options, listener }),
    close: async () => {},
  }
}
