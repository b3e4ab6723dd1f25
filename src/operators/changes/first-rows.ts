/**
 * OVER on a stream from which only the first rows of each partition by ROW_NUMBER are wanted: a Top-N, or the first or last row of each key.
 *
 * State: one list for each partition, of its first rows in their order. So a record costs a look and a place in a short list, and a list is
 * written once for a commit, however many records have changed it.
 *
 * Equation: that of over.ts. Rows are only added, so that a row behind a full list is never within the limit and is not kept.
 */
import type { KeyValueStore, StoreDeclaration } from '../../state/store.ts'
import type { Header } from '../../types/record.ts'
import { type Column, columnTypes } from '../../types/schema.ts'
import { TIMESTAMP } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { PendingChanges } from '../aggregate/pending-changes.ts'
import type { InputScreen } from '../input-screen.ts'
import type { OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { KeyedRecord } from '../record-key.ts'
import type { StepSchema } from '../step.ts'
import { expiry } from './expiry.ts'
import { compileOverCalls, type OrderedRow, type OverCall } from './over-functions.ts'
import { type LeavingChanges, RowChanges, rowTexts } from './row-changes.ts'
import { rowOrder } from './row-order.ts'
import type { SortColumn } from './sort-text.ts'

/** A list is moved when a row is put into it. */
export const MAX_LISTED_ROWS = 100

/** Partitions whose bound is in memory; that of another is in its list. */
const MAX_BOUNDS = 20_000

export interface FirstRows {
  readonly order: readonly SortColumn[]
  readonly functions: readonly OverCall[]
  /** How many rows of a partition are wanted. */
  readonly count: number
  /** Columns of the output row that tell its rows apart: the partition, and the number if several rows are wanted. Empty: a bag. */
  readonly key: readonly number[]
  /** How long a row is kept, in event time; null: for good. */
  readonly ttlMs: number | null
  readonly store: string
}

interface ListEntry {
  readonly row: Row
  timestamp: number
}

/** A list as a store and what is held back have it: each column is a row. */
export const listOf = (row: Row): Row[] => row as Row[]

/** The first row of a list in the store. */
export const firstRowOf = (row: Row): Row | null => listOf(row)[0] ?? null

/** Rows of a list have their time behind their columns if they are forgotten by it. */
export const firstRowsStore = (name: string, columns: readonly Column[], ttlMs: number | null): StoreDeclaration => ({
  name,
  kind: 'keyValue',
  types: ttlMs === null ? columnTypes(columns) : [...columnTypes(columns), TIMESTAMP],
  isList: true,
})

/** Computes the results of a partition from its list. `columns`: of the input. */
export function listResults(
  { order, functions, ttlMs }: Pick<FirstRows, 'order' | 'functions' | 'ttlMs'>,
  columns: readonly Column[],
  context: OperatorContext,
): (list: readonly Row[]) => readonly Row[] {
  const width = columns.length
  const compareOrder = rowOrder(order, columns)
  const compute = compileOverCalls(functions, { order, width }, context)
  if (functions.length === 0) return (list) => (ttlMs === null ? list : list.map((row) => row.slice(0, width)))
  return (list) => {
    let group = 0
    const rows = list.map((row, i): OrderedRow => {
      if (i === 0 || compareOrder(list[i - 1]!, row) !== 0) group++
      return { row: ttlMs === null ? row : row.slice(0, width), group }
    })
    return compute(rows)
  }
}

export function firstRows(
  { order, functions, count, key, ttlMs, store: name }: FirstRows,
  input: StepSchema,
  context: OperatorContext,
  leaving: LeavingChanges,
): OperatorRuntime {
  const store = context.store({ name, kind: 'keyValue' })
  const compareOrder = rowOrder(order, input.value)
  const textOf = rowTexts(input)
  const results = listResults({ order, functions, ttlMs }, input.value, context)
  const emitDifference = key.length > 0 ? changesByPlace(leaving, context) : changesOfBag(leaving)

  const pending = new PendingChanges((prefix, { headers, oldValue }) => {
    const { row, timestamp } = store.get(prefix)!
    const [before, after] = [listOf(oldValue!), listOf(row)]
    let same = 0
    while (same < before.length && before[same] === after[same]) same++
    emitDifference({ old: () => results(before).slice(same), now: results(after).slice(same), timestamp, headers })
  })
  const expire = expiry(ttlMs, [store], context, (_store, before) => {
    pending.flush()
    forgetRowsBefore(store, before)
    bounds.clear()
  })
  /** Rows that are equal in the order stand by their content. */
  const isBehind = (row: Row, other: Row): boolean => {
    const difference = compareOrder(other, row)
    return difference === 0 ? textOf(other) <= textOf(row) : difference < 0
  }
  /** The place of the row among those of the list. */
  const placeOf = (row: Row, list: readonly Row[]): number => {
    let at = list.length
    while (at > 0 && !isBehind(row, list[at - 1]!)) at--
    return at
  }

  const orderColumns = [...new Set(order.map(({ index }) => index))].sort((a, b) => a - b)
  /** By partition with a full list, the columns by which its last row is ordered: what the screen compares with, without a look at the list. */
  const bounds = new Map<string, Row>()
  const noteBound = (prefix: string, list: readonly Row[]): Row | null => {
    if (list.length < count) return null
    const bound: Row = new Array(input.value.length).fill(null)
    for (const column of orderColumns) bound[column] = list[count - 1]![column]!
    if (bounds.size >= MAX_BOUNDS) bounds.clear()
    bounds.set(prefix, bound)
    return bound
  }
  const boundOf = (prefix: string): Row | null =>
    bounds.get(prefix) ?? noteBound(prefix, listOf(store.get(prefix)?.row ?? []))
  const screen: InputScreen = {
    columns: orderColumns,
    needs(key, row) {
      const bound = boundOf(key![0] as string)
      if (bound === null || compareOrder(bound, row) >= 0) return true
      expire()
      return false
    },
  }

  return {
    screens: [screen],
    inputs: [
      (record) => {
        const { value, timestamp } = record
        if (value === null) return
        const prefix = record.key![0] as string
        const stored: ListEntry | undefined = store.get(prefix)
        const list = listOf(stored?.row ?? [])
        const at = placeOf(value, list)
        if (at < count) {
          const row = ttlMs === null ? value : [...value, timestamp]
          const isOwn = pending.touch(prefix, record)
          if (!isOwn) pending.add(prefix, record as KeyedRecord, list)
          // The list before the first change is the old value. That of a change that has not left is changed in place.
          const next = isOwn ? list : list.slice()
          next.splice(at, 0, row)
          if (next.length > count) next.pop()
          const entry: ListEntry = isOwn ? stored! : { row: next, timestamp: stored?.timestamp ?? timestamp }
          if (entry.timestamp < timestamp) entry.timestamp = timestamp
          store.put(prefix, entry)
          if (bounds.has(prefix)) noteBound(prefix, next)
          if (!context.coalesces) pending.flush()
        }
        expire()
      },
    ],
    flush: () => pending.flush(),
  }
}

/** What a partition's results have become behind those that are the same. Calls look at no rows behind their own, so that these have the same results. */
interface Difference {
  readonly old: () => readonly Row[]
  /** As many, or more. */
  readonly now: readonly Row[]
  readonly timestamp: number
  readonly headers: readonly Header[] | null
}

/** The key of a result is its place. */
const changesByPlace =
  ({ keyOf, emit }: LeavingChanges, { oldValues }: OperatorContext) =>
  ({ old, now, timestamp, headers }: Difference): void => {
    const before = oldValues ? old() : []
    now.forEach((value, i) => {
      emit({ key: keyOf(value), window: null, value, oldValue: before[i] ?? null, timestamp, headers })
    })
  }

function changesOfBag(leaving: LeavingChanges): (difference: Difference) => void {
  const changes = new RowChanges(leaving)
  return (difference) => {
    changes.begin(difference)
    changes.replace(difference.old(), difference.now)
    changes.flush()
  }
}

/** Forgets rows of lists by the time that they end with. */
export function forgetRowsBefore(store: KeyValueStore, before: number): void {
  for (const [key, { row, timestamp }] of [...store.entries()]) {
    const kept = listOf(row).filter((one) => (one.at(-1) as number) >= before)
    if (kept.length === 0) store.delete(key)
    else if (kept.length < row.length) store.put(key, { row: kept, timestamp })
  }
}
