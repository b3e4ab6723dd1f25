/** The rows of partitions in their order, and those of them that a limit leaves in. */
import type { StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'
import type { OrderedRow, RankingName } from './over-functions.ts'
import type { RowInOrder } from './partition-rows.ts'
import type { PlacedRows } from './placed-rows.ts'
import { eachRow, rowTexts } from './row-changes.ts'
import { type SortColumn, sortTexts } from './sort-text.ts'

export interface RankLimit {
  readonly ranking: RankingName
  readonly rank: number
}

export interface Limited {
  readonly rows: readonly OrderedRow[]
  /** The place behind which no row can be within the limit; null: there is no limit, or room for more. */
  readonly bound: string | null
}

/** A row more (1) or less (-1), or as many as the changes of a while come to. */
export interface RowChange<Count extends number = 1 | -1> extends RowInOrder {
  readonly count: Count
  readonly timestamp: number
}

/** Puts rows in order: those that are equal in it stand by their content. */
export function rowPlaces(order: readonly SortColumn[], input: StepSchema): (row: Row) => RowInOrder {
  const sortText = sortTexts(order, input.value)
  const textOf = rowTexts(input)
  return (row) => {
    const sort = sortText(row)
    return { row, sort, place: sort + textOf(row) }
  }
}

export class OrderedRows {
  readonly #rows: PlacedRows
  readonly #limit: RankLimit | null
  readonly inOrder: (row: Row) => RowInOrder

  constructor(rows: PlacedRows, limit: RankLimit | null, inOrder: (row: Row) => RowInOrder) {
    this.#rows = rows
    this.#limit = limit
    this.inOrder = inOrder
  }

  change(record: StreamRecord, prefix: string): void {
    const { timestamp } = record
    eachRow(record, (row, count) => this.add(prefix, { ...this.inOrder(row), count, timestamp }))
  }

  /** By how many copies of the row the partition changes: a removal may come before its addition. */
  add(prefix: string, { row, place, count, timestamp }: RowChange<number>): number {
    const now = this.#rows.add(prefix, place, row, count, timestamp)
    return Math.max(now, 0) - Math.max(now - count, 0)
  }

  isBehind(record: StreamRecord, bound: string | null): boolean {
    if (bound === null) return false
    let isBehind = true
    eachRow(record, (row) => {
      if (this.inOrder(row).place <= bound) isBehind = false
    })
    return isBehind
  }

  /** The rows of a partition that the limit leaves in. */
  upToLimit(prefix: string): Limited {
    const rows: OrderedRow[] = []
    const limit = this.#limit
    let [group, sort, first] = [0, null as string | null, 0]
    let last: RowInOrder | null = null
    for (const { row, count } of this.#rows.under(prefix)) {
      if (count <= 0) continue
      const one = this.inOrder(row)
      if (one.sort !== sort) [group, sort, first] = [group + 1, one.sort, rows.length]
      for (let i = 0; i < count; i++) {
        if (limit !== null && rankOf(limit, { index: rows.length, first, group }) > limit.rank)
          return { rows, bound: boundAt(limit, last!) }
        rows.push({ row, group })
        last = one
      }
    }
    const isFull =
      limit !== null && rankOf(limit, { index: rows.length, first: rows.length, group: group + 1 }) > limit.rank
    return { rows, bound: isFull ? boundAt(limit, last!) : null }
  }

  forgetBehind(prefix: string, bound: string): void {
    this.#rows.forget(prefix, bound)
  }
}

/** Rows of equal rank as the last one are within the limit, too, unless each row has a rank of its own. */
const boundAt = ({ ranking }: RankLimit, { sort, place }: RowInOrder): string =>
  ranking === 'ROW_NUMBER' ? place : `${sort}\uffff`

const rankOf = (
  { ranking }: RankLimit,
  { index, first, group }: { readonly index: number; readonly first: number; readonly group: number },
): number => (ranking === 'ROW_NUMBER' ? index + 1 : ranking === 'RANK' ? first + 1 : group)
