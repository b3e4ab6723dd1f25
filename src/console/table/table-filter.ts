/**
 * The filter of a table: terms that a row must all match. `text` stands in any column, `column:text` in one, and `column>5` compares; a term with
 * blanks stands in double quotes.
 */
import type { Column } from '../api/columns.ts'
import { ExactNumber, exactText, type Json } from '../api/exact-json.ts'

export type RowTest = (values: readonly Json[]) => boolean

/** Null: the filter is empty, so that all rows pass. */
export function compileFilter(filter: string, columns: readonly Column[]): RowTest | null {
  const tests = (filter.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? []).map((term) =>
    compileTerm(term.replaceAll('"', ''), columns),
  )
  if (tests.length === 0) return null
  return (values) => tests.every((test) => test(values))
}

function compileTerm(term: string, columns: readonly Column[]): RowTest {
  const [, name = '', mark = '', wanted = ''] = /^([^:<>=!]+)(:|>=|<=|!=|>|<|=)(.*)$/s.exec(term) ?? []
  const column = columns.findIndex((one) => one.name.toLowerCase() === name.toLowerCase())
  if (column < 0) return containsText(term)
  if (mark === ':') {
    const lower = wanted.toLowerCase()
    return (values) =>
      cellText(values[column] ?? null)
        .toLowerCase()
        .includes(lower)
  }
  const holds = COMPARISONS[mark]!
  return (values) => {
    const value = values[column] ?? null
    return value !== null && holds(compareCells(value, asCell(wanted, value)))
  }
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
}

function containsText(text: string): RowTest {
  const lower = text.toLowerCase()
  return (values) => values.some((value) => cellText(value).toLowerCase().includes(lower))
}

/** What the user has typed, in the kind of the cell that it is compared with. */
function asCell(typed: string, like: Json): Json {
  if (typeof like === 'number' || like instanceof ExactNumber) return typed === '' ? null : Number(typed)
  if (typeof like === 'boolean') return typed.toLowerCase() === 'true'
  return typed
}

/** A cell on one line. */
export function cellText(value: Json): string {
  if (value === null) return ''
  if (typeof value === 'string') return value
  return typeof value === 'object' && !(value instanceof ExactNumber) ? exactText(value) : String(value)
}

/** Ascending; null first; numbers by size, everything else as text. */
export function compareCells(a: Json, b: Json): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null) || 0
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b)
  const left = cellText(a)
  const right = cellText(b)
  return left < right ? -1 : Number(left > right)
}

const isNumber = (value: Json): value is number | ExactNumber =>
  typeof value === 'number' || value instanceof ExactNumber

function compareNumbers(a: number | ExactNumber, b: number | ExactNumber): number {
  const difference = Number(a) - Number(b)
  const left = String(a)
  const right = String(b)
  if (difference !== 0 || !INTEGER.test(left) || !INTEGER.test(right)) return difference
  return Number(BigInt(left) - BigInt(right))
}

const INTEGER = /^-?\d+$/
