/** Rows of answers as objects, whose values are exact: a JSON number that JavaScript cannot hold becomes a bigint or a string. */
import { readColumns, topLevelParts } from '../types/column-text.ts'
import { JsonNumber, type JsonValue, parseJsonValue } from '../types/json-parse.ts'

/**
 * BIGINT: a number, or a bigint beyond 2^53. DECIMAL: a string with all its digits. BYTES: base64. DATE, TIME, TIMESTAMP: text. ARRAY: an array.
 * MAP and STRUCT: an object.
 */
export type Value = null | boolean | number | bigint | string | readonly Value[] | { readonly [name: string]: Value }

export type Row = { readonly [column: string]: Value }

export interface Column {
  readonly name: string
  /** As SQL writes it: `DECIMAL(9, 2)`, `ARRAY<STRING>`. */
  readonly type: string
}

/** The columns of a header such as `` `K` STRING KEY, `N` STRUCT<`A` BIGINT> ``. */
export const columnsOf = (schema: string): Column[] => readColumns(schema).map(({ name, type }) => ({ name, type }))

type Decoder = (value: JsonValue) => Value

/** Makes rows of the text of an array of column values. */
export function rowReader(columns: readonly Column[]): (text: string) => Value[] {
  const decoders = columns.map(({ type }) => decoderOf(type))
  const isPlain = !columns.some(({ type }) => /BIGINT|DECIMAL/.test(type))
  return (text) => {
    if (isPlain) return JSON.parse(text) as Value[]
    return (parseJsonValue(text) as readonly JsonValue[]).map((value, i) => decoders[i]!(value))
  }
}

export const namedRow = (columns: readonly Column[], values: readonly Value[]): Row =>
  Object.fromEntries(columns.map(({ name }, i) => [name, values[i] ?? null]))

function decoderOf(type: string): Decoder {
  const [, kind = '', inner = ''] = /^(\w+)\s*(?:<(.*)>)?/s.exec(type.trim()) ?? []
  switch (kind.toUpperCase()) {
    case 'BIGINT':
      return orNull((value) => exactInteger(numberText(value)))
    case 'DECIMAL':
      return orNull(numberText)
    case 'ARRAY': {
      const item = decoderOf(inner)
      return orNull((value) => (value as readonly JsonValue[]).map(item))
    }
    case 'MAP': {
      const member = decoderOf(topLevelParts(inner)[1] ?? '')
      return orNull((value) => objectOf(value, () => member))
    }
    case 'STRUCT': {
      const members = new Map(columnsOf(inner).map(({ name, type: memberType }) => [name, decoderOf(memberType)]))
      return orNull((value) => objectOf(value, (name) => members.get(name) ?? plain))
    }
    default:
      return plain
  }
}

const orNull =
  (decode: (value: Exclude<JsonValue, null>) => Value): Decoder =>
  (value) =>
    value === null ? null : decode(value)

const numberText = (value: JsonValue): string => (value instanceof JsonNumber ? value.text : String(value))

function exactInteger(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt(text)
}

const objectOf = (value: JsonValue, decoderFor: (name: string) => Decoder): Value =>
  Object.fromEntries(
    [...(value as ReadonlyMap<string, JsonValue>)].map(([name, member]) => [name, decoderFor(name)(member)]),
  )

function plain(value: JsonValue): Value {
  if (value instanceof JsonNumber) return Number(value.text)
  if (value instanceof Map) return objectOf(value, () => plain)
  return Array.isArray(value) ? value.map(plain) : (value as Value)
}
