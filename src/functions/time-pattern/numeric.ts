/**
 * Patterns of digits only, such as `yyyy-MM-dd'T'HH:mm:ss.SSSX`, read (20 times as fast as by js-joda) and written by arithmetic.
 * Whatever is not plain (a year of five digits, 30 February, 24:00, a text that does not fit) is left to js-joda, also to say what is wrong.
 */
import { DAY_MS, daysFromCivil } from '../../types/time-text.ts'
import type { ParsedTime } from './parsed-time.ts'
import type { Token } from './tokens.ts'

/** Where the digits go, see `FIELDS`. */
type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'offset'
type Part =
  | { readonly field: Field; readonly width: number; readonly letters: string }
  | { readonly field: null; readonly text: string }

const FIELDS: ReadonlyMap<string, Field> = new Map([
  ['yyyy', 'year'],
  ['uuuu', 'year'],
  ['MM', 'month'],
  ['dd', 'day'],
  ['HH', 'hour'],
  ['mm', 'minute'],
  ['ss', 'second'],
  ['X', 'offset'],
  ['XX', 'offset'],
  ['XXX', 'offset'],
  ['Z', 'offset'],
])
/** The time within which the text of a pattern stays the same, by the finest of its fields. */
const STEPS_MS: ReadonlyMap<Field, number> = new Map([
  ['fraction', 1],
  ['second', 1000],
  ['minute', 60_000],
  ['hour', 3_600_000],
])
const DATE_FIELDS: readonly Field[] = ['year', 'month', 'day']
const TIME_FIELDS: readonly Field[] = ['hour', 'minute', 'second', 'fraction']

export interface NumericPattern {
  readonly hasDate: boolean
  readonly hasTime: boolean
  readonly hasOffset: boolean
  /** Year, month and day. */
  readonly hasWholeDate: boolean
  readonly hasHour: boolean
  /** Missing fields are those of 1970-01-01T00:00. Null: js-joda must do it. */
  readonly parse: (text: string) => ParsedTime | null
  /** Null: js-joda must do it. */
  readonly format: (localMs: number, offsetMs: number) => string | null
}

/** Null for a pattern that is not one of digits. */
export function numericPattern(tokens: readonly Token[]): NumericPattern | null {
  const parts: Part[] = []
  for (const token of tokens) {
    const part = partOf(token)
    if (part === null || parts.some(({ field }) => field !== null && field === part.field)) return null
    parts.push(part)
  }
  const has = (fields: readonly Field[]) => parts.some(({ field }) => field !== null && fields.includes(field))
  return {
    hasDate: has(DATE_FIELDS),
    hasTime: has(TIME_FIELDS),
    hasOffset: has(['offset']),
    hasWholeDate: DATE_FIELDS.every((field) => has([field])),
    hasHour: has(['hour']),
    parse: (text) => parse(parts, text),
    format: lastKept(parts),
  }
}

/** Keeps the last text: of records that follow each other most have the same day, and often the same minute. */
function lastKept(parts: readonly Part[]): NumericPattern['format'] {
  const [stepMs = DAY_MS] = [...STEPS_MS].flatMap(([field, ms]) =>
    parts.some((part) => part.field === field) ? ms : [],
  )
  let [lastStep, lastOffsetMs] = [Number.NaN, Number.NaN]
  let lastText: string | null = null
  return (localMs, offsetMs) => {
    const step = Math.floor(localMs / stepMs)
    if (step !== lastStep || offsetMs !== lastOffsetMs) {
      lastText = format(parts, localMs, offsetMs)
      lastStep = step
      lastOffsetMs = offsetMs
    }
    return lastText
  }
}

function partOf(token: Token): Part | null {
  if (token.kind === 'literal') return { field: null, text: token.text }
  if (token.kind === 'bracket') return null
  const letters = token.letter.repeat(token.count)
  if (token.letter === 'S' && token.count <= 9) return { field: 'fraction', width: token.count, letters }
  const field = FIELDS.get(letters)
  return field === undefined ? null : { field, width: token.count, letters }
}

/** Numbers that a text gave, or their values on 1970-01-01T00:00. */
interface Numbers {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  fraction: number
  offset: number | null
}

function parse(parts: readonly Part[], text: string): ParsedTime | null {
  const numbers: Numbers = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, fraction: 0, offset: null }
  let at = 0
  for (const part of parts) {
    if (part.field === null) {
      if (!text.startsWith(part.text, at)) return null
      at += part.text.length
    } else if (part.field === 'offset') {
      const offset = parseOffset(part.letters, text, at)
      if (offset === null) return null
      numbers.offset = offset.ms
      at = offset.end
    } else {
      const number = digits(text, at, part.width)
      if (number === -1) return null
      numbers[part.field] = part.field === 'fraction' ? milliseconds(number, part.width) : number
      at += part.width
    }
  }
  return at === text.length ? combine(numbers) : null
}

const milliseconds = (fraction: number, width: number): number =>
  width <= 3 ? fraction * 10 ** (3 - width) : Math.floor(fraction / 10 ** (width - 3))

/** Up to day 28 no calendar is needed; 29 February and days that do not exist are left to js-joda. */
function combine({ year, month, day, hour, minute, second, fraction, offset }: Numbers): ParsedTime | null {
  if (year === 0 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return null
  if (day > 28 && day > MONTH_LENGTHS[month - 1]!) return null
  const timeMs = ((hour * 60 + minute) * 60 + second) * 1000 + fraction
  return { localMs: daysFromCivil(year, month, day) * DAY_MS + timeMs, offsetMs: offset, zone: null }
}

const MONTH_LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** A number of exactly `width` digits, or -1. */
function digits(text: string, start: number, width: number): number {
  let number = 0
  for (let i = start; i < start + width; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (!(digit >= 0 && digit <= 9)) return -1
    number = number * 10 + digit
  }
  return number
}

const OFFSETS: Readonly<Record<string, RegExp>> = {
  X: /[Zz]|([+-])([01][0-9])([0-5][0-9])?/y,
  XX: /[Zz]|([+-])([01][0-9])([0-5][0-9])/y,
  XXX: /[Zz]|([+-])([01][0-9]):([0-5][0-9])/y,
  Z: /([+-])([01][0-9])([0-5][0-9])/y,
}

function parseOffset(letters: string, text: string, at: number): { ms: number; end: number } | null {
  const pattern = OFFSETS[letters]!
  pattern.lastIndex = at
  const match = pattern.exec(text)
  if (match === null || Number(match[2] ?? 0) >= 18) return null
  const ms = (Number(match[2] ?? 0) * 60 + Number(match[3] ?? 0)) * 60_000
  return { ms: match[1] === '-' ? -ms : ms, end: at + match[0].length }
}

function format(parts: readonly Part[], localMs: number, offsetMs: number): string | null {
  const local = new Date(localMs)
  const year = local.getUTCFullYear()
  if (!(year >= 1 && year <= 9999) || offsetMs % 60_000 !== 0) return null
  let text = ''
  for (const part of parts) text += part.field === null ? part.text : formatField(part, local, offsetMs)
  return text
}

function formatField({ field, width, letters }: Part & { field: Field }, local: Date, offsetMs: number): string {
  switch (field) {
    case 'year':
      return String(local.getUTCFullYear()).padStart(4, '0')
    case 'month':
      return two(local.getUTCMonth() + 1)
    case 'day':
      return two(local.getUTCDate())
    case 'hour':
      return two(local.getUTCHours())
    case 'minute':
      return two(local.getUTCMinutes())
    case 'second':
      return two(local.getUTCSeconds())
    case 'fraction':
      return String(local.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, width)
    case 'offset':
      return formatOffset(letters, offsetMs)
  }
}

const two = (number: number): string => (number < 10 ? `0${number}` : String(number))

/** `X` leaves out minutes of zero; all X write `Z` for zero. */
function formatOffset(letters: string, offsetMs: number): string {
  if (offsetMs === 0 && letters !== 'Z') return 'Z'
  const size = Math.abs(offsetMs) / 60_000
  const hours = `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(size / 60))}`
  if (letters === 'X' && size % 60 === 0) return hours
  return `${hours}${letters === 'XXX' ? ':' : ''}${two(size % 60)}`
}
