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
    return range === undefined ? this.#rows : this.#range(range)
  }

  count(): number {
    return this.#rows.size
  }

  *#range({ from, fromInclusive = true, to, toInclusive = true }: KeyRange): Generator<readonly [StoreKey, StoredRow]> {
    for (const entry of this.#order().entries(from, to)) {
      const key = entry[0]
      if ((key === from && !fromInclusive) || (key === to && !toInclusive)) continue
      yield entry
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
