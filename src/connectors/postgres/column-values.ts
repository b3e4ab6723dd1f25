/**
 * Values of PostgreSQL as JSON, from the texts that the server writes in the sessions of session.ts.
 * Nothing is rounded: numbers keep their digits. Shapes are those of Debezium's PostgreSQL connector where JSON can hold them exactly.
 */
import { parse as parseArray } from 'postgres-array'
import { dateJson, instantJson, type TimeUnits, timeJson, timestampJson, zonedTimeJson } from './column-times.ts'

/** A type as the catalogue has it, domains resolved. */
export interface ColumnType {
  /** `pg_type.typname`. */
  readonly name: string
  /** Type of the elements of an array; null: it is none. */
  readonly element: ColumnType | null
  /** Length or precision as `atttypmod` has it; -1: none. */
  readonly modifier: number
}

export interface ValueOptions {
  readonly times: TimeUnits
  readonly decimals: 'precise' | 'string'
}

/** JSON text of a value. */
export type ToJson = (text: string) => string

const string: ToJson = JSON.stringify
/** NaN and infinities, which JSON does not have, are strings. */
const number: ToJson = (text) => (/^-?\d/.test(text) ? text : JSON.stringify(text))

/** Makes JSON of the texts of a type. */
export function jsonOf(type: ColumnType, options: ValueOptions): ToJson {
  const { element } = type
  if (element !== null) return arrayOf(jsonOf(element, options))
  const { times, decimals } = options
  switch (type.name) {
    case 'bool':
      return (text) => (text === 't' ? 'true' : 'false')
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'float4':
    case 'float8':
      return number
    case 'numeric':
      return decimals === 'string' ? string : number
    case 'bytea':
      return (text) => JSON.stringify(Buffer.from(text.slice(2), 'hex').toString('base64'))
    case 'bit':
      return type.modifier === 1 ? (text) => (text === '1' ? 'true' : 'false') : bitsJson
    case 'varbit':
      return bitsJson
    case 'money':
      return moneyJson(decimals === 'string' ? string : number)
    case 'point':
      return pointJson
    case 'hstore':
      return hstoreJson
    case 'date':
      return dateJson
    case 'time':
      return timeJson(type.modifier, times)
    case 'timetz':
      return zonedTimeJson
    case 'timestamp':
      return timestampJson(type.modifier, times)
    case 'timestamptz':
      return instantJson(type.modifier, times)
    default:
      return string
  }
}

/** Bits as bytes in Base64: the lowest byte first, up to the highest that is not zero. */
const bitsJson: ToJson = (text) => {
  const first = text.indexOf('1')
  const bytes = Buffer.alloc(first < 0 ? 0 : Math.ceil((text.length - first) / 8))
  for (let bit = 0; bit < text.length; bit++)
    if (text[text.length - 1 - bit] === '1') bytes[bit >> 3]! |= 1 << (bit & 7)
  return JSON.stringify(bytes.toString('base64'))
}

/** An amount as the locales of dollars write it is its number; any other stays as it is, since it may have other digits behind its comma. */
const moneyJson =
  (amount: ToJson): ToJson =>
  (text) => {
    const [, sign, digits] = /^(-?)\$((?:\d+|\d{1,3}(?:,\d{3})+)\.\d\d)$/.exec(text) ?? []
    return digits === undefined ? JSON.stringify(text) : amount(`${sign}${digits.replaceAll(',', '')}`)
  }

/** `(1,2)` with its well-known binary form: little endian, a point. */
const pointJson: ToJson = (text) => {
  const [x, y] = text.slice(1, -1).split(',').map(Number) as [number, number]
  const wkb = Buffer.alloc(21)
  wkb.writeUInt8(1, 0)
  wkb.writeUInt32LE(1, 1)
  wkb.writeDoubleLE(x, 5)
  wkb.writeDoubleLE(y, 13)
  return JSON.stringify({ x, y, wkb: wkb.toString('base64'), srid: null })
}

/** `"a"=>"1", "b"=>NULL` as the text of a JSON object. Source: PostgreSQL documentation, "hstore: external representation". */
const hstoreJson: ToJson = (text) => {
  const pairs = [...text.matchAll(/"((?:[^"\\]|\\.)*)"=>(?:"((?:[^"\\]|\\.)*)"|NULL)/gs)]
  const plain = (quoted: string) => quoted.replaceAll(/\\(.)/gs, '$1')
  const members = pairs.map(([, key, value]) => [plain(key!), value === undefined ? null : plain(value)] as const)
  return JSON.stringify(JSON.stringify(Object.fromEntries(members)))
}

type Nested = readonly (string | null | Nested)[]

function arrayOf(element: ToJson): ToJson {
  const join = (items: Nested): string =>
    `[${items.map((item) => (typeof item === 'object' && item !== null ? join(item) : (item ?? 'null'))).join(',')}]`
  return (text) => join(parseArray(text, element) as Nested)
}
