/**
 * Keys of stores. A single column of type STRING, INTEGER, DOUBLE, DATE, TIME or TIMESTAMP is its own value; every other key is a text
 * that orders like the columns do:
 *
 *   key     = column*
 *   column  = '0' (NULL) | '1' body
 *   body    = BOOLEAN '0' | '1'
 *           | INTEGER, BIGINT, DATE, TIME, TIMESTAMP, DOUBLE: 64 bits, biased so that they order unsigned, in five characters
 *           | STRING: its characters, those up to U+0006 escaped, then U+0005;   BYTES: hex digits, then U+0005
 *           | DECIMAL: sign, number of digits, digits (of a negative: all complemented)
 *           | ARRAY: column*, then U+0005;   STRUCT: column* of its fields;   MAP: (column column)* by key, then U+0005
 *
 * As a column never starts with U+0005, the text of a key's first columns is a prefix of the whole key's: what range scans use. No text
 * holds a character below U+0005: ordered-binary, which writes LMDB's keys, escapes those in short texts only.
 */
import { assertNever } from '../assert.ts'
import { fromBigInt, type Int64 } from '../types/bigint64.ts'
import { Decimal } from '../types/decimal.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row, Value } from '../types/value.ts'
import type { StoreKey } from './store.ts'

export interface KeyCodec<Key extends StoreKey = StoreKey> {
  /** `row` has the columns of the types; a key of a single column is not NULL. */
  readonly encode: (row: Row) => Key
  readonly decode: (key: Key) => Row
}

/** The order of a store's keys, which are all numbers or all texts. */
export const compareKeys = (a: StoreKey, b: StoreKey): number => (a < b ? -1 : a > b ? 1 : 0)

/** The codec of keys with columns of these types, at least one. */
export function keyCodec(types: readonly SqlType[]): KeyCodec {
  return types.length === 1 && isOwnKey(types[0]!) ? (OWN_VALUE as KeyCodec) : (textCodec(types) as KeyCodec)
}

/** Always the text form, also for a single column. */
export function textCodec(types: readonly SqlType[]): KeyCodec<string> {
  const columns = types.map(columnCodec)
  return {
    encode(row) {
      let text = ''
      for (let i = 0; i < columns.length; i++) text += writeColumn(columns[i]!, row[i]!)
      return text
    },
    decode(text) {
      const cursor = { text, at: 0 }
      return columns.map((column) => readColumn(column, cursor))
    },
  }
}

/** Every key text that starts with `prefix`: a range with both ends included. */
export const prefixRange = (prefix: string): { readonly from: string; readonly to: string } => ({
  from: prefix,
  to: `${prefix}\uffff`,
})

const OWN_KEYS: ReadonlySet<SqlType['kind']> = new Set(['STRING', 'INTEGER', 'DOUBLE', 'DATE', 'TIME', 'TIMESTAMP'])
const isOwnKey = (type: SqlType): boolean => OWN_KEYS.has(type.kind)
const OWN_VALUE: KeyCodec = { encode: (row) => row[0] as StoreKey, decode: (key) => [key] }

const NULL_TAG = '0'
const VALUE_TAG = '1'
const END = '\u0005'
const ESCAPE = '\u0006'

interface Cursor {
  readonly text: string
  at: number
}

interface ColumnCodec {
  readonly write: (value: Value) => string
  readonly read: (cursor: Cursor) => Value
}

const writeColumn = (codec: ColumnCodec, value: Value): string =>
  value === null ? NULL_TAG : VALUE_TAG + codec.write(value)

const readColumn = (codec: ColumnCodec, cursor: Cursor): Value =>
  cursor.text[cursor.at++] === NULL_TAG ? null : codec.read(cursor)

function columnCodec(type: SqlType): ColumnCodec {
  switch (type.kind) {
    case 'BOOLEAN':
      return BOOLEAN_CODEC
    case 'INTEGER':
    case 'BIGINT':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return INTEGER_CODEC
    case 'DOUBLE':
      return DOUBLE_CODEC
    case 'STRING':
      return STRING_CODEC
    case 'BYTES':
      return BYTES_CODEC
    case 'DECIMAL':
      return decimalCodec(type.scale)
    case 'ARRAY':
      return arrayCodec(columnCodec(type.element))
    case 'STRUCT':
      return structCodec(type.fields.map((field) => columnCodec(field.type)))
    case 'MAP':
      return mapCodec(columnCodec(type.key), columnCodec(type.value))
    default:
      return assertNever(type)
  }
}

const BOOLEAN_CODEC: ColumnCodec = {
  write: (value) => (value === true ? '1' : '0'),
  read: (cursor) => cursor.text[cursor.at++] === '1',
}

const WIDTH = 5
const OFFSET = 32 // keeps the characters clear of the control characters that stores escape
const SIGN = 0x80000000

/** 64 bits, most significant first, as five characters of 12 and 4 x 13 bits. */
function write64(high: number, low: number): string {
  return String.fromCharCode(
    (high >>> 20) + OFFSET,
    ((high >>> 7) & 0x1fff) + OFFSET,
    (((high & 0x7f) << 6) | (low >>> 26)) + OFFSET,
    ((low >>> 13) & 0x1fff) + OFFSET,
    (low & 0x1fff) + OFFSET,
  )
}

function read64(cursor: Cursor): { high: number; low: number } {
  const { text, at } = cursor
  cursor.at += WIDTH
  const part = (index: number) => text.charCodeAt(at + index) - OFFSET
  const middle = part(2)
  return {
    high: ((part(0) << 20) | (part(1) << 7) | (middle >>> 6)) >>> 0,
    low: (((middle & 0x3f) << 26) | (part(3) << 13) | part(4)) >>> 0,
  }
}

const INTEGER_CODEC: ColumnCodec = {
  write(value) {
    if (typeof value === 'number') return write64((Math.floor(value / 2 ** 32) ^ SIGN) >>> 0, value >>> 0)
    const bits = BigInt.asUintN(64, value as bigint)
    return write64((Number(bits >> 32n) ^ SIGN) >>> 0, Number(bits & 0xffffffffn))
  },
  read(cursor): Int64 {
    const { high, low } = read64(cursor)
    const signed = high ^ SIGN
    const value = signed * 2 ** 32 + low
    return Number.isSafeInteger(value) ? value : fromBigInt((BigInt(signed) << 32n) | BigInt(low))
  },
}

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
const [LOW, HIGH] = (() => {
  double[0] = 1 // 0x3ff00000_00000000: the non-zero word is the high one
  return words[0] === 0 ? [0, 1] : [1, 0]
})() as [number, number]

/** IEEE bits order like the numbers once the sign bit of positives, and all bits of negatives, are flipped. */
const DOUBLE_CODEC: ColumnCodec = {
  write(value) {
    double[0] = value as number
    const high = words[HIGH]!
    const low = words[LOW]!
    return high >= SIGN ? write64(~high >>> 0, ~low >>> 0) : write64((high ^ SIGN) >>> 0, low)
  },
  read(cursor) {
    const { high, low } = read64(cursor)
    words[HIGH] = high >= SIGN ? high ^ SIGN : ~high
    words[LOW] = high >= SIGN ? low : ~low
    return double[0]!
  },
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that the encoding reserves
const RESERVED = /[\u0000-\u0006]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same, all of them
const ALL_RESERVED = /[\u0000-\u0006]/g

const STRING_CODEC: ColumnCodec = {
  write(value) {
    const text = value as string
    return (RESERVED.test(text) ? text.replace(ALL_RESERVED, escapeCharacter) : text) + END
  },
  read(cursor) {
    const text = readToEnd(cursor)
    return text.includes(ESCAPE) ? restoreEscaped(text) : text
  },
}

/** U+0000 to U+0006 become U+0006 and a space to an ampersand: above the end mark, below any other character, in their order. */
const escapeCharacter = (character: string): string => ESCAPE + String.fromCharCode(character.charCodeAt(0) + OFFSET)

function restoreEscaped(text: string): string {
  let result = ''
  for (let i = 0; i < text.length; i++)
    result += text[i] === ESCAPE ? String.fromCharCode(text.charCodeAt(++i) - OFFSET) : text[i]
  return result
}

function readToEnd(cursor: Cursor): string {
  const end = cursor.text.indexOf(END, cursor.at)
  const text = cursor.text.slice(cursor.at, end)
  cursor.at = end + 1
  return text
}

const BYTES_CODEC: ColumnCodec = {
  write: (value) => Buffer.from(value as Uint8Array).toString('hex') + END,
  read: (cursor) => new Uint8Array(Buffer.from(readToEnd(cursor), 'hex')),
}

/** Digits of the unscaled value at the type's scale; their number comes first, so that longer ones order after shorter ones. */
const decimalCodec = (scale: number): ColumnCodec => ({
  write(value) {
    const { unscaled } = (value as Decimal).rescale(scale, 'HALF_UP')
    if (unscaled >= 0n) {
      const digits = unscaled.toString()
      return `1${String.fromCharCode(OFFSET + digits.length)}${digits}`
    }
    const digits = (-unscaled).toString()
    return `0${String.fromCharCode(COMPLEMENT - digits.length)}${complement(digits)}`
  },
  read(cursor) {
    const positive = cursor.text[cursor.at] === '1'
    const size = cursor.text.charCodeAt(cursor.at + 1)
    const start = cursor.at + 2
    const length = positive ? size - OFFSET : COMPLEMENT - size
    cursor.at = start + length
    const digits = cursor.text.slice(start, cursor.at)
    return new Decimal(positive ? BigInt(digits) : -BigInt(complement(digits)), scale)
  },
})

const COMPLEMENT = 0x7fff
const complement = (digits: string): string => {
  let result = ''
  for (let i = 0; i < digits.length; i++) result += 57 - digits.charCodeAt(i) // 57 is '9'
  return result
}

const arrayCodec = (element: ColumnCodec): ColumnCodec => ({
  write(value) {
    let text = ''
    for (const item of value as readonly Value[]) text += writeColumn(element, item)
    return text + END
  },
  read(cursor) {
    const items: Value[] = []
    while (cursor.text[cursor.at] !== END) items.push(readColumn(element, cursor))
    cursor.at++
    return items
  },
})

const structCodec = (fields: readonly ColumnCodec[]): ColumnCodec => ({
  write: (value) => fields.map((field, i) => writeColumn(field, (value as readonly Value[])[i]!)).join(''),
  read: (cursor) => fields.map((field) => readColumn(field, cursor)),
})

const mapCodec = (key: ColumnCodec, value: ColumnCodec): ColumnCodec => ({
  write(entries) {
    const texts = [...(entries as ReadonlyMap<Value, Value>)].map(
      ([k, v]) => writeColumn(key, k) + writeColumn(value, v),
    )
    return texts.sort(byCodeUnit).join('') + END
  },
  read(cursor) {
    const entries = new Map<Value, Value>()
    while (cursor.text[cursor.at] !== END) entries.set(readColumn(key, cursor), readColumn(value, cursor))
    cursor.at++
    return entries
  },
})

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
