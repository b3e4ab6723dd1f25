/** The formats of rows that `millrace produce` reads, by name: each turns bytes into JSON objects. */
import { ClientError } from '../client/client-error.ts'
import { csvRows } from './csv-rows.ts'
import type { RowFormat } from './input-row.ts'
import { jsonRows } from './json-rows.ts'
import { lineRows } from './line-rows.ts'

export const ROW_FORMATS = {
  json: jsonRows,
  csv: csvRows(','),
  tsv: csvRows('\t'),
  lines: lineRows,
} as const satisfies Record<string, RowFormat>

export type RowFormatName = keyof typeof ROW_FORMATS

/** Other names of formats. */
const ALIASES: Readonly<Record<string, RowFormatName>> = {
  ndjson: 'json',
  jsonl: 'json',
  txt: 'lines',
  log: 'lines',
  text: 'lines',
}

/** The format called `name`, in any case. Throws a ClientError that lists the formats. */
export function rowFormatNamed(name: string): RowFormatName {
  const format = formatOf(name.toLowerCase())
  if (format !== null) return format
  throw new ClientError(`There is no format '${name}'. Formats: ${Object.keys(ROW_FORMATS).join(', ')}, ndjson.`)
}

/** The format that a file's extension names; JSON for others and for standard input. */
export const rowFormatOfFile = (name: string): RowFormatName =>
  formatOf(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '') ?? 'json'

const formatOf = (name: string): RowFormatName | null =>
  Object.hasOwn(ROW_FORMATS, name) ? (name as RowFormatName) : (ALIASES[name] ?? null)
