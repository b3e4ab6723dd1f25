/**
 * Changes of a table held back until `flush`, so that a key that changes many times in between leaves once, with its newest row and the
 * old value from before the first change. The state itself is never behind. Source: the record cache of Kafka Streams.
 */
import type { StoreKey } from '../../state/store.ts'
import type { Header, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { KeyedRecord } from '../record-key.ts'

/** Beyond this many keys they leave at once: what is held back stays bounded. */
const MAX_PENDING = 100_000

/** Not the records themselves: one that is kept for each key would live long enough to be moved to where garbage stays long. */
export interface PendingChange {
  readonly key: Row
  /** Headers of the record that changed the key last. */
  headers: readonly Header[] | null
  /** The row before the first change; null if there was none or nobody reads it. */
  readonly oldValue: Row | null
}

export class PendingChanges {
  readonly #changes = new Map<StoreKey, PendingChange>()
  readonly #emit: (key: StoreKey, change: PendingChange) => void

  constructor(emit: (key: StoreKey, change: PendingChange) => void) {
    this.#emit = emit
  }

  get size(): number {
    return this.#changes.size
  }

  /** True if the key is pending already, and now leaves as of `record`. */
  touch(key: StoreKey, record: Pick<StreamRecord, 'headers'>): boolean {
    const change = this.#changes.get(key)
    if (change === undefined) return false
    change.headers = record.headers
    return true
  }

  add(key: StoreKey, record: KeyedRecord, oldValue: Row | null): void {
    if (this.#changes.size >= MAX_PENDING) this.flush()
    this.#changes.set(key, { key: record.key, headers: record.headers, oldValue })
  }

  /** In the order in which the keys changed first. */
  flush(): void {
    if (this.#changes.size === 0) return
    for (const [key, change] of this.#changes) this.#emit(key, change)
    this.#changes.clear()
  }
}
