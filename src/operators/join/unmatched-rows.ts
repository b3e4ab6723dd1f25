/** Rows of one side of a stream-stream join that have found no match yet and wait for their window to close. */
import type { StoreKey, StoreSpec } from '../../state/store.ts'
import type { Row } from '../../types/value.ts'
import type { OperatorContext } from '../operator-context.ts'

export interface UnmatchedRow {
  readonly key: StoreKey
  readonly timestamp: number
  readonly row: Row
}

export interface UnmatchedRows {
  readonly add: (unmatched: UnmatchedRow) => void
  /** All rows of that key and time have found a match. */
  readonly remove: (key: StoreKey, timestamp: number) => void
  /** Removes the rows up to and including `timestamp`; by time, key and arrival. */
  readonly takeUntil: (timestamp: number) => UnmatchedRow[]
  /** Time of the earliest row; null if there is none. */
  readonly earliest: () => number | null
}

/** A window store whose starts are the rows' times; an entry is the list of the rows of one key and time. */
export const unmatchedSpec = (buffer: string) =>
  ({ name: `${buffer}-Unmatched`, kind: 'window' }) as const satisfies StoreSpec

export function openUnmatchedRows(buffer: string, context: OperatorContext): UnmatchedRows {
  const store = context.store(unmatchedSpec(buffer))
  return {
    add({ key, timestamp, row }) {
      const rows = store.get(key, timestamp)?.row ?? []
      store.put(key, timestamp, { row: [...rows, row], timestamp })
    },
    remove(key, timestamp) {
      if (store.get(key, timestamp) !== undefined) store.delete(key, timestamp)
    },
    takeUntil(until) {
      const entries = [...store.fetchAll(0, until)]
      for (const [key, timestamp] of entries) store.delete(key, timestamp)
      return entries.flatMap(([key, timestamp, { row: rows }]) =>
        rows.map((row) => ({ key, timestamp, row: row as Row })),
      )
    },
    earliest() {
      for (const [, timestamp] of store.fetchAll(0, Number.MAX_SAFE_INTEGER)) return timestamp
      return null
    },
  }
}
