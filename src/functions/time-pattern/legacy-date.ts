/**
 * PARSE_DATE's patterns: those of java.text.SimpleDateFormat, read leniently in GMT, as Commons Lang's FastDateFormat does: the text
 * may continue after the pattern, month 13 is January of the next year, and a number may have any length unless digits follow it.
 */
import { DAY_MS } from '../../types/time-text.ts'
import { DayFields } from './legacy-day.ts'
import { type Token, tokenize } from './tokens.ts'
import { timeZone } from './zone.ts'
import { zoneNamesToIds } from './zone-names.ts'

/** What has been read from a text so far. */
interface Fields {
  year: number
  readonly day: DayFields
  hour: number
  isAfternoon: boolean
  minute: number
  second: number
  millisecond: number
  zone: string | null
}

/** How one run of letters is read: the text from a position on, to what `expression` (sticky) matches. */
interface Reader {
  readonly expression: RegExp
  readonly set: (fields: Fields, text: string) => void
}

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']

/**
 * Days since the epoch. `nowMs`: two-digit years are within 80 years before and 20 after it. Throws an Error for a bad pattern, a text
 * that does not fit, or a time other than midnight.
 */
export function legacyDateParser(pattern: string, nowMs: number): (text: string) => number {
  const tokens = tokenize(pattern)
  const readers = tokens.map((token, i) => readerOf(token, isNumber(tokens[i + 1]), nowMs))
  return (text) => {
    const epochMs = epochMsOf(read(readers, text))
    if (epochMs % DAY_MS !== 0) throw new Error('Date format contains time field.')
    return epochMs / DAY_MS
  }
}

function read(readers: readonly Reader[], text: string): Fields {
  const fields: Fields = {
    year: 1970,
    day: new DayFields(),
    hour: 0,
    isAfternoon: false,
    minute: 0,
    second: 0,
    millisecond: 0,
    zone: null,
  }
  let at = 0
  for (const { expression, set } of readers) {
    expression.lastIndex = at
    const match = expression.exec(text)
    if (match === null) throw new Error(`Unparseable date: "${text}"`)
    set(fields, match[0])
    at = expression.lastIndex
  }
  return fields
}

function epochMsOf(fields: Fields): number {
  const hour = fields.hour + (fields.isAfternoon ? 12 : 0)
  const { year, minute, second, millisecond } = fields
  const localMs = fields.day.epochDay(year) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
  return fields.zone === null ? localMs : timeZone(fields.zone).toEpochMs(localMs)
}

const isNumber = (token: Token | undefined): boolean =>
  token?.kind === 'letters' &&
  ('dDHhKkmsSwWFuyY'.includes(token.letter) || ('ML'.includes(token.letter) && token.count < 3))

function readerOf(token: Token, isBeforeNumber: boolean, nowMs: number): Reader {
  if (token.kind !== 'letters') return { expression: literal(token.text), set: () => {} }
  const { letter, count } = token
  const expression = isBeforeNumber ? new RegExp(`\\s*[0-9]{1,${count}}`, 'y') : /\s*[0-9]+/y
  const number = (assign: (fields: Fields, value: number) => void): Reader => ({
    expression,
    set: (fields, text) => assign(fields, Number(text)),
  })
  switch (letter) {
    case 'y':
    case 'Y':
      return number((fields, value) => (fields.year = count > 2 ? value : centuryOf(value, nowMs)))
    case 'M':
    case 'L':
      return count < 3
        ? number((fields, value) => fields.day.set('month', value - 1))
        : names(MONTHS, (fields, i) => fields.day.set('month', i))
    case 'd':
      return number((fields, value) => fields.day.set('dayOfMonth', value))
    case 'D':
      return number((fields, value) => fields.day.set('dayOfYear', value))
    case 'E':
      return names(DAYS, (fields, i) => fields.day.set('dayOfWeek', i))
    case 'a':
      return { expression: /[ap]m/iy, set: (fields, text) => (fields.isAfternoon = /^p/i.test(text)) }
    case 'H':
      return number((fields, value) => (fields.hour = value))
    case 'k':
      return number((fields, value) => (fields.hour = value === 24 ? 0 : value))
    case 'K':
      return number((fields, value) => (fields.hour = value))
    case 'h':
      return number((fields, value) => (fields.hour = value === 12 ? 0 : value))
    case 'm':
      return number((fields, value) => (fields.minute = value))
    case 's':
      return number((fields, value) => (fields.second = value))
    case 'S':
      return number((fields, value) => (fields.millisecond = value))
    case 'z':
    case 'Z':
    case 'X':
      return {
        expression: /Z|(?:GMT)?[+-][0-9]{1,2}:?(?:[0-9]{2})?|[A-Za-z][A-Za-z/_]*(?: [A-Z][a-z]+)*/y,
        set: (fields, text) => (fields.zone = zoneNamesToIds(text.replace(/^GMT(?=[+-])/, ''))),
      }
    case 'G':
      return {
        expression: /AD|BC/iy,
        set: (fields, text) => (fields.year = /^b/i.test(text) ? 1 - fields.year : fields.year),
      }
    case 'F':
      return number((fields, value) => fields.day.set('dayOfWeekInMonth', value))
    case 'u':
      return number((fields, value) => fields.day.set('dayOfWeek', value % 7))
    case 'w':
      return number((fields, value) => fields.day.set('weekOfYear', value))
    case 'W':
      return number((fields, value) => fields.day.set('weekOfMonth', value))
    default:
      throw new Error(`Illegal pattern component: ${letter.repeat(count)}`)
  }
}

const literal = (text: string): RegExp => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'y')

function names(all: readonly string[], assign: (fields: Fields, index: number) => void): Reader {
  const expression = new RegExp(all.map((name) => `${name}|${name.slice(0, 3)}`).join('|'), 'iy')
  return {
    expression,
    set: (fields, text) =>
      assign(
        fields,
        all.findIndex((name) => name.startsWith(text.toLowerCase())),
      ),
  }
}

function centuryOf(value: number, nowMs: number): number {
  if (value > 99) return value
  const firstYear = new Date(nowMs).getUTCFullYear() - 80
  const year = firstYear - (firstYear % 100) + value
  return year < firstYear ? year + 100 : year
}
