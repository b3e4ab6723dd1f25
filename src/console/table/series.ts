/** A numeric column over time, as lines of a chart: one line, or one for each of the most frequent values of another column. */
import { type Column, isNumeric } from '../api/columns.ts'
import { ExactNumber, type Json } from '../api/exact-json.ts'
import type { ResultRow } from '../api/result-lines.ts'
import type { ChartData } from '../parts/chart-data.ts'
import { cellText } from './table-filter.ts'

export interface SeriesChoice {
  readonly value: number
  /** Column whose values are lines of their own; null: all rows are one line. */
  readonly split: number | null
}

/** A chart is about this many points wide; more could not be told apart. */
const MOST_POINTS = 600
const MOST_LINES = 8
/** Rows that are looked at, the newest, to choose a column. */
const SPLIT_ROWS = 500

/** Columns that say when a row was true, the best first. */
const TIME_COLUMNS = ['ROWTIME', 'WINDOWSTART', 'WINDOWEND']

/** The column for the time of rows; -1: the time at which they came. */
export const timeColumn = (columns: readonly Column[]): number =>
  TIME_COLUMNS.map((name) => columns.findIndex((column) => column.name.toUpperCase() === name)).find((i) => i >= 0) ??
  -1

/** The numeric column that is drawn at first; -1: there is none. */
export function drawnColumn(columns: readonly Column[]): number {
  const isTime = ({ name }: Column) => TIME_COLUMNS.includes(name.toUpperCase())
  const value = columns.findIndex((column) => isNumeric(column) && !isTime(column))
  return value >= 0 ? value : columns.findIndex(isNumeric)
}

/**
 * The column of text whose values are lines at first: the first that has as few values as a chart can tell apart, and several rows for each. Null:
 * there is none.
 */
export function likelySplit(columns: readonly Column[], rows: readonly ResultRow[]): number | null {
  const looked = rows.slice(-SPLIT_ROWS)
  for (const [index, { type }] of columns.entries()) {
    if (!/^(?:STRING|VARCHAR)\b/.test(type)) continue
    const values = new Set(looked.map((row) => cellText(row.values[index] ?? null)))
    if (values.size > 1 && values.size <= MOST_LINES && values.size * 2 <= looked.length) return index
  }
  return null
}

/** The last value of each line within each step of time. */
export function seriesOf(columns: readonly Column[], rows: readonly ResultRow[], choice: SeriesChoice): ChartData {
  const time = timeColumn(columns)
  const timeOf = (row: ResultRow) => (time < 0 ? row.arrivedAt : (numberOf(row.values[time] ?? null) ?? row.arrivedAt))
  const labels = labelsOf(columns, rows, choice)
  const [first, last] = rangeOf(rows, timeOf)
  const stepMs = Math.max(1, (last - first) / MOST_POINTS)
  const points = new Map<number, (number | null)[]>()
  for (const row of rows) {
    const value = numberOf(row.values[choice.value] ?? null)
    const line = choice.split === null ? 0 : labels.indexOf(cellText(row.values[choice.split] ?? null))
    if (value === null || line < 0) continue
    const step = Math.floor((timeOf(row) - first) / stepMs)
    const values = points.get(step) ?? labels.map(() => null)
    values[line] = value
    points.set(step, values)
  }
  const steps = [...points.keys()].sort((a, b) => a - b)
  return {
    times: steps.map((step) => (first + step * stepMs) / 1000),
    lines: labels.map((label, line) => ({ label, values: steps.map((step) => points.get(step)![line]!) })),
  }
}

function labelsOf(columns: readonly Column[], rows: readonly ResultRow[], { value, split }: SeriesChoice): string[] {
  if (split === null) return [columns[value]?.name ?? '']
  const counts = new Map<string, number>()
  for (const { values } of rows) {
    const label = cellText(values[split] ?? null)
    counts.set(label, (counts.get(label) ?? 0) + 1)
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST_LINES)
    .map(([label]) => label)
}

function rangeOf(rows: readonly ResultRow[], timeOf: (row: ResultRow) => number): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const time = timeOf(row)
    if (time < first) first = time
    if (time > last) last = time
  }
  return [first, last]
}

function numberOf(value: Json): number | null {
  if (value instanceof ExactNumber) return Number(value)
  return typeof value === 'number' ? value : null
}
