/** Values as JSON text in REST rows: exact digits for BIGINT and DECIMAL, times and bytes as text. */
import { encodeBase64 } from './base64.ts'
import type { Decimal } from './decimal.ts'
import { doubleToText } from './double-text.ts'
import { valueText } from './java-text.ts'
import type { MapType, SqlType, StructType } from './sql-type.ts'
import { formatDate, formatTime, formatTimestamp } from './time-text.ts'
import type { Value } from './value.ts'

/** From a value, NULL included, to its JSON text. */
export type JsonWriter = (value: Value) => string

/**
 * Writer for values of `type`: DOUBLE in Java's form (`1.0`, `1.0E10`; `"NaN"` and infinities as strings), BYTES as base64, TIMESTAMP
 * `yyyy-MM-ddTHH:mm:ss.SSS`, DATE `yyyy-MM-dd`, TIME `HH:mm[:ss]`, MAP and STRUCT as objects in their own order.
 */
export function jsonWriter(type: SqlType): JsonWriter {
  const write = nonNullWriter(type)
  return (value) => (value === null ? 'null' : write(value))
}

/** JSON text of one value; for many values of a type make a `jsonWriter` once. */
export const valueToJson = (value: Value, type: SqlType): string => jsonWriter(type)(value)

function nonNullWriter(type: SqlType): JsonWriter {
  switch (type.kind) {
    case 'STRING':
      return JSON.stringify
    case 'DOUBLE':
      return (value) => doubleToJson(value as number)
    case 'DECIMAL':
      return (value) => (value as Decimal).toString()
    case 'BYTES':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'DATE':
      return (value) => `"${formatDate(value as number)}"`
    case 'TIME':
      return (value) => `"${formatTime(value as number)}"`
    case 'TIMESTAMP':
      return (value) => `"${formatTimestamp(value as number)}"`
    case 'ARRAY': {
      const element = jsonWriter(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return mapWriter(type)
    case 'STRUCT':
      return structWriter(type)
    default:
      return String
  }
}

export function doubleToJson(value: number): string {
  return Number.isFinite(value) ? doubleToText(value) : `"${doubleToText(value)}"`
}

function mapWriter(type: MapType): JsonWriter {
  const keyText = valueText(type.key)
  const item = jsonWriter(type.value)
  return (value) =>
    `{${Array.from(value as ReadonlyMap<Value, Value>, ([k, v]) => `${JSON.stringify(keyText(k))}:${item(v)}`).join(',')}}`
}

function structWriter({ fields }: StructType): JsonWriter {
  const names = fields.map(({ name }) => `${JSON.stringify(name)}:`)
  const writers = fields.map((field) => jsonWriter(field.type))
  return (value) => {
    const values = value as readonly Value[]
    return `{${writers.map((write, i) => names[i] + write(values[i] ?? null)).join(',')}}`
  }
}
