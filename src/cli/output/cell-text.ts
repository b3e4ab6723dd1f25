/** Values of rows as text for people. */
import { JsonNumber, type JsonValue } from '../../types/json-parse.ts'
import type { ResultColumn } from './schema-text.ts'

/** A row of a query's answer. */
export interface ResultRow {
  readonly columns: readonly JsonValue[]
  /** Whether the row was deleted: its key, and NULL in all other columns. */
  readonly tombstone: boolean
}

/** Columns that hold a time as epoch milliseconds. Their names are reserved. */
const TIMES: ReadonlySet<string> = new Set(['ROWTIME', 'WINDOWSTART', 'WINDOWEND'])

/** Texts of the cells of rows with the same columns. */
export class CellText {
  readonly #isTime: readonly boolean[]

  constructor(columns: readonly ResultColumn[]) {
    this.#isTime = columns.map(({ name, type }) => TIMES.has(name) && type === 'BIGINT')
  }

  /** One text per column. */
  of({ columns, tombstone }: ResultRow): string[] {
    return columns.map((value, i) => {
      if (value === null) return tombstone ? '<TOMBSTONE>' : 'NULL'
      return this.#isTime[i] === true && value instanceof JsonNumber ? timeText(value) : cellText(value)
    })
  }
}

/** ISO 8601 in UTC, as TIMESTAMP columns are shown; a number beyond what a date can be stays one. */
function timeText({ text }: JsonNumber): string {
  const date = new Date(Number(text))
  return Number.isNaN(date.getTime()) ? text : date.toISOString()
}

/** A value as ksqlDB's command line prints it: text without quotes, `[1, 2]`, `{A=1}`; but NULL in capitals, unlike the text `null`. */
export function cellText(value: JsonValue): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Map) return `{${[...value].map(([name, item]) => `${name}=${cellText(item)}`).join(', ')}}`
  return `[${(value as readonly JsonValue[]).map(cellText).join(', ')}]`
}
