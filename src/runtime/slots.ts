/**
 * Slots: the places that tasks belong to, and what the servers of a cluster share out among themselves. A task is at work only where its
 * slot is owned. Source: Kafka Streams assigns tasks; that slots stay when queries come and go is our own.
 */
import { murmur2 } from '../broker/partitioner.ts'

/** Fixed: local state is kept by slot, and on Kafka they are the partitions of a topic. */
export const SLOTS = 64

/** The slot of a task; `topic`: the left-most that its query reads, so that queries over the same topic meet in the same threads. */
export function slotOf(topic: string, partition: number): number {
  return ((murmur2(Buffer.from(topic)) & 0x7fffffff) + partition) % SLOTS
}

/**
 * Who owns a slot again owns it for a new term: what was learnt in the old one, such as committed offsets, may be outdated. Terms of a slot
 * ascend.
 */
export type SlotTerms = ReadonlyMap<number, number>

/** The slots of this server. */
export class OwnedSlots {
  readonly #terms = new Map<number, number>()
  #lastTerm = 0

  /** Every slot, for good: of a server that is alone. */
  static all(): OwnedSlots {
    const owned = new OwnedSlots()
    owned.add(Array.from({ length: SLOTS }, (_, slot) => slot))
    return owned
  }

  /** As they are now. */
  get terms(): SlotTerms {
    return new Map(this.#terms)
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
