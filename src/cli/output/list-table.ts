/** Tables of answers: columns as wide as their widest cell, a rule above and below. */
import { padEnd, printable, textWidth } from './width.ts'

/** The lines of a table, the last without a newline. Cells may have several lines. */
export function listTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell).split('\n')))
  const widths = titles.map((title, i) =>
    Math.max(textWidth(title), ...cells.map((row) => Math.max(...(row[i] ?? ['']).map(textWidth)))),
  )
  const head = line(titles, widths)
  const rule = '-'.repeat(textWidth(head))
  return [head, rule, ...cells.flatMap((row) => lines(row, widths)), rule].join('\n')
}

function lines(row: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const height = Math.max(...row.map((cell) => cell.length))
  return Array.from({ length: height }, (_, i) =>
    line(
      row.map((cell) => cell[i] ?? ''),
      widths,
    ),
  )
}

const line = (cells: readonly string[], widths: readonly number[]): string =>
  ` ${cells.map((cell, i) => padEnd(cell, widths[i] ?? 0)).join(' | ')} `
