/** How wide columns are, by their names and the first values in them. */
import type { Column } from '../api/columns.ts'
import type { ResultRow } from '../api/result-lines.ts'
import { cellText } from './table-filter.ts'

const SAMPLE = 60
const NARROWEST = 7
const WIDEST = 44

/** Widths in characters. */
export function columnWidths(columns: readonly Column[], rows: readonly ResultRow[]): number[] {
  const sample = rows.slice(0, SAMPLE)
  return columns.map(({ name }, i) => {
    const longest = sample.reduce(
      (most, { values }) => Math.max(most, cellText(values[i] ?? null).length),
      name.length + 3,
    )
    return Math.min(Math.max(longest + 2, NARROWEST), WIDEST)
  })
}
