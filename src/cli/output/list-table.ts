/** Tables of answers: columns are as wide as their widest cell, the last one as the terminal allows, with a rule above and below. */
import { padEnd, printable, textWidth, wrap } from './width.ts'

/** Titles of columns, in order, and the rows below them. Cells may have several lines. */
export interface Listing {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const MIN_LAST_WIDTH = 20

/**
 * The lines of a table, the last without a newline. Long cells of the last column are wrapped, so that lines have at most
 * `maxWidth` columns where possible.
 */
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

/** Wraps the last column, the longest text of most lists. Names keep their lines, so that they can be copied. */
function fitted(widths: readonly number[], total: number): number[] {
  const names = widths.slice(0, -1)
  const left = total - names.reduce((sum, width) => sum + width, 0)
  return [...names, Math.min(widths.at(-1)!, Math.max(MIN_LAST_WIDTH, left))]
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
