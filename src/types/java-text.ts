/** Values as Java's toString prints them: what CAST(... AS STRING) gives for ARRAY, MAP and STRUCT. */
import { encodeBase64 } from './base64.ts'
import type { Decimal } from './decimal.ts'
import { doubleToText } from './double-text.ts'
import type { MapType, SqlType, StructType } from './sql-type.ts'
import { formatDate, formatTime, formatTimestamp } from './time-text.ts'
import type { Value } from './value.ts'

export type ValueText = (value: Value) => string

/**
 * Printer for values of `type`, NULL included (`null`): `[1, 2]`, `{a=1}`, `Struct{F=1,G=x}`. A struct leaves its NULL fields out
 * (Kafka Connect's Struct). BYTES print as base64, DOUBLE as `1.0E10`.
 */
export function valueText(type: SqlType): ValueText {
  const text = nonNullText(type)
  return (value) => (value === null ? 'null' : text(value))
}

function nonNullText(type: SqlType): ValueText {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => doubleToText(value as number)
    case 'DECIMAL':
      return (value) => (value as Decimal).toString()
    case 'BYTES':
      return (value) => encodeBase64(value as Uint8Array)
    case 'DATE':
      return (value) => formatDate(value as number)
    case 'TIME':
      return (value) => formatTime(value as number)
    case 'TIMESTAMP':
      return (value) => formatTimestamp(value as number)
    case 'ARRAY': {
      const element = valueText(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(', ')}]`
    }
    case 'MAP':
      return mapText(type)
    case 'STRUCT':
      return structText(type)
    default:
      return String
  }
}

function mapText(type: MapType): ValueText {
  const key = valueText(type.key)
  const item = valueText(type.value)
  return (value) => `{${Array.from(value as ReadonlyMap<Value, Value>, ([k, v]) => `${key(k)}=${item(v)}`).join(', ')}}`
}

function structText({ fields }: StructType): ValueText {
  const texts = fields.map((field) => nonNullText(field.type))
  return (value) => {
    const values = value as readonly Value[]
    const shown = fields.flatMap(({ name }, i) => {
      const item = values[i] ?? null
      return item === null ? [] : [`${name}=${texts[i]!(item)}`]
    })
    return `Struct{${shown.join(',')}}`
  }
}
