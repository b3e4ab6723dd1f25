/**
 * Values of fields in lines that people and programs write for each other: as DELIMITED has them, except that a boolean must be one, and that
 * dates and times are in ISO 8601; a TIMESTAMP may be a number of milliseconds, too.
 */
import type { SqlType } from '../../types/sql-type.ts'
import { formatDate, formatTimestamp, parseDate, parseTime, parseTimestamp } from '../../types/time-text.ts'
import { type FieldText, fieldParser, fieldText, type ParseField } from '../delimited/fields.ts'

/** Null for a type that a field cannot have. The parser throws an Error for text that is no such value. */
export function lineFieldParser(type: SqlType): ParseField | null {
  switch (type.kind) {
    case 'BOOLEAN':
      return parseBoolean
    case 'DATE':
      return parseDate
    case 'TIME':
      return parseTime
    case 'TIMESTAMP':
      return timestampOf
    default:
      return fieldParser(type)
  }
}

export function lineFieldText(type: SqlType): FieldText {
  switch (type.kind) {
    case 'DATE':
      return (value) => formatDate(value as number)
    case 'TIME':
      return (value) => formatTimestamp(value as number).slice(CLOCK)
    case 'TIMESTAMP':
      return (value) => formatTimestamp(value as number)
    default:
      return fieldText(type)
  }
}

/** Where the clock begins in a timestamp, counted from its end. */
const CLOCK = -'HH:mm:ss.SSS'.length

function parseBoolean(text: string): boolean {
  const word = text.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  throw new Error(`For input string: "${text}"`)
}

/** A year alone has four digits, so a number has more. */
const EPOCH_MS = /^-?\d{5,}$/

const timestampOf = (text: string): number => (EPOCH_MS.test(text) ? Number(text) : parseTimestamp(text))
