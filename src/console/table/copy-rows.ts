/** Rows as text for the clipboard. */
import type { Column } from '../api/columns.ts'
import { exactText, type Json } from '../api/exact-json.ts'
import type { ResultRow } from '../api/result-lines.ts'
import { cellText } from './table-filter.ts'

/** One object a line, as /inserts-stream takes them. */
export function rowsAsJson(columns: readonly Column[], rows: readonly ResultRow[]): string {
  const object = ({ values }: ResultRow): Json =>
    Object.fromEntries(columns.map(({ name }, i) => [name, values[i] ?? null]))
  return rows.map((row) => `${exactText(object(row))}\n`).join('')
}

/** With a line of names first. NULL is an empty field, an empty text a quoted one. Source: RFC 4180. */
export function rowsAsCsv(columns: readonly Column[], rows: readonly ResultRow[]): string {
  const lines = [
    columns.map(({ name }) => quoted(name)),
    ...rows.map(({ values }) => columns.map((_column, i) => csvField(values[i] ?? null))),
  ]
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('')
}

const csvField = (value: Json): string => (value === null ? '' : value === '' ? '""' : quoted(cellText(value)))

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
