/** Asks for each key of a table in turn, of any server that answers, and measures the longest time in which a key got no answer. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultCluster } from './fault-cluster.ts'

const PAUSE_MS = 10
/** Clients give up and ask another server. */
const PATIENCE_MS = 1_000

export class PullProber {
  readonly #cluster: FaultCluster
  readonly #statement: (key: string) => string
  /** By key: since when it has had no answer. */
  readonly #since = new Map<string, number>()
  readonly #random: () => number
  #longestMs = 0
  #answers = 0
  #running: Promise<void> | null = null
  #isStopped = false

  constructor(
    cluster: FaultCluster,
    options: {
      readonly keys: readonly string[]
      readonly statement: (key: string) => string
      readonly random: () => number
    },
  ) {
    this.#cluster = cluster
    this.#statement = options.statement
    this.#random = options.random
    for (const key of options.keys) this.#since.set(key, 0)
  }

  /** The table has all keys. */
  start(): void {
    const now = performance.now()
    for (const key of this.#since.keys()) this.#since.set(key, now)
    this.#running = Promise.all([...this.#since.keys()].map((key) => this.#probe(key))).then(() => {})
  }

  /** The longest gap, which may be under way, and how many answers there were. */
  async stop(): Promise<{ readonly longestMs: number; readonly answers: number }> {
    this.#isStopped = true
    await this.#running
    return { longestMs: Math.round(this.#longestMs), answers: this.#answers }
  }

  async #probe(key: string): Promise<void> {
    while (!this.#isStopped) {
      const isAnswered = await this.#ask(key)
      const now = performance.now()
      this.#longestMs = Math.max(this.#longestMs, now - this.#since.get(key)!)
      if (isAnswered) {
        this.#since.set(key, now)
        this.#answers++
      }
      await delay(PAUSE_MS)
    }
  }

  async #ask(key: string): Promise<boolean> {
    const server = this.#cluster.answering(this.#random)
    if (server === undefined) return false
    const late = delay(PATIENCE_MS, null, { ref: false })
    const rows = await Promise.race([server.pull(this.#statement(key)).catch(() => null), late])
    return rows !== null && rows.length === 1
  }
}
