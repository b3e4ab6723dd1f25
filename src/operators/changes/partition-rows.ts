/**
 * The rows of partitions in memory, in order and with their results, so that a change looks only at the rows that it changes. Rows are in a store,
 * too, from which a partition is read when it is first needed; those that were used last stay.
 */
import type { Row } from '../../types/value.ts'
import type { PlacedRow, RangedCall, RowRange } from './over-ranges.ts'
import type { PlacedRows } from './placed-rows.ts'
import type { RowChanges } from './row-changes.ts'

/** Rows in memory for one task of an operator, of all partitions. A partition that has more is computed as a whole. */
const MAX_ROWS = 100_000

export interface RowInOrder extends Pick<PlacedRow, 'row' | 'sort'> {
  /** Its key in the store, but for the partition. */
  readonly place: string
}

type PartitionRow = PlacedRow & RowInOrder

export interface PartitionRowsOptions {
  readonly calls: readonly RangedCall[]
  readonly bag: Pick<PlacedRows, 'under'>
  readonly inOrder: (row: Row) => RowInOrder
  /** Default: `MAX_ROWS`. */
  readonly maxRows?: number
}

export class PartitionRows {
  readonly #options: PartitionRowsOptions
  readonly #maxRows: number
  readonly #partitions = new Map<string, PartitionRow[]>()
  #count = 0

  constructor(options: PartitionRowsOptions) {
    this.#options = options
    this.#maxRows = options.maxRows ?? MAX_ROWS
  }

  /** Whether the partition is in memory, as the store has it. */
  load(prefix: string): boolean {
    const known = this.#partitions.get(prefix)
    if (known !== undefined) {
      // The last in the map is the one that was used last.
      this.#partitions.delete(prefix)
      this.#partitions.set(prefix, known)
      return true
    }
    const rows = this.#read(prefix)
    if (rows === null) return false
    this.#partitions.set(prefix, rows)
    this.#count += rows.length
    this.#forgetOthers(prefix)
    return true
  }

  /** Forgets all: the store has changed. */
  clear(): void {
    this.#partitions.clear()
    this.#count = 0
  }

  /** Puts in a copy of the row (1), or takes one out (-1), which the store has done. Adds what that changes in the result. */
  change(prefix: string, { row, sort, place }: RowInOrder, count: 1 | -1, changes: RowChanges): void {
    const rows = this.#partitions.get(prefix)!
    const at = firstFrom(rows, place)
    this.#count += count
    if (count > 0) rows.splice(at, 0, { row, sort, place, output: row, states: [] })
    else changes.add(rows.splice(at, 1)[0]!.output, -1)
    const isNew = (i: number): boolean => count > 0 && i === at
    this.#compute(rows, (call) => call.reach(rows, at, sort), {
      isNew,
      onChange: (before, after) => {
        if (before !== null) changes.add(before, -1)
        changes.add(after, 1)
      },
    })
    if (rows.length === 0) this.#partitions.delete(prefix)
    this.#forgetOthers(prefix)
  }

  #read(prefix: string): PartitionRow[] | null {
    const { bag, inOrder } = this.#options
    const rows: PartitionRow[] = []
    for (const { row, count } of bag.under(prefix)) {
      const one = inOrder(row)
      for (let i = 0; i < count; i++) rows.push({ ...one, output: row, states: [] })
      if (rows.length > this.#maxRows) return null
    }
    const all = { from: 0, to: rows.length }
    this.#compute(rows, () => all, { isNew: () => true, onChange: () => {} })
    return rows
  }

  /** Computes again what each call reaches. `isNew`: whether the row at that place has no results yet. */
  #compute(
    rows: readonly PartitionRow[],
    reach: (call: RangedCall) => RowRange,
    {
      isNew,
      onChange,
    }: { readonly isNew: (i: number) => boolean; readonly onChange: (before: Row | null, after: Row) => void },
  ): void {
    const { calls } = this.#options
    const changed = new Map<number, Row>()
    calls.forEach((call, index) => {
      const range = reach(call)
      const results = call.results(rows, range)
      for (let i = range.from; i < range.to; i++) {
        const { row, output } = rows[i]!
        const value = results[i - range.from]!
        const column = row.length + index
        if (!isNew(i) && output[column] === value) continue
        const copy = changed.get(i) ?? output.slice()
        copy[column] = value
        changed.set(i, copy)
      }
    })
    for (const [i, after] of changed) {
      const one = rows[i]!
      onChange(isNew(i) ? null : one.output, after)
      one.output = after
    }
  }

  /** Drops the partitions that were not used for the longest time. */
  #forgetOthers(prefix: string): void {
    for (const [other, { length }] of this.#partitions) {
      if (this.#count <= this.#maxRows) return
      if (other === prefix && this.#partitions.size > 1) continue
      this.#partitions.delete(other)
      this.#count -= length
    }
  }
}

/** The first place that is not before `place`. */
function firstFrom(rows: readonly PartitionRow[], place: string): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle]!.place < place) low = middle + 1
    else high = middle
  }
  return low
}
