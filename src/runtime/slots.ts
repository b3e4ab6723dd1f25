/**
 * Slots: the places that tasks belong to, which the servers of a cluster divide among themselves. A task is at work only where its slot is
 * owned. Kafka Streams assigns tasks instead; slots stay when queries come and go.
 */
import { murmur2 } from '../broker/partitioner.ts'

/** Fixed: local state is kept by slot, and on Kafka they are the partitions of a topic. */
export const SLOTS = 64

/** The slot of a task; `topic`: the left-most that its query reads, so that queries over the same topic are in the same threads. */
export function slotOf(topic: string, partition: number): number {
  return ((murmur2(Buffer.from(topic)) & 0x7fffffff) + partition) % SLOTS
}

/**
 * The term of each owned slot. A server that gets a slot back owns it for a new, higher term: facts of the old term, such as committed
 * offsets, may be outdated.
 */
export type SlotTerms = ReadonlyMap<number, number>

/** The slots of this server. */
export class OwnedSlots {
  readonly #terms = new Map<number, number>()
  #lastTerm = 0

  /** Every slot, for a server that is alone. */
  static all(): OwnedSlots {
    const owned = new OwnedSlots()
    owned.add(Array.from({ length: SLOTS }, (_, slot) => slot))
    return owned
  }

  /** A copy of the present terms. */
  get terms(): SlotTerms {
    return new Map(this.#terms)
  }

  get ownsAll(): boolean {
    return this.#terms.size === SLOTS
  }

  get isEmpty(): boolean {
    return this.#terms.size === 0
  }

  /** Whether the slot is still owned in that term. */
  isIn(slot: number, term: number): boolean {
    return this.#terms.get(slot) === term
  }

  add(slots: readonly number[]): void {
    this.#lastTerm++
    for (const slot of slots) this.#terms.set(slot, this.#lastTerm)
  }

  remove(slots: readonly number[]): void {
    for (const slot of slots) this.#terms.delete(slot)
  }
}
