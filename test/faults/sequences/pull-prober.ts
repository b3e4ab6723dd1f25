/** Queries each key of a table in turn, on any server that answers, and measures the longest time in which a key got no answer. */
import { setTimeout as delay } from 'node:timers/promises'
import type { FaultCluster } from './fault-cluster.ts'

const PAUSE_MS = 10
/** Clients give up and ask another server. */
const PATIENCE_MS = 1_000

/** Attempts of a gap beyond this number are not printed. */
const MAX_ATTEMPTS = 50

/** The time in which a key has had no answer, and what was tried in vain. */
interface Gap {
  readonly since: number
  /** Which server, when, how long it took, and why it gave no answer. */
  readonly attempts: string[]
}

export interface Probed {
  /** The longest gap, which may be under way. */
  readonly longestMs: number
  readonly answers: number
  /** The attempts of the longest gap. */
  readonly attempts: readonly string[]
}

export class PullProber {
  readonly #cluster: FaultCluster
  readonly #statement: (key: string) => string
  readonly #gaps = new Map<string, Gap>()
  readonly #random: () => number
  #longest: Gap & { readonly ms: number } = { since: 0, attempts: [], ms: 0 }
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
    for (const key of options.keys) this.#gaps.set(key, gapAt(0))
  }

  /** The table has all keys. */
  start(): void {
    const now = performance.now()
    const keys = [...this.#gaps.keys()]
    for (const key of keys) this.#gaps.set(key, gapAt(now))
    this.#running = Promise.all(keys.map((key) => this.#probe(key))).then(() => {})
  }

  async stop(): Promise<Probed> {
    this.#isStopped = true
    await this.#running
    const { ms, attempts } = this.#longest
    return { longestMs: Math.round(ms), answers: this.#answers, attempts }
  }

  async #probe(key: string): Promise<void> {
    while (!this.#isStopped) {
      const beganAt = performance.now()
      const refusal = await this.#ask(key)
      const now = performance.now()
      const gap = this.#gaps.get(key)!
      if (refusal !== null && gap.attempts.length < MAX_ATTEMPTS) {
        const times = `${seconds(beganAt)} to ${seconds(now)} s`
        gap.attempts.push(`${key}, ${times}: ${refusal}`)
      }
      if (now - gap.since > this.#longest.ms) this.#longest = { ...gap, ms: now - gap.since }
      if (refusal === null) {
        this.#gaps.set(key, gapAt(now))
        this.#answers++
      }
      await delay(PAUSE_MS)
    }
  }

  /** Null: the key was answered. Else why it was not. */
  async #ask(key: string): Promise<string | null> {
    const server = this.#cluster.answering(this.#random)
    if (server === undefined) return 'no server could be asked'
    const late = delay(PATIENCE_MS, `no answer of ${server.url} within ${PATIENCE_MS} ms`, { ref: false })
    const answer = server.pull(this.#statement(key)).then(
      (rows) => (rows.length === 1 ? null : `${rows.length} rows of ${server.url}`),
      (error: Error) => `${server.url}: ${error.message}`,
    )
    return Promise.race([answer, late])
  }
}

/** Since this process began. */
const seconds = (ms: number): string => (ms / 1_000).toFixed(2)

const gapAt = (since: number): Gap => ({ since, attempts: [] })
