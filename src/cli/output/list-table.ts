/** Tables of answers: columns as wide as their widest cell or as the terminal allows, a rule above and below. */
import { padEnd, printable, textWidth, wrap } from './width.ts'

/** Titles of columns, in order, and the rows below them. Cells may have several lines. */
export interface Listing {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const MIN_COLUMN_WIDTH = 8

/** The lines of a table, the last without a newline. Long cells are wrapped so that lines have at most `maxWidth` columns. */
export function listTable({ titles, rows }: Listing, maxWidth: number): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell).split('\n')))
  const widths = fitted(
    titles.map((title, i) =>
      Math.max(textWidth(title), ...cells.map((row) => Math.max(...(row[i] ?? ['']).map(textWidth)))),
    ),
    maxWidth - 3 * titles.length + 1,
  )
  const head = lines(
    titles.map((title) => [title]),
    widths,
  )
  const rule = '-'.repeat(textWidth(head[0]!))
  return [...head, rule, ...cells.flatMap((row) => lines(row, widths)), rule].join('\n')
}

/** Widths with at most `total` in sum: the widest gives way to the next wide, until all fit or all are narrow. */
function fitted(widths: readonly number[], total: number): number[] {
  const result = [...widths]
  for (;;) {
    const excess = result.reduce((sum, width) => sum + width, 0) - total
    const widest = Math.max(...result)
    if (excess <= 0 || widest <= MIN_COLUMN_WIDTH) return result
    const next = Math.max(MIN_COLUMN_WIDTH, ...result.filter((width) => width < widest))
    const column = result.indexOf(widest)
    result[column] = Math.max(next, widest - excess, MIN_COLUMN_WIDTH)
    if (result[column] === widest) result[column] = widest - 1
  }
}

function lines(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const wrapped = row.map((cell, i) => cell.flatMap((text) => wrap(text, widths[i]!)))
  const height = Math.max(...wrapped.map((cell) => cell.length))
  return Array.from({ length: height }, (_, i) =>
    line(
      wrapped.map((cell) => cell[i] ?? ''),
      widths,
    ),
  )
}

const line = (cells: readonly string[], widths: readonly number[]): string =>
  ` ${cells.map((cell, i) => padEnd(cell, widths[i]!)).join(' | ')} `
