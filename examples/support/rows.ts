/** Rows of an answer: compared with what was computed, and shown as a table. */
import type { Answer, Cell, Row } from './example.ts'

/** What differs, in words; null: the answer is what was computed. */
export function difference(rows: readonly Row[], { rows: computed, limit }: Answer): string | null {
  const count = limit ?? computed.length
  if (rows.length !== count) return `${rows.length} rows came, ${count} were computed`
  const left = new Map<string, number>()
  for (const row of computed) left.set(JSON.stringify(row), (left.get(JSON.stringify(row)) ?? 0) + 1)
  for (const row of rows) {
    const text = JSON.stringify(row)
    const times = left.get(text) ?? 0
    if (times === 0) return `${text} was not computed. Computed: ${sample(left)}`
    left.set(text, times - 1)
  }
  return null
}

const sample = (left: ReadonlyMap<string, number>): string =>
  [...left]
    .flatMap(([text, times]) => (times > 0 ? [text] : []))
    .slice(0, 3)
    .join(' ')

/** Sorted by their first cells, so that two runs print the same. */
export function inOrder(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => {
    const i = a.findIndex((cell, index) => JSON.stringify(cell) !== JSON.stringify(b[index]))
    const [left, right] = [a[i], b[i]]
    if (typeof left === 'number' && typeof right === 'number') return left - right
    return JSON.stringify(left ?? null) < JSON.stringify(right ?? null) ? -1 : 1
  })
}

/** Columns as wide as their longest cell; numbers to the right. */
export function table(names: readonly string[], rows: readonly Row[]): string {
  const cells = rows.map((row) => row.map(cellText))
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)))
  const isNumber = names.map((_, i) => rows.some((row) => typeof row[i] === 'number'))
  const line = (texts: readonly string[]) =>
    texts.map((text, i) => (isNumber[i] ? text.padStart(widths[i]!) : text.padEnd(widths[i]!))).join('  ')
  return [line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)]
    .map((text) => `  ${text.trimEnd()}`)
    .join('\n')
}

function cellText(cell: Cell): string {
  if (typeof cell === 'number' && !Number.isInteger(cell)) return cell.toFixed(2)
  if (Array.isArray(cell)) return cell.map(cellText).join(' | ')
  return String(cell)
}
