/** Key-value store in LMDB. Keys: store id, key (key-bytes.ts). */

import type { KeyRange, KeyValueStore, StoredRow, StoreKey } from '../store.ts'
import { CachedRows, type RowsOwner } from './cached-rows.ts'
import {
  type DurableStore,
  isEmpty,
  type LogChange,
  type Staged,
  type StoreSpace,
  type StoreSummary,
} from './durable-store.ts'
import { StoreIndexes, type StoreIndexesOptions } from './indexes/store-indexes.ts'
import type { WriteBatch } from './write-batch.ts'

export class LmdbKeyValueStore implements KeyValueStore, DurableStore, RowsOwner {
  readonly kind = 'keyValue'
  readonly store = this
  readonly space: StoreSpace
  entryCount: number
  readonly #rows: CachedRows
  readonly indexes: StoreIndexes

  /** `summary`: of the last checkpoint; null: there is nothing in LMDB. */
  constructor(space: StoreSpace, summary: StoreSummary | null, indexes: Pick<StoreIndexesOptions, 'found' | 'newId'>) {
    this.space = space
    this.entryCount = summary?.count ?? 0
    this.#rows = new CachedRows(this, null, isEmpty(space))
    this.indexes = new StoreIndexes({ space, rows: this.#rows, ...indexes })
    space.budget.register(this)
  }

  get(key: StoreKey): StoredRow | undefined {
    return this.#rows.get(key)
  }

  put(key: StoreKey, value: StoredRow): void {
    this.#rows.put(key, value)
  }

  delete(key: StoreKey): void {
    this.#rows.delete(key)
  }

  entries(range?: KeyRange): Iterable<readonly [StoreKey, StoredRow]> {
    return this.#rows.entries(range)
  }

  count(): number {
    return this.entryCount
  }

  onDirty(): void {}

  evict(bytes: number): number {
    return this.#rows.evict(bytes)
  }

  stage(batch: WriteBatch, log: LogChange | null): Staged {
    const entries = this.#rows.stage(batch, log)
    return {
      written: () => this.#rows.written(entries),
      abandoned: () => this.#rows.abandoned(entries),
    }
  }

  summary(): StoreSummary {
    return { count: this.entryCount }
  }

  close(): void {
    this.space.budget.unregister(this)
    this.#rows.drop()
  }
}
