/** The hosts of a server, made when a task first needs one: an idle server has none. */
import type { Host, HostListener } from '../worker.ts'

/** Makes hosts; the seam between threads and this thread. */
export interface HostProvider {
  /** How many there may be. */
  readonly count: number
  /** `onLost`: the host died with all its tasks; `suspect` is the query that it was working for, if known. */
  open(index: number, listener: HostListener, onLost: (suspect: string | null, cause: Error) => void): Promise<Host>
  /** After all hosts were closed. */
  close(): Promise<void>
}

export interface HostSetOptions {
  readonly provider: HostProvider
  readonly listener: HostListener
  readonly onLost: (host: Host, suspect: string | null, cause: Error) => void
}

export class HostSet {
  readonly #options: HostSetOptions
  readonly #hosts = new Map<number, Promise<Host>>()
  readonly #open = new Map<number, Host>()

  constructor(options: HostSetOptions) {
    this.#options = options
  }

  /** The host that has the slot's tasks. */
  hostOf(slot: number): Promise<Host> {
    const { provider } = this.#options
    const index = slot % provider.count
    const existing = this.#hosts.get(index)
    if (existing !== undefined) return existing
    const opening = this.#start(index)
    this.#hosts.set(index, opening)
    opening.catch(() => this.#hosts.delete(index))
    return opening
  }

  /** Those that are there now. */
  get open(): Host[] {
    return [...this.#open.values()]
  }

  /** Also those that are just opening. */
  async all(): Promise<Host[]> {
    const opened = await Promise.allSettled(this.#hosts.values())
    return opened.flatMap((host) => (host.status === 'fulfilled' ? [host.value] : []))
  }

  async close(): Promise<void> {
    for (const host of await this.all()) await host.close()
    this.#hosts.clear()
    this.#open.clear()
    await this.#options.provider.close()
  }

  async #start(index: number): Promise<Host> {
    const { provider, listener, onLost } = this.#options
    const host: Host = await provider.open(index, listener, (suspect, cause) => {
      this.#hosts.delete(index)
      this.#open.delete(index)
      onLost(host, suspect, cause)
    })
    this.#open.set(index, host)
    return host
  }
}
