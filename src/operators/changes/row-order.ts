/**
 * Compares rows as their texts would order them (sort-text.ts), without making a text where the values themselves have that order. For rows that are in
 * memory: a text is for those that are found by a key.
 */
import { textCodec } from '../../state/key.ts'
import { type Comparator, comparator } from '../../types/compare.ts'
import { type RowComparator, rowComparator } from '../../types/row-comparator.ts'
import type { Column } from '../../types/schema.ts'
import { type SqlType, STRING } from '../../types/sql-type.ts'
import type { SortColumn } from './sort-text.ts'

/** `columns`: of the rows. */
export const rowOrder = (order: readonly SortColumn[], columns: readonly Column[]): RowComparator =>
  rowComparator(order.map((column) => ({ ...column, compare: valueOrder(columns[column.index]!.type) })))

/** Types whose values are in the order of their texts. Not DOUBLE, which has two zeros and values that are not numbers. */
const ORDERED: ReadonlySet<SqlType['kind']> = new Set(['STRING', 'INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'])

function valueOrder(type: SqlType): Comparator {
  if (ORDERED.has(type.kind)) return comparator(type)
  const { encode } = textCodec([type])
  const compareTexts = comparator(STRING)
  return (a, b) => compareTexts(encode([a]), encode([b]))
}
