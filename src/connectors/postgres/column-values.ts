/**
 * Values of PostgreSQL as JSON, from the texts that the server writes with `DateStyle` ISO, `IntervalStyle` iso_8601 and `TimeZone` UTC.
 * Nothing is rounded: numbers keep their digits. Shapes are those of Debezium's PostgreSQL connector where JSON can hold them exactly.
 */
import { parse as parseArray } from 'postgres-array'

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
  /** `adaptive`: as exact as the column, in microseconds. `connect`: in milliseconds, as columns DATE, TIME and TIMESTAMP are read. */
  readonly times: 'adaptive' | 'connect'
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
      return type.modifier === 1 ? (text) => (text === '1' ? 'true' : 'false') : string
    case 'date':
      return unlessInfinite((text) => String(daysOf(text)))
    case 'time':
      return (text) => scaled(microsecondsOf(text), times)
    case 'timetz':
      return (text) => JSON.stringify(withZone(text))
    case 'timestamp':
      return unlessInfinite((text) => scaled(timestampOf(text), times))
    case 'timestamptz':
      return times === 'connect'
        ? unlessInfinite((text) => scaled(timestampOf(withoutZone(text)), times))
        : unlessInfinite((text) => JSON.stringify(instantOf(text)))
    default:
      return string
  }
}

const unlessInfinite =
  (convert: ToJson): ToJson =>
  (text) =>
    text.endsWith('infinity') ? JSON.stringify(text) : convert(text)

type Nested = readonly (string | null | Nested)[]

function arrayOf(element: ToJson): ToJson {
  const join = (items: Nested): string =>
    `[${items.map((item) => (typeof item === 'object' && item !== null ? join(item) : (item ?? 'null'))).join(',')}]`
  return (text) => join(parseArray(text, element) as Nested)
}

const DAY_US = 86_400_000_000n

/** Days since 1970-01-01 of `2024-02-29` or `0044-03-15 BC`. */
function daysOf(text: string): number {
  const [, year, month, day, era] = /^(\d+)-(\d\d)-(\d\d)( BC)?$/.exec(text) ?? bad(text)
  // The year before 1 is 0, which is 1 BC.
  const date = new Date(0)
  date.setUTCFullYear(era === undefined ? Number(year) : 1 - Number(year), Number(month) - 1, Number(day))
  const ms = date.getTime()
  return Number.isNaN(ms) ? daysOfFarYear(Number(year), text.slice(-6)) : ms / 86_400_000
}

/** JavaScript's dates end in the year 275760 and PostgreSQL's in 5874897; the calendar repeats every 400 years, of 146,097 days each. */
function daysOfFarYear(year: number, monthAndDay: string): number {
  const cycles = Math.floor((year - 2000) / 400)
  return cycles * 146_097 + daysOf(`${year - cycles * 400}${monthAndDay}`)
}

/** Microseconds of the day of `12:34:56.789`; 24:00:00 is one. */
function microsecondsOf(text: string): bigint {
  const [, hours, minutes, seconds, fraction = ''] = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/.exec(text) ?? bad(text)
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'))
}

/** Microseconds since the epoch of `2024-02-29 12:34:56.789`, perhaps with ` BC`. */
function timestampOf(text: string): bigint {
  const era = text.endsWith(' BC') ? ' BC' : ''
  const [date = '', time = ''] = text.slice(0, text.length - era.length).split(' ')
  return BigInt(daysOf(date + era)) * DAY_US + microsecondsOf(time)
}

const scaled = (us: bigint, times: ValueOptions['times']): string =>
  // Towards the past, so that no time moves into the future.
  String(times === 'adaptive' ? us : (us - (((us % 1000n) + 1000n) % 1000n)) / 1000n)

/** Times with a zone are written with that of the session, which is UTC. */
const withoutZone = (text: string): string => text.replace(/\+00(?= BC$|$)/, '')

/** `2024-02-29T12:34:56.789Z`. */
function instantOf(text: string): string {
  const plain = withoutZone(text)
  return plain.endsWith(' BC') ? `${plain.slice(0, -3).replace(' ', 'T')}Z BC` : `${plain.replace(' ', 'T')}Z`
}

/** `12:34:56+02` as `12:34:56+02:00`; UTC is `Z`. */
const withZone = (text: string): string => {
  const [, time, hours, rest = ''] = /^([\d:.]+)([+-]\d\d)(.*)$/.exec(text) ?? bad(text)
  const zone = `${hours}${rest === '' ? ':00' : rest}`
  return time + (zone === '+00:00' ? 'Z' : zone)
}

function bad(text: string): never {
  throw new Error(`PostgreSQL has sent '${text}', which is neither a date nor a time.`)
}
