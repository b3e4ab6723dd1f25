/** The workers of a server. Each is opened when a task first needs it: an idle server has none. */
import type { ClusterMember } from '../cluster-member.ts'
import { unlessLost, type Worker, type WorkerListener, type WorkerProvider } from '../worker.ts'

export interface WorkersOptions {
  readonly provider: WorkerProvider
  readonly listener: WorkerListener
  readonly onLost: (worker: Worker, suspect: string | null, cause: Error) => void
}

/** Opens workers on demand, and closes them. */
export class Workers {
  readonly #options: WorkersOptions
  readonly #workers = new Map<number, Promise<Worker>>()
  readonly #open = new Map<number, Worker>()
  /** Undefined: slots are not shared. */
  #member: ClusterMember | null | undefined = undefined

  constructor(options: WorkersOptions) {
    this.#options = options
  }

  /** The worker that has the slot's tasks. */
  workerOf(slot: number): Promise<Worker> {
    const { provider } = this.#options
    const index = slot % provider.count
    const existing = this.#workers.get(index)
    if (existing !== undefined) return existing
    const opening = this.#start(index)
    this.#workers.set(index, opening)
    opening.catch(() => this.#workers.delete(index))
    return opening
  }

  /** Tells all workers, also those that are opened later, of this server's membership in its cluster. */
  setMember(member: ClusterMember | null): void {
    this.#member = member
    for (const worker of this.open) void worker.setMember(member).catch(unlessLost)
  }

  /** The workers that are open now. */
  get open(): Worker[] {
    return [...this.#open.values()]
  }

  /** The open workers, and those that are just opening. */
  async all(): Promise<Worker[]> {
    const opened = await Promise.allSettled(this.#workers.values())
    return opened.flatMap((worker) => (worker.status === 'fulfilled' ? [worker.value] : []))
  }

  async close(): Promise<void> {
    for (const worker of await this.all()) await worker.close()
    this.#workers.clear()
    this.#open.clear()
    await this.#options.provider.close()
  }

  async #start(index: number): Promise<Worker> {
    const { provider, listener, onLost } = this.#options
    const worker: Worker = await provider.open(index, listener, (suspect, cause) => {
      this.#workers.delete(index)
      this.#open.delete(index)
      onLost(worker, suspect, cause)
    })
    this.#open.set(index, worker)
    if (this.#member !== undefined) await worker.setMember(this.#member)
    return worker
  }
}
