/**
 * The rows of keys of which each has mostly one: as one entry for each key, a list of rows, each with how often it is there and its time. A count below zero
 * stands for a removal that has come before its addition.
 */
import type { KeyValueStore, StoreDeclaration } from '../../state/store.ts'
import type { StreamRecord } from '../../types/record.ts'
import { type Column, columnTypes } from '../../types/schema.ts'
import { BIGINT, TIMESTAMP } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'
import { eachRow } from './row-changes.ts'

/** The rows of keys. */
export interface KeyRows {
  /** Takes the change of a record in. Returns the latest row of before it, and the one that is the latest then. */
  readonly change: (record: StreamRecord, prefix: string) => readonly [Row | null, Row | null]
}

export const listedRowsStore = (name: string, columns: readonly Column[]): StoreDeclaration => ({
  name,
  kind: 'keyValue',
  types: [...columnTypes(columns), BIGINT, TIMESTAMP],
  isList: true,
})

/** `areEqual`: over the columns of its first row. */
export function listedRows(
  store: KeyValueStore,
  { value: columns }: StepSchema,
  areEqual: (a: Row, b: Row) => boolean,
): KeyRows {
  const countAt = columns.length
  const timeAt = countAt + 1

  /** The list with a row more or less. */
  const changed = (list: readonly Row[], row: Row, change: number, timestamp: number): Row[] => {
    const at = list.findIndex((other) => areEqual(row, other))
    if (at < 0) return [...list, [...row, change, timestamp]]
    const known = list[at]!
    const count = (known[countAt] as number) + change
    return count === 0
      ? list.toSpliced(at, 1)
      : list.with(at, [...row, count, Math.max(timestamp, known[timeAt] as number)])
  }

  const latest = (list: readonly Row[]): Row | null => {
    let found: Row | null = null
    for (const row of list) {
      if ((row[countAt] as number) <= 0) continue
      if (found === null || (row[timeAt] as number) >= (found[timeAt] as number)) found = row
    }
    return found === null ? null : found.slice(0, countAt)
  }

  return {
    change(record, prefix) {
      const stored = store.get(prefix)
      const old = (stored?.row ?? []) as Row[]
      let list = old
      eachRow(record, (row, count) => {
        list = changed(list, row, count, record.timestamp)
      })
      if (list.length === 0) store.delete(prefix)
      else store.put(prefix, { row: list, timestamp: Math.max(record.timestamp, stored?.timestamp ?? 0) })
      return [latest(old), latest(list)]
    },
  }
}
