/**
 * Dates and times of PostgreSQL as JSON, from the texts that the server writes with `DateStyle` ISO and `TimeZone` UTC. Units and forms are those of
 * Debezium's PostgreSQL connector. Source: Debezium documentation, "Debezium connector for PostgreSQL: temporal types".
 */

/**
 * - `adaptive`: milliseconds for a column of at most three digits of seconds, microseconds for any other.
 * - `adaptive_time_microseconds`: the same, but `time` always in microseconds.
 * - `connect`: milliseconds, as columns TIME and TIMESTAMP are read.
 */
export type TimeUnits = 'adaptive' | 'adaptive_time_microseconds' | 'connect'

/** JSON text of a value. */
type ToJson = (text: string) => string

const MOST_DIGITS = 6
const DAY_US = 86_400_000_000n

export const dateJson: ToJson = unlessInfinite((text) => String(daysOf(text)))

/** Time of the day as a number. `digits`, here and below: those that the column has behind the second; -1: as many as a value has. */
export const timeJson = (digits: number, units: TimeUnits): ToJson => {
  const inUnit = units === 'adaptive_time_microseconds' ? String : scale(digits, units)
  return (text) => inUnit(microsecondsOf(text))
}

/** Time since the epoch as a number. */
export const timestampJson = (digits: number, units: TimeUnits): ToJson => {
  const inUnit = scale(digits, units)
  return unlessInfinite((text) => inUnit(timestampOf(text)))
}

/** An instant as `2024-02-29T12:34:56.789000Z`, with all digits of the column; as a number for `connect`. */
export const instantJson = (digits: number, units: TimeUnits): ToJson => {
  if (units === 'connect') return unlessInfinite((text) => toMilliseconds(timestampOf(withoutZone(text))))
  const all = digits < 0 ? MOST_DIGITS : digits
  return unlessInfinite((text) => JSON.stringify(instantOf(text, all)))
}

/** Time of the day at another place, moved to UTC: `12:34:56+02` is `10:34:56Z`. */
export const zonedTimeJson: ToJson = (text) => {
  const [, time, sign, hours, minutes = '00', seconds = '00'] =
    /^([\d:.]+)([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?$/.exec(text) ?? bad(text)
  const zone = microsecondsOf(`${hours}:${minutes}:${seconds}`) * (sign === '-' ? -1n : 1n)
  return JSON.stringify(`${timeText((microsecondsOf(time!) - zone + DAY_US) % DAY_US)}Z`)
}

function unlessInfinite(convert: ToJson): ToJson {
  return (text) => (text.endsWith('infinity') ? JSON.stringify(text) : convert(text))
}

/** Writes microseconds in the unit of a column. */
function scale(digits: number, units: TimeUnits): (us: bigint) => string {
  const isFine = digits < 0 || digits > 3
  return units !== 'connect' && isFine ? String : toMilliseconds
}

/** Towards the past, so that no time moves into the future. */
const toMilliseconds = (us: bigint): string => String((us - (((us % 1000n) + 1000n) % 1000n)) / 1000n)

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
  return BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(MOST_DIGITS, '0'))
}

/** `10:34:56.789`, without a fraction that is zero. */
function timeText(us: bigint): string {
  const seconds = Number(us / 1_000_000n)
  const fraction = String(us % 1_000_000n)
    .padStart(MOST_DIGITS, '0')
    .replace(/0+$/, '')
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':') + (fraction === '' ? '' : `.${fraction}`)
}

/** Microseconds since the epoch of `2024-02-29 12:34:56.789`, perhaps with ` BC`. */
function timestampOf(text: string): bigint {
  const era = text.endsWith(' BC') ? ' BC' : ''
  const [date = '', time = ''] = text.slice(0, text.length - era.length).split(' ')
  return BigInt(daysOf(date + era)) * DAY_US + microsecondsOf(time)
}

/** Times with a zone are written with that of the session, which is UTC. */
const withoutZone = (text: string): string => text.replace(/\+00(?= BC$|$)/, '')

/** ISO 8601: a year before 1 has a sign, as has one of more than four digits. */
function instantOf(text: string, digits: number): string {
  const [, year, monthAndDay, time, fraction = '', era] =
    /^(\d+)(-\d\d-\d\d) ([\d:]+)(?:\.(\d+))?( BC)?$/.exec(withoutZone(text)) ?? bad(text)
  const all = fraction.padEnd(digits, '0')
  return `${isoYear(era === undefined ? Number(year) : 1 - Number(year))}${monthAndDay}T${time}${all === '' ? '' : `.${all}`}Z`
}

function isoYear(year: number): string {
  const sign = year < 0 ? '-' : year > 9999 ? '+' : ''
  return sign + String(Math.abs(year)).padStart(4, '0')
}

function bad(text: string): never {
  throw new Error(`PostgreSQL has sent '${text}', which is neither a date nor a time.`)
}
