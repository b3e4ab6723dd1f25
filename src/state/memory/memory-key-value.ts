/** Key-value store in memory. Keys are put in order when a range is first read. */
import { SortedMap } from '../sorted-map.ts'
import type { KeyRange, KeyValueStore, StoredRow, StoreKey } from '../store.ts'

export class MemoryKeyValueStore implements KeyValueStore {
  readonly kind = 'keyValue'
  readonly #rows = new Map<StoreKey, StoredRow>()
  #ordered: SortedMap<StoreKey, StoredRow> | null = null

  get(key: StoreKey): StoredRow | undefined {
    return this.#rows.get(key)
  }

  put(key: StoreKey, value: StoredRow): void {
    this.#rows.set(key, value)
    this.#ordered?.set(key, value)
  }

  delete(key: StoreKey): void {
    this.#rows.delete(key)
    this.#ordered?.delete(key)
  }

  entries(range?: KeyRange): Iterable<readonly [StoreKey, StoredRow]> {
    return range === undefined ? this.#present([...this.#rows.keys()]) : this.#range(range)
  }

  count(): number {
    return this.#rows.size
  }

  *#range({ from, fromInclusive = true, to, toInclusive = true }: KeyRange): Generator<readonly [StoreKey, StoredRow]> {
    const keys = Array.from(this.#order().entries(from, to), ([key]) => key)
    for (const entry of this.#present(keys)) {
      const key = entry[0]
      if ((key === from && !fromInclusive) || (key === to && !toInclusive)) continue
      yield entry
    }
  }

  /** The entries of those keys that are still there. */
  *#present(keys: readonly StoreKey[]): Generator<readonly [StoreKey, StoredRow]> {
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (row !== undefined) yield [key, row]
    }
  }

  #order(): SortedMap<StoreKey, StoredRow> {
    if (this.#ordered === null) {
      this.#ordered = new SortedMap()
      for (const [key, row] of this.#rows) this.#ordered.set(key, row)
    }
    return this.#ordered
  }
}
