/** A column of figures in which zeros stand back. */
import type { TableColumn } from './data-table.tsx'

/** `value`: null where it is not known, which is a dash. */
export const figureColumn = <Row,>(
  name: string,
  value: (row: Row) => number | null,
  text: (value: number) => string,
): TableColumn<Row> => ({
  name,
  isNumeric: true,
  value,
  cell: (row) => {
    const number = value(row)
    return number === null || number === 0 ? <span class="dim">{number === null ? '–' : '0'}</span> : text(number)
  },
})
