/** Tables of answers: columns are as wide as their widest cell, the last one as the terminal allows, with a rule above and below. */
import { padEnd, printable, textWidth, wrap } from './width.ts'

/** Titles of columns, in order, and the rows below them. Cells may have several lines. */
export interface Listing {
  readonly titles: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const MIN_LAST_WIDTH = 20

/**
 * The lines of a table, the last without a newline. Where lines would have more than `maxWidth` columns, long titles and the long cells of
 * the last column are wrapped.
 */
export function listTable({ titles, rows }: Listing, maxWidth: number): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell).split('\n')))
  const widths = fitted(
    titles,
    titles.map((_title, i) => Math.max(0, ...cells.map((row) => Math.max(...(row[i] ?? ['']).map(textWidth))))),
    maxWidth - 3 * titles.length + 1,
  )
  const head = lines(
    titles.map((title) => [title]),
    widths,
  )
  const rule = '-'.repeat(textWidth(head[0]!))
  return [...head, rule, ...cells.flatMap((row) => lines(row, widths)), rule].join('\n')
}

/** Names keep their lines, so that they can be copied. `contents`: widths of the widest cells. */
function fitted(titles: readonly string[], contents: readonly number[], total: number): number[] {
  const wide = titles.map((title, i) => Math.max(textWidth(title), contents[i]!))
  const longestWord = (title: string) => Math.max(...title.split(' ').map(textWidth))
  const narrow = titles.map((title, i) => Math.max(longestWord(title), contents[i]!))
  const needed = sum(wide.slice(0, -1)) + Math.min(wide.at(-1)!, MIN_LAST_WIDTH)
  const widths = needed <= total ? wide : narrow
  const left = total - sum(widths.slice(0, -1))
  return [...widths.slice(0, -1), Math.min(widths.at(-1)!, Math.max(MIN_LAST_WIDTH, left))]
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

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
