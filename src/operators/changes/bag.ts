/** Bags of rows in a store: each row with how often it is there. A count below zero stands for a removal that has come before its addition. */
import { prefixRange } from '../../state/key.ts'
import type { KeyValueStore, StoreDeclaration } from '../../state/store.ts'
import { type Column, columnTypes } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'

/** A row and its count. */
export interface Counted {
  readonly row: Row
  readonly count: number
  readonly timestamp: number
}

/** The store: rows of `columns`, with the count behind them. */
export const bagStore = (name: string, columns: readonly Column[]): StoreDeclaration => ({
  name,
  kind: 'keyValue',
  types: [...columnTypes(columns), BIGINT],
})

export class Bag {
  readonly #store: KeyValueStore
  readonly #width: number

  /** `width`: the number of columns of a row. */
  constructor(store: KeyValueStore, width: number) {
    this.#store = store
    this.#width = width
  }

  /** Changes the count of the row under `key`; returns it as it is then. A row whose count is 0 is forgotten. */
  add(key: string, row: Row, change: number, timestamp: number): number {
    const stored = this.#store.get(key)
    const count = (stored === undefined ? 0 : (stored.row[this.#width] as number)) + change
    if (count === 0) this.#store.delete(key)
    else this.#store.put(key, { row: [...row, count], timestamp: Math.max(timestamp, stored?.timestamp ?? 0) })
    return count
  }

  countOf(key: string): number {
    const stored = this.#store.get(key)
    return stored === undefined ? 0 : (stored.row[this.#width] as number)
  }

  /** Rows whose key starts with `prefix`, in the order of their keys. The bag must not change meanwhile. */
  *under(prefix: string): Iterable<Counted> {
    for (const [, { row, timestamp }] of this.#store.entries(prefixRange(prefix))) {
      yield { row: row.slice(0, this.#width), count: row[this.#width] as number, timestamp }
    }
  }

  /** Forgets the rows whose key starts with `prefix` and is greater than `bound`. */
  forget(prefix: string, bound: string): void {
    const range = { from: bound, fromInclusive: false, to: prefixRange(prefix).to }
    for (const key of Array.from(this.#store.entries(range), ([one]) => one)) this.#store.delete(key)
  }
}
