/**
 * Values as JSON text by SQL type. NULL is `null`. Source: ksqlDB's JSON serde.
 */
import { encodeBase64 } from '../../types/base64.ts'
import { doubleToJson } from '../../types/json-text.ts'
import type { MapType, SqlType, StructType } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import { PlainSource } from './plain.ts'
import { isPlainDouble } from './write-number.ts'

/** From a value, NULL included, to its JSON text. Throws an Error where there is none. */
export type JsonText = (value: Value) => string

export function jsonText(type: SqlType): JsonText {
  const text = nonNullText(type)
  return (value) => (value === null ? 'null' : text(value))
}

function nonNullText(type: SqlType): JsonText {
  switch (type.kind) {
    case 'DOUBLE':
      return (value) => doubleText(value as number)
    case 'BIGINT':
    case 'DECIMAL':
      return String
    case 'BYTES':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'ARRAY': {
      const element = jsonText(type.element)
      return (value) => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return mapText(type)
    case 'STRUCT':
      return structText(type)
    default:
      return JSON.stringify
  }
}

/** As doubleToJson; the usual sizes take the engine's shortest ways to a number's text. */
function doubleText(value: number): string {
  if (isPlainDouble(value)) return `${value}`
  return value !== 0 && (value | 0) === value && value < 1e7 && value > -1e7 ? `${value | 0}.0` : doubleToJson(value)
}

function mapText(type: MapType): JsonText {
  const item = jsonText(type.value)
  return (value) => {
    // A NULL key shows as the text "null": JSON has no other names than texts.
    const members = Array.from(
      value as ReadonlyMap<Value, Value>,
      ([key, member]) => `${JSON.stringify(String(key))}:${item(member)}`,
    )
    return `{${members.join(',')}}`
  }
}

function structText(type: StructType): JsonText {
  const members = type.fields.map((field, i) => ({
    prefix: `${JSON.stringify(field.name)}:`,
    text: jsonText(field.type),
    i,
  }))
  const exact: JsonText = (value) =>
    `{${members.map(({ prefix, text, i }) => prefix + text((value as readonly Value[])[i]!)).join(',')}}`
  const source = new PlainSource()
  const form = source.formOf(type)
  if (form === null) return exact
  const textOf = source.function<(value: Value) => string | undefined>(
    `const plain = ${form.convert}(value)\nreturn plain === undefined ? undefined : stringify(plain)`,
  )
  return (value) => textOf(value) ?? exact(value)
}
