/**
 * Ends the transactions that dead servers left open: until then nobody can read what lies behind them, and the offsets in them hold a new
 * owner up. They would end by their timeout, too.
 */
import type { Broker } from '../../broker/broker.ts'

export class FormerWriters {
  readonly #broker: Pick<Broker, 'producer'>
  /** See `ClusterMember.liveWriters`. */
  #live: readonly string[] | null = null
  /** Those whose transactions were ended, by transactional id, in the present generation. */
  #fenced = new Map<string, Promise<void>>()

  constructor(broker: Pick<Broker, 'producer'>) {
    this.#broker = broker
  }

  set live(prefixes: readonly string[] | null) {
    this.#live = prefixes
    this.#fenced = new Map()
  }

  /** Resolves when none of the writers that belong to no live server has a transaction open. Rejects with a BrokerError. */
  async end(writers: Iterable<string>): Promise<void> {
    const live = this.#live
    if (live === null) return
    const dead = [...new Set(writers)].filter((writer) => !live.some((prefix) => writer.startsWith(prefix)))
    await Promise.all(dead.map((writer) => this.#fence(writer)))
  }

  #fence(writer: string): Promise<void> {
    const fencing = this.#fenced.get(writer) ?? this.#takeOver(writer)
    this.#fenced.set(writer, fencing)
    fencing.catch(() => this.#fenced.delete(writer))
    return fencing
  }

  /** A new producer of the id fences the former one and aborts its transaction. */
  async #takeOver(transactionalId: string): Promise<void> {
    const producer = this.#broker.producer({ transactionalId })
    try {
      await producer.initTransactions()
    } finally {
      await producer.close()
    }
  }
}
