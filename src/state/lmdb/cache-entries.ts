/** What every write-back cache does with its entries: note which changed, and give up those that were not used lately. */

import type { CacheBudget, CacheEntry } from './cache-budget.ts'

/** The changed entries of a cache, until they are staged for writing. */
export class DirtyEntries<Entry extends CacheEntry> {
  readonly #budget: CacheBudget
  #entries: Entry[] = []

  constructor(budget: CacheBudget) {
    this.#budget = budget
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** Notes that a clean entry has changed. */
  add(entry: Entry): void {
    if (entry.staged === 0) this.#budget.unwrittenBytes += entry.bytes
    entry.isDirty = true
    this.#entries.push(entry)
  }

  /** Notes that the batch which held a clean entry was dropped. The entry counts as unwritten already. */
  addAgain(entry: Entry): void {
    entry.isDirty = true
    this.#entries.push(entry)
  }

  /** The entries in the order in which they changed, and none from then on. */
  take(): Entry[] {
    const entries = this.#entries
    this.#entries = []
    return entries
  }
}

/** Second-chance eviction over the values of a map: a hand goes round, and what was used since it last passed is spared once. */
export class EvictionHand<Entry extends CacheEntry> {
  readonly #entries: ReadonlyMap<unknown, Entry>
  #hand: IterableIterator<Entry> | null = null

  constructor(entries: ReadonlyMap<unknown, Entry>) {
    this.#entries = entries
  }

  /** Calls `remove` for entries that LMDB has, until about `bytes` are freed. Returns how many were. */
  evict(bytes: number, remove: (entry: Entry) => void): number {
    let freed = 0
    // The first round clears the marks of use, the second takes what has not been used meanwhile.
    for (let looked = 2 * this.#entries.size; looked > 0 && freed < bytes; looked--) {
      const entry = this.#next()
      if (entry === undefined) break
      if (entry.isUnwritten) continue
      if (entry.isUsed) {
        entry.isUsed = false
        continue
      }
      freed += entry.bytes
      remove(entry)
    }
    return freed
  }

  /** The entry under the hand; undefined if there is none at all. */
  #next(): Entry | undefined {
    const next = this.#hand?.next()
    if (next !== undefined && next.done !== true) return next.value
    this.#hand = this.#entries.values()
    return this.#hand.next().value
  }
}
