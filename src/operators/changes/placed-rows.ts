/** Rows of partitions in a store, each at its place in the order of its partition. There are two layouts: an entry for each row, or blocks of them. */
import type { KeyValueStore } from '../../state/store.ts'
import type { Row } from '../../types/value.ts'
import { Bag, type Counted } from './bag.ts'

export interface PlacedRows {
  /** Changes the count of the row, which is negative where its removal has come before its addition; returns it as it is then. */
  readonly add: (prefix: string, place: string, row: Row, change: number, timestamp: number) => number
  /** The rows of a partition in their order. They must not change meanwhile. */
  readonly under: (prefix: string) => Iterable<Counted>
  /** Forgets the rows of a partition whose place is greater than `bound`. */
  readonly forget: (prefix: string, bound: string) => void
  /** Forgets what is in memory: the store has changed. */
  readonly clear: () => void
}

/** Each row is an entry, its key is the partition and its place. `width`: the number of columns of a row. */
export function rowEntries(store: KeyValueStore, width: number): PlacedRows {
  const bag = new Bag(store, width)
  return {
    add: (prefix, place, row, change, timestamp) => bag.add(prefix + place, row, change, timestamp),
    under: (prefix) => bag.under(prefix),
    forget: (prefix, bound) => bag.forget(prefix, prefix + bound),
    clear() {},
  }
}
