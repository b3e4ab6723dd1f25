/** The order of a table's rows by one of its columns. */

export type SortValue = string | number | null

export interface TableSort {
  readonly column: string
  readonly direction: 'ascending' | 'descending'
}

/** Equal rows stay in their order; null stands last in both directions. */
export function sortRows<Row>(
  rows: readonly Row[],
  value: (row: Row) => SortValue,
  direction: TableSort['direction'],
): Row[] {
  const sign = direction === 'ascending' ? 1 : -1
  return [...rows].sort((one, other) => {
    const a = value(one)
    const b = value(other)
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return sign * (a < b ? -1 : Number(a > b))
  })
}

/** What a click on a column makes of the order: numbers begin with the largest, since those are looked for. */
export function nextSort(sort: TableSort | null, column: string, isNumeric: boolean): TableSort | null {
  const first = isNumeric ? 'descending' : 'ascending'
  if (sort?.column !== column) return { column, direction: first }
  return sort.direction === first ? { column, direction: isNumeric ? 'ascending' : 'descending' } : null
}
