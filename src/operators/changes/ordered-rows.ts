/** The rows of partitions in their order, and those of them that a limit leaves in. */
import type { RowComparator } from '../../types/row-comparator.ts'
import type { Row } from '../../types/value.ts'
import type { StepSchema } from '../step.ts'
import type { OrderedRow, RankingName } from './over-functions.ts'
import type { RowInOrder } from './partition-rows.ts'
import type { PlacedRows } from './placed-rows.ts'
import { rowTexts } from './row-changes.ts'
import { rowOrder } from './row-order.ts'
import { type SortColumn, sortTexts } from './sort-text.ts'

export interface RankLimit {
  readonly ranking: RankingName
  readonly rank: number
}

export interface Limited {
  readonly rows: readonly OrderedRow[]
  /** The place behind which no row can be within the limit; null: there is no limit, or room for more. */
  readonly bound: string | null
  /** The row that stands there; null without a bound. */
  readonly last: Row | null
}

/** A row more (1) or less (-1), or as many as the changes of a while come to. */
export interface RowChange<Count extends number = 1 | -1> extends RowInOrder {
  readonly count: Count
  readonly timestamp: number
}

/** What puts rows in order. */
export interface RowsInOrder {
  readonly order: readonly SortColumn[]
  readonly input: StepSchema
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

/** A row and how often it is there, or has been taken out before it came. */
type CountedRow = RowInOrder & { readonly count: number }

export class OrderedRows {
  readonly #rows: PlacedRows
  readonly #limit: RankLimit | null
  readonly #compare: RowComparator
  readonly inOrder: (row: Row) => RowInOrder

  constructor(rows: PlacedRows, limit: RankLimit | null, { order, input }: RowsInOrder) {
    this.#rows = rows
    this.#limit = limit
    this.#compare = rowOrder(order, input.value)
    this.inOrder = rowPlaces(order, input)
  }

  /** By how many copies of the row the partition changes: a removal may come before its addition. */
  add(prefix: string, { row, place, count, timestamp }: RowChange<number>): number {
    const now = this.#rows.add(prefix, place, row, count, timestamp)
    return Math.max(now, 0) - Math.max(now - count, 0)
  }

  /**
   * Whether the row cannot be within the limit while those rows are; undefined: they are not known. A text is made only of a row that is equal to the
   * last of them in the order.
   */
  isBehind(row: Row, within: Limited | undefined): boolean {
    if (within === undefined || within.last === null) return false
    const { last, bound } = within
    const difference = this.#compare(row, last)
    if (difference !== 0) return difference > 0
    return this.#limit!.ranking === 'ROW_NUMBER' && this.inOrder(row).place > bound!
  }

  /** The changed rows that can be within the limit of a partition that has them all, in their order: the others have enough of these before them. */
  reachable(changed: Iterable<RowChange<number>>): readonly RowChange<number>[] {
    const rows = [...changed].sort((a, b) => (a.place < b.place ? -1 : 1))
    const { bound } = this.#limited(rows)
    return bound === null ? rows : rows.filter(({ place }) => place <= bound)
  }

  /** The rows of a partition that the limit leaves in. */
  upToLimit(prefix: string): Limited {
    return this.#limited(this.#rowsUnder(prefix))
  }

  *#rowsUnder(prefix: string): Iterable<CountedRow> {
    for (const { row, count } of this.#rows.under(prefix)) {
      const { sort, place } = this.inOrder(row)
      yield { row, sort, place, count }
    }
  }

  #limited(counted: Iterable<CountedRow>): Limited {
    const rows: OrderedRow[] = []
    const limit = this.#limit
    let [group, sort, first] = [0, null as string | null, 0]
    let last: RowInOrder | null = null
    for (const one of counted) {
      if (one.count <= 0) continue
      if (one.sort !== sort) [group, sort, first] = [group + 1, one.sort, rows.length]
      for (let i = 0; i < one.count; i++) {
        if (limit !== null && rankOf(limit, { index: rows.length, first, group }) > limit.rank)
          return { rows, ...endAt(limit, last!) }
        rows.push({ row: one.row, group })
        last = one
      }
    }
    const isFull =
      limit !== null && rankOf(limit, { index: rows.length, first: rows.length, group: group + 1 }) > limit.rank
    return isFull ? { rows, ...endAt(limit, last!) } : { rows, bound: null, last: null }
  }

  forgetBehind(prefix: string, bound: string): void {
    this.#rows.forget(prefix, bound)
  }
}

/** Rows of equal rank as the last one are within the limit, too, unless each row has a rank of its own. */
const endAt = ({ ranking }: RankLimit, { row, sort, place }: RowInOrder): Pick<Limited, 'bound' | 'last'> => ({
  bound: ranking === 'ROW_NUMBER' ? place : `${sort}\uffff`,
  last: row,
})

const rankOf = (
  { ranking }: RankLimit,
  { index, first, group }: { readonly index: number; readonly first: number; readonly group: number },
): number => (ranking === 'ROW_NUMBER' ? index + 1 : ranking === 'RANK' ? first + 1 : group)
