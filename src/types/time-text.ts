/**
 * DATE (days), TIME (ms of the day) and TIMESTAMP (epoch ms) as text and back, in the dialect's fixed forms. Source: ksqlDB's SqlTimeTypes.
 * Plain arithmetic on the proleptic Gregorian calendar, since these run per record; patterns chosen by users go through js-joda instead.
 */
import { trim } from './text-input.ts'

export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Days from 0000-03-01 to 1970-01-01; years are counted from March, so that a leap day ends its year. */
const EPOCH_SHIFT_DAYS = 719_468
const ERA_DAYS = 146_097

/** `yyyy-MM-dd`; a year beyond 9999 has a `+`, as in Java. */
export function formatDate(days: number): string {
  const shifted = days + EPOCH_SHIFT_DAYS
  const era = Math.floor(shifted / ERA_DAYS)
  const dayOfEra = shifted - era * ERA_DAYS
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return `${yearText(yearOfEra + era * 400 + (month <= 2 ? 1 : 0))}-${two(month)}-${two(day)}`
}

/** `HH:mm`, or `HH:mm:ss` where there are seconds; milliseconds are cut (Java's LocalTime.toString on whole seconds). */
export function formatTime(ms: number): string {
  const seconds = Math.floor(ms / 1000) % 60
  const minutes = `${two(Math.floor(ms / HOUR_MS))}:${two(Math.floor(ms / MINUTE_MS) % 60)}`
  return seconds === 0 ? minutes : `${minutes}:${two(seconds)}`
}

/** `yyyy-MM-ddTHH:mm:ss.SSS` in UTC. */
export function formatTimestamp(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  const rest = ms - days * DAY_MS
  const seconds = Math.floor(rest / 1000)
  const clock = `${two(Math.floor(rest / HOUR_MS))}:${two(Math.floor(rest / MINUTE_MS) % 60)}:${two(seconds % 60)}`
  return `${formatDate(days)}T${clock}.${String(rest - seconds * 1000).padStart(3, '0')}`
}

/** Days since the epoch of a TIMESTAMP, UTC. */
export const dateOfTimestamp = (ms: number): number => Math.floor(ms / DAY_MS)
/** Ms of the day of a TIMESTAMP, UTC; never negative. */
export const timeOfTimestamp = (ms: number): number => ms - Math.floor(ms / DAY_MS) * DAY_MS

/** Days of `yyyy[-MM[-dd]]`; white space around is ignored. Throws an Error on anything else. */
export function parseDate(text: string): number {
  const match = DATE_TEXT.exec(trim(text))
  const days = match === null ? null : daysOf(match)
  if (days === null) {
    throw new Error(`Failed to parse date '${text}'. Required format is: "yyyy-MM-dd"`)
  }
  return days
}

/** Ms of the day of `HH:mm[:ss[.SSS]]`; digits beyond ms are cut, white space around is ignored. Throws an Error on anything else. */
export function parseTime(text: string): number {
  const match = TIME_TEXT.exec(trim(text))
  const ms = match === null ? null : msOf(match, 1)
  if (ms === null) {
    throw new Error(`Failed to parse time '${text}'. Required format is: "HH:mm:ss.SSS"`)
  }
  return ms
}

/**
 * Epoch ms of `yyyy[-MM[-dd]][T[HH[:mm[:ss[.SSS]]]][Z|+hh|+hhmm]]`, UTC unless a zone is given; also the form of string literals compared with
 * ROWTIME, WINDOWSTART and WINDOWEND. As in Java's smart resolving, a day up to 31 that the month does not have is its last one, and 24:00 is
 * the start of the next day. White space around is ignored. Throws an Error on anything else.
 */
export function parseTimestamp(text: string): number {
  const match = TIMESTAMP_TEXT.exec(trim(text))
  const days = match === null ? null : daysOf(match, true)
  const ms = match === null || days === null ? null : (msOf(match, 4) ?? endOfDay(match, 4))
  const offsetMs = match === null ? null : zoneOffsetMs(match[8])
  if (days === null || ms === null || offsetMs === null) {
    throw new Error(
      `Failed to parse timestamp '${text}'. Required format is: "yyyy-MM-dd'T'HH:mm:ss.SSS", ` +
        'with an optional numeric 4-digit timezone such as +0100, or Z. Partials such as "2020-05-26" are supported.',
    )
  }
  return days * DAY_MS + ms - offsetMs
}

const DATE_PATTERN = '(\\d{4}|[+-]\\d{4,9})(?:-(\\d\\d)(?:-(\\d\\d))?)?'
const MINUTE_PATTERN = ':(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,9}))?)?'
/** As MINUTE_PATTERN, with at most three fraction digits; digits that are missing at the end are zeros. */
const MILLISECOND_PATTERN = ':(\\d\\d)(?::(\\d\\d?)(?:\\.(\\d{0,3}))?)?'
const DATE_TEXT = new RegExp(`^${DATE_PATTERN}$`)
const TIME_TEXT = new RegExp(`^(\\d\\d)${MINUTE_PATTERN}$`)
const TIMESTAMP_TEXT = new RegExp(
  `^${DATE_PATTERN}(?:T(?:(\\d\\d)(?:${MILLISECOND_PATTERN})?)?(Z|[+-]\\d\\d?|[+-]\\d\\d:?\\d\\d)?)?$`,
)

/** From groups 1 to 3: year, month, day; null where there is no such day. `clamps`: a day up to 31 becomes the last one of its month. */
function daysOf(match: RegExpExecArray, clamps = false): number | null {
  const year = Number(match[1])
  const month = Number(match[2] ?? 1)
  const given = Number(match[3] ?? 1)
  if (month < 1 || month > 12 || given < 1 || given > 31) return null
  const day = clamps ? Math.min(given, monthLength(year, month)) : given
  if (day > monthLength(year, month)) return null
  return daysFromCivil(year, month, day)
}

/** From four groups on: hour, minute, second, fraction; null where there is no such time. */
function msOf(match: RegExpExecArray, first: number): number | null {
  const hour = Number(match[first] ?? 0)
  const minute = Number(match[first + 1] ?? 0)
  const second = Number((match[first + 2] ?? '').padEnd(2, '0'))
  if (hour > 23 || minute > 59 || second > 59) return null
  const fraction = Number((match[first + 3] ?? '').padEnd(3, '0').slice(0, 3))
  return hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + fraction
}

/** The whole day for 24:00 and no more; else null. */
function endOfDay(match: RegExpExecArray, first: number): number | null {
  const rest = `${match[first + 1] ?? ''}${match[first + 2] ?? ''}${match[first + 3] ?? ''}`
  return match[first] === '24' && Number(rest) === 0 ? DAY_MS : null
}

const MAX_OFFSET_MS = 18 * HOUR_MS

/** Null beyond 18 hours, where Java's ZoneOffset ends. */
function zoneOffsetMs(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z') return 0
  const digits = zone.slice(1).replace(':', '')
  const minutes = digits.length > 2 ? Number(digits.slice(2)) : 0
  const size = Number(digits.slice(0, 2)) * HOUR_MS + minutes * MINUTE_MS
  if (minutes > 59 || size > MAX_OFFSET_MS) return null
  return zone.startsWith('-') ? -size : size
}

/** Days since the epoch of a civil date. `month` 1 to 12, `day` from 1. Source: Howard Hinnant, "chrono-compatible low-level date algorithms". */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * ERA_DAYS + dayOfEra - EPOCH_SHIFT_DAYS
}

/** Days of a month, 1 to 12. */
export function monthLength(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function yearText(year: number): string {
  if (year > 9999) return `+${year}`
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0')
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value))
