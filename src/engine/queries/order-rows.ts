/** ORDER BY, OFFSET and LIMIT over the rows of a result. */
import type { OrderedQuery, SortColumn } from '../../analysis/pull-order.ts'
import { assert } from '../../assert.ts'
import { comparator } from '../../types/compare.ts'
import { type ComparedColumn, rowComparator } from '../../types/row-comparator.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'

/** `columns`: of the rows, with the hidden ones, which the result does not have. Equal rows keep their order. */
export function orderRows(rows: readonly Row[], ordered: OrderedQuery, columns: readonly Column[]): readonly Row[] {
  const { order, limit, offset, hidden } = ordered
  const sorted =
    order.length === 0 ? rows : rows.toSorted(rowComparator(order.map((column) => comparedColumn(column, columns))))
  const wanted = sorted.slice(offset, limit === null ? undefined : offset + limit)
  return hidden === 0 ? wanted : wanted.map((row) => row.slice(0, columns.length - hidden))
}

function comparedColumn({ column, descending, nullsFirst }: SortColumn, columns: readonly Column[]): ComparedColumn {
  const index = typeof column === 'number' ? column : columns.findIndex(({ name }) => name === column)
  assert(index >= 0, `no column ${column} to sort by`)
  return { index, descending, nullsFirst, compare: comparator(columns[index]!.type) }
}
