/** Rows as JSON arrays, exact for BIGINT and DECIMAL. */
import { jsonWriter } from './json-text.ts'
import type { SqlType } from './sql-type.ts'
import type { Row } from './value.ts'

/** From a row to `[1,"a",null]`. */
export type RowWriter = (row: Row) => string

/** Rows as the texts of JSON arrays with a newline between two of them; no text has one inside. */
export interface JsonRows {
  readonly count: number
  readonly text: string
}

export function rowWriter(types: readonly SqlType[]): RowWriter {
  const writers = types.map(jsonWriter)
  return (row) => {
    let text = '['
    for (let i = 0; i < writers.length; i++) {
      if (i > 0) text += ','
      text += writers[i]!(row[i] ?? null)
    }
    return `${text}]`
  }
}

export function jsonRows(rows: readonly Row[], write: RowWriter): JsonRows {
  let text = ''
  for (let i = 0; i < rows.length; i++) {
    if (i > 0) text += '\n'
    text += write(rows[i]!)
  }
  return { count: rows.length, text }
}

/** The first rows, at most `limit`. */
export function firstRows({ count, text }: JsonRows, limit: number): JsonRows {
  if (count <= limit) return { count, text }
  return { count: limit, text: text.split('\n', limit).join('\n') }
}
