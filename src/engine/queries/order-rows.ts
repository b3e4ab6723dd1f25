/** ORDER BY, OFFSET and LIMIT over the rows of a result. */
import type { OrderedQuery, SortColumn } from '../../analysis/pull-order.ts'
import { assert } from '../../assert.ts'
import { comparator } from '../../types/compare.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'

/** `columns`: of the rows, with the hidden ones, which the result does not have. Equal rows keep their order. */
export function orderRows(rows: readonly Row[], ordered: OrderedQuery, columns: readonly Column[]): readonly Row[] {
  const { order, limit, offset, hidden } = ordered
  const compare = order.map((column) => rowComparator(column, columns))
  const sorted =
    compare.length === 0
      ? rows
      : rows.toSorted((a, b) => {
          for (const one of compare) {
            const result = one(a, b)
            if (result !== 0) return result
          }
          return 0
        })
  const wanted = sorted.slice(offset, limit === null ? undefined : offset + limit)
  return hidden === 0 ? wanted : wanted.map((row) => row.slice(0, columns.length - hidden))
}

function rowComparator(
  { column, descending, nullsFirst }: SortColumn,
  columns: readonly Column[],
): (a: Row, b: Row) => number {
  const index = typeof column === 'number' ? column : columns.findIndex(({ name }) => name === column)
  assert(index >= 0, `no column ${column} to sort by`)
  const compare = comparator(columns[index]!.type)
  const ofNull = nullsFirst ? -1 : 1
  return (a, b) => {
    const [left, right] = [a[index] ?? null, b[index] ?? null]
    if (left === null || right === null) return left === right ? 0 : left === null ? ofNull : -ofNull
    return descending ? compare(right, left) : compare(left, right)
  }
}
