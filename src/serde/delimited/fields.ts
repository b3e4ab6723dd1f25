/** Values of fields: from text and to text, by SQL type. Source: ksqlDB's KsqlDelimitedDeserializer. */
import { decodeBase64, encodeBase64 } from '../../types/base64.ts'
import { Decimal } from '../../types/decimal.ts'
import { doubleToText, parseDouble } from '../../types/double-text.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { fitDecimal } from '../fit-decimal.ts'
import { parseInt32, parseInt64 } from '../integer-text.ts'
import { isTimeOfDay, TIME_RANGE } from '../time-of-day.ts'

/** From a field's text, which is not empty, to its value. Throws an Error for text that is none. */
export type ParseField = (text: string) => Value

/** A value that is not null as a field's text. */
export type FieldText = (value: Value) => string

/** Null for a type that a field cannot have. */
export function fieldParser(type: SqlType): ParseField | null {
  switch (type.kind) {
    case 'STRING':
      return (text) => text
    case 'BOOLEAN':
      return (text) => text.toLowerCase() === 'true'
    case 'INTEGER':
      return (text) => valid(parseInt32(text), text)
    case 'BIGINT':
      return (text) => valid(parseInt64(text), text)
    case 'DATE':
    case 'TIMESTAMP':
      return (text) => Number(valid(parseInt64(text), text))
    case 'TIME':
      return parseTime
    case 'DOUBLE':
      return parseDouble
    case 'DECIMAL':
      return (text) => fitDecimal(Decimal.parse(text), type)
    case 'BYTES':
      return decodeBase64
    default:
      return null
  }
}

function valid<T>(value: T | null, text: string): T {
  if (value === null) throw new Error(`For input string: "${text}"`)
  return value
}

function parseTime(text: string): number {
  const value = Number(valid(parseInt64(text), text))
  if (!isTimeOfDay(value)) throw new Error(TIME_RANGE)
  return value
}

export function fieldText(type: SqlType): FieldText {
  switch (type.kind) {
    case 'STRING':
      return (value) => value as string
    case 'DOUBLE':
      return (value) => doubleToText(value as number)
    case 'BYTES':
      return (value) => encodeBase64(value as Uint8Array)
    default:
      return String
  }
}
