/** CAST, compiled once per pair of types. A number that does not fit the target type is an error. */
import { decodeBase64 } from './base64.ts'
import { fromBigInt, type Int64, isInt64, MAX_INT32, MIN_INT32, toInt32 } from './bigint64.ts'
import { Decimal, toDecimalType } from './decimal.ts'
import { doubleToText, parseDouble } from './double-text.ts'
import { valueText } from './java-text.ts'
import { type DecimalType, equalTypes, type MapType, type SqlType, type StructType } from './sql-type.ts'
import { trim, withAsciiDigits } from './text-input.ts'
import {
  DAY_MS,
  dateOfTimestamp,
  formatDate,
  formatTime,
  formatTimestamp,
  parseDate,
  parseTime,
  parseTimestamp,
  timeOfTimestamp,
} from './time-text.ts'
import type { Value } from './value.ts'

/** NULL gives NULL (unless `nullsAsText`); throws an Error on a value that the target type cannot take. */
export type Cast = (value: Value) => Value

export interface CastOptions {
  /** NULL cast to STRING gives the text `null`: `ksql.cast.strings.preserve.nulls` = false. */
  readonly nullsAsText?: boolean
  /** BIGINT to INTEGER keeps the low 32 bits, as ksqlDB does, instead of failing. */
  readonly wraps?: boolean
}

/** The cast from `from` to `to`; null where the dialect has none. */
export function castFunction(from: SqlType, to: SqlType, options: CastOptions = {}): Cast | null {
  const cast = nonNullCast(from, to, options)
  if (cast === null) return null
  if (to.kind === 'STRING' && options.nullsAsText === true) return (value) => (value === null ? 'null' : cast(value))
  return cast === same ? same : (value) => (value === null ? null : cast(value))
}

const same: Cast = (value) => value

function nonNullCast(from: SqlType, to: SqlType, options: CastOptions): Cast | null {
  if (equalTypes(from, to)) return same
  switch (from.kind) {
    case 'BOOLEAN':
      return to.kind === 'STRING' ? String : null
    case 'INTEGER':
    case 'BIGINT':
      return fromInteger(to, options)
    case 'DECIMAL':
      return fromDecimal(to)
    case 'DOUBLE':
      return fromDouble(to)
    case 'STRING':
      return fromText(to)
    case 'TIME':
      return to.kind === 'STRING' ? (value) => formatTime(value as number) : null
    case 'DATE':
      return fromDate(to)
    case 'TIMESTAMP':
      return fromTimestamp(to)
    case 'BYTES':
      return null
    default:
      return to.kind === 'STRING' ? valueText(from) : castStructure(from, to, options)
  }
}

function fromInteger(to: SqlType, { wraps = false }: CastOptions): Cast | null {
  switch (to.kind) {
    case 'INTEGER':
      return wraps ? (value) => toInt32(value as Int64) : (value) => exactInt32(value as Int64)
    case 'BIGINT':
      return same
    case 'DECIMAL':
      return (value) => ofDecimalType(Decimal.fromInteger(value as Int64), to)
    case 'DOUBLE':
      return Number
    case 'STRING':
      return String
    default:
      return null
  }
}

function fromDecimal(to: SqlType): Cast | null {
  switch (to.kind) {
    case 'INTEGER':
      return (value) => exactInt32(fromBigInt((value as Decimal).toBigInt()))
    case 'BIGINT':
      return (value) => exactInt64((value as Decimal).toBigInt())
    case 'DECIMAL':
      return (value) => ofDecimalType(value as Decimal, to)
    case 'DOUBLE':
      return (value) => (value as Decimal).toNumber()
    case 'STRING':
      return (value) => (value as Decimal).toString()
    default:
      return null
  }
}

function fromDouble(to: SqlType): Cast | null {
  switch (to.kind) {
    case 'INTEGER':
      return (value) => exactInt32(Math.trunc(value as number) + 0)
    case 'BIGINT':
      return (value) => wholeInt64(value as number)
    case 'DECIMAL':
      return (value) => doubleToDecimal(value as number, to)
    case 'STRING':
      return (value) => doubleToText(value as number)
    default:
      return null
  }
}

function fromText(to: SqlType): Cast | null {
  switch (to.kind) {
    case 'BOOLEAN':
      return (value) => parseBoolean(value as string)
    case 'INTEGER':
      return (value) => parseInt32(value as string)
    case 'BIGINT':
      return (value) => parseInt64(value as string)
    case 'DECIMAL':
      return (value) => ofDecimalType(Decimal.parse(withAsciiDigits(trim(value as string))), to)
    case 'DOUBLE':
      return (value) => parseFiniteDouble(value as string)
    case 'TIME':
      return (value) => parseTime(value as string)
    case 'DATE':
      return (value) => parseDate(value as string)
    case 'TIMESTAMP':
      return (value) => parseTimestamp(value as string)
    case 'BYTES':
      return (value) => decodeBase64(trim(value as string))
    default:
      return null
  }
}

function fromDate(to: SqlType): Cast | null {
  if (to.kind === 'STRING') return (value) => formatDate(value as number)
  return to.kind === 'TIMESTAMP' ? (value) => (value as number) * DAY_MS : null
}

function fromTimestamp(to: SqlType): Cast | null {
  switch (to.kind) {
    case 'STRING':
      return (value) => formatTimestamp(value as number)
    case 'DATE':
      return (value) => dateOfTimestamp(value as number)
    case 'TIME':
      return (value) => timeOfTimestamp(value as number)
    default:
      return null
  }
}

function exactInt32(value: Int64): number {
  if (typeof value === 'number' && value >= MIN_INT32 && value <= MAX_INT32) return value
  throw outOfRange(value, 'INTEGER')
}

function exactInt64(value: bigint): Int64 {
  if (isInt64(value)) return fromBigInt(value)
  throw outOfRange(value, 'BIGINT')
}

/** The integer part, toward zero. */
function wholeInt64(value: number): Int64 {
  if (!Number.isFinite(value)) throw outOfRange(value, 'BIGINT')
  return exactInt64(BigInt(Math.trunc(value)))
}

const outOfRange = (value: Int64, type: string): Error => new Error(`${value} is out of the range of ${type}`)

/** As ksqlDB's DecimalUtil: the exact binary value, rounded to the number of digits of the type first, then to its scale. */
function doubleToDecimal(value: number, to: DecimalType): Decimal {
  if (Number.isSafeInteger(value)) return ofDecimalType(Decimal.fromInteger(value), to)
  return ofDecimalType(Decimal.fromExactNumber(value).roundToPrecision(to.precision), to)
}

const ofDecimalType = (value: Decimal, { precision, scale }: DecimalType): Decimal =>
  toDecimalType(value, precision, scale)

/** Prefixes of `true` and `yes` in any case are true, everything else is false. */
export function parseBoolean(text: string): boolean {
  const word = trim(text).toLowerCase()
  return word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word))
}

/** Nine plain digits at most, which is nearly all there is to parse: five times as fast as the general way. */
function parseShort(text: string): number | undefined {
  if (text.length === 0 || text.length > 9) return undefined
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

const INTEGER_TEXT = /^[+-]?\d+$/

/**
 * White space around is ignored, and digits of all scripts count. Throws an Error with the text of Java's NumberFormatException on anything
 * but a 32-bit integer.
 */
export function parseInt32(text: string): number {
  const short = parseShort(text)
  if (short !== undefined) return short
  const trimmed = trim(text)
  const digits = withAsciiDigits(trimmed)
  const value = INTEGER_TEXT.test(digits) ? Number(digits) : Number.NaN
  if (!(value >= MIN_INT32 && value <= MAX_INT32)) throw new Error(`For input string: "${trimmed}"`)
  return value + 0
}

/** As parseInt32, for 64 bits. */
export function parseInt64(text: string): Int64 {
  const short = parseShort(text)
  if (short !== undefined) return short
  const trimmed = trim(text)
  const digits = withAsciiDigits(trimmed)
  if (!INTEGER_TEXT.test(digits)) throw new Error(`For input string: "${trimmed}"`)
  const value = Number(digits)
  if (Number.isSafeInteger(value)) return value + 0
  const exact = BigInt(digits.startsWith('+') ? digits.slice(1) : digits)
  if (!isInt64(exact)) throw new Error(`For input string: "${trimmed}"`)
  return fromBigInt(exact)
}

function parseFiniteDouble(text: string): number {
  const value = parseDouble(text)
  if (!Number.isFinite(value)) throw new Error(`Value is not a finite number: '${text}'`)
  return value
}

/** BIGINT elements are narrowed to INTEGER as in ksqlDB: one that is out of range does not cost the whole structure. */
function castStructure(from: SqlType, to: SqlType, outer: CastOptions): Cast | null {
  const options: CastOptions = { ...outer, wraps: true }
  if (from.kind === 'ARRAY' && to.kind === 'ARRAY') {
    const element = castFunction(from.element, to.element, options)
    return element === null ? null : (value) => (value as readonly Value[]).map(element)
  }
  if (from.kind === 'MAP' && to.kind === 'MAP') return castMap(from, to, options)
  return from.kind === 'STRUCT' && to.kind === 'STRUCT' ? castStruct(from, to, options) : null
}

function castMap(from: MapType, to: MapType, options: CastOptions): Cast | null {
  const key = castFunction(from.key, to.key, options)
  const item = castFunction(from.value, to.value, options)
  if (key === null || item === null) return null
  return (value) => {
    const result = new Map<Value, Value>()
    for (const [k, v] of value as ReadonlyMap<Value, Value>) result.set(key(k), item(v))
    return result
  }
}

/** Field by field, by name; target fields that the source does not have are NULL. */
function castStruct(from: StructType, to: StructType, options: CastOptions): Cast | null {
  const sources: number[] = []
  const casts: Cast[] = []
  for (const { name, type } of to.fields) {
    const source = from.fields.findIndex((field) => field.name === name)
    const cast = source < 0 ? same : castFunction(from.fields[source]!.type, type, options)
    if (cast === null) return null
    sources.push(source)
    casts.push(cast)
  }
  return (value) =>
    sources.map((source, i) => (source < 0 ? null : casts[i]!((value as readonly Value[])[source] ?? null)))
}
