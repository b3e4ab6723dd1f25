/** A table of a few hundred rows, sorted by a click on a column. */
import type { ComponentChild } from 'preact'
import { useState } from 'preact/hooks'
import { SortButton } from './sort-button.tsx'
import { nextSort, type SortValue, sortRows, type TableSort } from './sort-rows.ts'

export interface TableColumn<Row> {
  readonly name: string
  /** Default: the name. */
  readonly title?: string
  readonly isNumeric?: boolean
  /** Orders the rows; also the text of the cell where there is no `cell`. */
  readonly value: (row: Row) => SortValue
  readonly cell?: (row: Row) => ComponentChild
}

interface DataTableProps<Row> {
  readonly label: string
  readonly columns: readonly TableColumn<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  readonly initialSort?: TableSort
}

export function DataTable<Row>({ label, columns, rows, keyOf, initialSort }: DataTableProps<Row>) {
  const [sort, setSort] = useState<TableSort | null>(initialSort ?? null)
  const by = columns.find(({ name }) => name === sort?.column)
  const sorted = by === undefined || sort === null ? rows : sortRows(rows, by.value, sort.direction)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that is wider than its place is scrolled by the keyboard too
    <section class="table-scroll" tabIndex={0} aria-label={label}>
      <table class="data-table">
        <thead>
          <tr>
            {columns.map(({ name, title = name, isNumeric = false }) => {
              const direction = sort?.column === name ? sort.direction : null
              return (
                <th key={name} class={isNumeric ? 'number' : undefined} aria-sort={direction ?? 'none'}>
                  <SortButton direction={direction} onClick={() => setSort(nextSort(sort, name, isNumeric))}>
                    {title}
                  </SortButton>
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, isNumeric, value, cell }) => (
                <td key={name} class={isNumeric ? 'number' : undefined}>
                  {cell === undefined ? value(row) : cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
