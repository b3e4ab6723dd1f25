/**
 * The rows of a live table: bounded, filtered and sorted. New rows are merged into the order that is shown, so that a frame costs as much as
 * its new rows do, however many there are already.
 */
import type { Column } from '../api/columns.ts'
import { exactText } from '../api/exact-json.ts'
import type { ResultRow } from '../api/result-lines.ts'
import { compareCells, compileFilter, type RowTest } from './table-filter.ts'

export const MOST_ROWS = 100_000
/** Rows beyond the bound that are dropped together, since each drop moves all the other rows. */
const SLACK = MOST_ROWS / 10

export interface Sort {
  readonly column: number
  readonly direction: 'ascending' | 'descending'
}

export class TableModel {
  columns: readonly Column[] = []
  /** All rows, the oldest first. */
  #rows: ResultRow[] = []
  /** Rows that are shown, in their order; the same array as `#rows` while nothing is filtered or sorted. */
  #shown: ResultRow[] = this.#rows
  #waiting: ResultRow[] = []
  #filter = ''
  #test: RowTest | null = null
  #sort: Sort | null = null
  /** Columns whose values are a key, of which only the newest row is shown; none: every row is shown. */
  #newestBy: readonly number[] = []
  /** Rows that have come, those that were dropped included. */
  received = 0
  dropped = 0

  get shown(): readonly ResultRow[] {
    return this.#shown
  }

  get kept(): number {
    return this.#rows.length
  }

  /** Rows that have come since the last `flush`. */
  get waiting(): number {
    return this.#waiting.length
  }

  get filter(): string {
    return this.#filter
  }

  get sort(): Sort | null {
    return this.#sort
  }

  /** Takes rows that `flush` will show. While none are flushed, the bound holds for them too. */
  append(rows: readonly ResultRow[]): void {
    this.received += rows.length
    for (const row of rows) this.#waiting.push(row)
    const excess = this.#waiting.length - MOST_ROWS
    if (excess < SLACK) return
    this.#waiting.splice(0, excess)
    this.dropped += excess
  }

  /** Shows the rows that have come; false: there were none. */
  flush(): boolean {
    const rows = this.#waiting
    if (rows.length === 0) return false
    this.#waiting = []
    if (this.#newestBy.length > 0) {
      this.#rows = newestOf([...this.#rows, ...rows], this.#newestBy)
      this.#dropOldest()
      this.#show()
      return true
    }
    for (const row of rows) this.#rows.push(row)
    if (this.#dropOldest()) this.#show()
    else if (this.#shown !== this.#rows) this.#merge(rows)
    return true
  }

  setFilter(filter: string): void {
    this.#filter = filter
    this.#test = compileFilter(filter, this.columns)
    this.#show()
  }

  setSort(sort: Sort | null): void {
    this.#sort = sort
    this.#show()
  }

  /** Shows only the newest row for each value of these columns, as a table of the server does; none: all rows that are kept. */
  setNewestBy(columns: readonly number[]): void {
    this.#newestBy = columns
    if (columns.length > 0) this.#rows = newestOf(this.#rows, columns)
    this.#show()
  }

  #dropOldest(): boolean {
    const excess = this.#rows.length - MOST_ROWS
    if (excess < SLACK) return false
    this.#rows = this.#rows.slice(excess)
    this.dropped += excess
    return true
  }

  #show(): void {
    const test = this.#test
    const passed = test === null ? this.#rows : this.#rows.filter(({ values }) => test(values))
    const order = this.#order()
    this.#shown = order === null ? passed : [...passed].sort(order)
  }

  /** Adds new rows to those that are shown. Equal rows stay in the order in which they came. */
  #merge(rows: readonly ResultRow[]): void {
    const test = this.#test
    const passed = test === null ? [...rows] : rows.filter(({ values }) => test(values))
    const order = this.#order()
    if (passed.length === 0) return
    if (order === null) for (const row of passed) this.#shown.push(row)
    else this.#shown = merged(this.#shown, passed.sort(order), order)
  }

  #order(): ((a: ResultRow, b: ResultRow) => number) | null {
    if (this.#sort === null) return null
    const { column, direction } = this.#sort
    const sign = direction === 'ascending' ? 1 : -1
    return (a, b) => sign * compareCells(a.values[column] ?? null, b.values[column] ?? null)
  }
}

function merged(
  left: readonly ResultRow[],
  right: readonly ResultRow[],
  order: (a: ResultRow, b: ResultRow) => number,
): ResultRow[] {
  const result: ResultRow[] = new Array(left.length + right.length)
  let l = 0
  let r = 0
  for (let i = 0; i < result.length; i++) {
    const takesLeft = r === right.length || (l < left.length && order(left[l]!, right[r]!) <= 0)
    result[i] = takesLeft ? left[l++]! : right[r++]!
  }
  return result
}

/** The last row of each key, at the place of its first; a key whose last row is a tombstone has none. */
function newestOf(rows: readonly ResultRow[], keys: readonly number[]): ResultRow[] {
  const newest = new Map<string, ResultRow>()
  for (const row of rows) {
    const key = exactText(keys.map((column) => row.values[column] ?? null))
    if (row.isTombstone) newest.delete(key)
    else newest.set(key, row)
  }
  return [...newest.values()]
}
