/** Any pattern, through js-joda; what js-joda lacks (names of zones and of periods of the day, Modified Julian days) is added here. */
import type { DateTimeFormatter, DateTimeFormatterBuilder, TemporalAccessor, TemporalField } from '@js-joda/core'
import { DAY_MS } from '../../types/time-text.ts'
import { dayPeriod } from './day-period.ts'
import { english, joda, jodaWithZones } from './joda.ts'
import { modifiedJulianDay } from './modified-julian-day.ts'
import type { ParsedTime } from './parsed-time.ts'
import type { Token } from './tokens.ts'
import { type TimeZone, timeZone } from './zone.ts'
import { genericZoneName, zoneIdsAsSpelt, zoneName, zoneNamesToIds } from './zone-names.ts'

/** All but `generalPattern` itself throw an Error for a bad pattern or a text or value that does not fit. */
export interface GeneralPattern {
  readonly formatDate: (days: number) => string
  readonly formatTime: (ms: number) => string
  readonly formatInstant: (epochMs: number, zone: TimeZone) => string
  readonly parseDate: (text: string) => number
  readonly parseTime: (text: string) => number
  /** Missing fields are those of 1970-01-01T00:00. */
  readonly parseLocal: (text: string) => ParsedTime
  /** Only for the error of a bad pattern. */
  readonly checkWriting: () => void
  /** Likewise; some letters can be written but not read. */
  readonly checkReading: () => void
}

export function generalPattern(tokens: readonly Token[]): GeneralPattern {
  const write = once(() => build(tokens))
  const segments = once(() => segmentsOf(tokens))
  const readers = once(() => readersOf(tokens, []))
  const defaultingReaders = once(() => readersOf(tokens, timeDefaultsOf(tokens)))
  const hasNames = has(tokens, NAME_LETTERS)
  const spelt = has(tokens, 'zv') ? zoneNamesToIds : has(tokens, 'V') ? zoneIdsAsSpelt : (text: string) => text
  return {
    formatDate: (days) => write().format(joda().LocalDate.ofEpochDay(days)),
    formatTime(ms) {
      const time = joda().LocalTime.ofNanoOfDay(ms * 1_000_000)
      return hasNames ? joined(segments(), time, (name) => nameOfTime(name, ms)) : write().format(time)
    },
    formatInstant(epochMs, zone) {
      const offsetMs = zone.offsetMs(epochMs)
      const { Instant, ZoneOffset } = joda()
      const local = Instant.ofEpochMilli(epochMs).atOffset(ZoneOffset.ofTotalSeconds(Math.trunc(offsetMs / 1000)))
      return joined(segments(), local, (name) => nameOf(name, epochMs, zone))
    },
    parseDate: (text) => wholeDateOf(parse(readers(), spelt(text))),
    parseTime(text) {
      const parsed = parse(readers(), spelt(text))
      if (has(tokens, DATE_LETTERS)) throw new Error('Time format contains date field.')
      return timeOf(parsed)
    },
    parseLocal(text) {
      const parsed = parse(defaultingReaders(), spelt(text))
      return { localMs: dateOf(parsed) * DAY_MS + timeOf(parsed), ...zoneOf(parsed) }
    },
    checkWriting: () => void (hasNames ? segments() : write()),
    checkReading: () => void defaultingReaders()[0]!(),
  }
}

/** Letters of fields of a date. */
const DATE_LETTERS = 'GyuYQqMLwWdDFEecg'
/** Letters of texts that are made here: names of zones and of periods of the day. */
const NAME_LETTERS = 'zvVB'

const has = (tokens: readonly Token[], letters: string): boolean =>
  tokens.some((token) => token.kind === 'letters' && letters.includes(token.letter))

function once<T>(create: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= create()
    return made
  }
}

type Defaults = readonly (readonly [TemporalField, number])[]

function build(tokens: readonly Token[], defaults: Defaults = []): DateTimeFormatter {
  const { DateTimeFormatterBuilder, ResolverStyle } = has(tokens, 'zVv') ? jodaWithZones() : joda()
  if (needsTexts(tokens)) english()
  const builder = new DateTimeFormatterBuilder().parseCaseInsensitive()
  tokens.forEach((token, i) => append(builder, token, { previous: tokens[i - 1], next: tokens[i + 1] }))
  for (const [field, value] of defaults) builder.parseDefaulting(field, value)
  const formatter = builder.toFormatter(ResolverStyle.SMART)
  return needsTexts(tokens) ? formatter.withLocale(english()) : formatter
}

/** Whether names of months, days, eras, or a country's weeks occur. */
const needsTexts = (tokens: readonly Token[]): boolean =>
  has(tokens, 'GEecaYwWvO') ||
  tokens.some((token) => token.kind === 'letters' && 'MLQq'.includes(token.letter) && token.count > 2)

/** Digits that js-joda takes at most. */
const MAX_WIDTH = 15

/** Names of zones are read as ids: those in the text have been replaced by then. */
function append(
  builder: DateTimeFormatterBuilder,
  token: Token,
  { previous, next }: { previous: Token | undefined; next: Token | undefined },
): void {
  if (token.kind === 'literal') {
    builder.appendLiteral(token.text)
  } else if (token.kind === 'bracket') {
    if (token.text === '[') builder.optionalStart()
    else builder.optionalEnd()
  } else if (token.letter === 'g') {
    builder.appendValue(modifiedJulianDay(), token.count, MAX_WIDTH, joda().SignStyle.NORMAL)
  } else if (token.letter === 'D' && token.count === 2) {
    // js-joda would refuse days from 100 on.
    builder.appendValue(joda().ChronoField.DAY_OF_YEAR, 2, 3, joda().SignStyle.NOT_NEGATIVE)
  } else if ('yu'.includes(token.letter) && token.count === 4 && isWeek(next)) {
    // js-joda would let the year take the digits of the week.
    const { YEAR, YEAR_OF_ERA } = joda().ChronoField
    builder.appendValue(token.letter === 'u' ? YEAR : YEAR_OF_ERA, 4)
  } else if (!isPadding(token)) {
    const padding = isPadding(previous) ? 'p'.repeat(previous.count) : ''
    builder.appendPattern(padding + lettersOf(token.letter, token.count))
  }
}

const isWeek = (token: Token | undefined): boolean => token?.kind === 'letters' && 'wW'.includes(token.letter)

/** `pp` before other letters pads what they write. */
const isPadding = (token: Token | undefined): token is Token & { kind: 'letters' } =>
  token?.kind === 'letters' && token.letter === 'p'

function lettersOf(letter: string, count: number): string {
  if (letter === 'z' || letter === 'v') return 'VV'
  if (letter === 'B') throw new Error('Pattern letter B, the period of the day, can be written but not read')
  // js-joda lacks names of months that stand alone, and of days in the narrow style; in English they are the same.
  if (letter === 'L' && count > 2) return 'M'.repeat(count)
  return (letter === 'c' && count === 5 ? 'E' : letter).repeat(count)
}

/**
 * Formatters to read with, one after the other until one takes the text. Four letters stand for full names of months and days, and read
 * short ones too: that is what ksqlDB reads, as its locale for reading has no full names.
 */
function readersOf(tokens: readonly Token[], defaults: Defaults): readonly (() => DateTimeFormatter)[] {
  const shortened = (letters: string) => (token: Token) =>
    token.kind === 'letters' && letters.includes(token.letter) && token.count === 4 ? { ...token, count: 3 } : token
  const variants: (readonly Token[])[] = [tokens]
  for (const letters of ['ML', 'Eec']) {
    const shorten = shortened(letters)
    if (tokens.some((token) => shorten(token) !== token)) {
      variants.push(...variants.map((variant) => variant.map(shorten)))
    }
  }
  return variants.map((variant) => once(() => build(variant, defaults)))
}

function parse(readers: readonly (() => DateTimeFormatter)[], text: string): TemporalAccessor {
  let failure: unknown
  for (const reader of readers) {
    try {
      return reader().parse(text)
    } catch (error) {
      failure ??= error
    }
  }
  throw failure
}

/** The hour of a bare AM or PM, as in Java. */
const MIDDLE_OF_HALF_DAY = 6

/** Fields of the time of the day that the pattern leaves out, with their values at midnight. */
function timeDefaultsOf(tokens: readonly Token[]): Defaults {
  if (has(tokens, 'NA')) return []
  const { ChronoField } = joda()
  const defaults: (readonly [TemporalField, number])[] = []
  if (has(tokens, 'hK')) defaults.push([ChronoField.AMPM_OF_DAY, 0])
  else if (has(tokens, 'a') && !has(tokens, 'Hk')) defaults.push([ChronoField.HOUR_OF_AMPM, MIDDLE_OF_HALF_DAY])
  else if (!has(tokens, 'k')) defaults.push([ChronoField.HOUR_OF_DAY, 0])
  defaults.push([ChronoField.MINUTE_OF_HOUR, 0], [ChronoField.SECOND_OF_MINUTE, 0])
  if (!has(tokens, 'n')) defaults.push([ChronoField.NANO_OF_SECOND, 0])
  return defaults
}

/** A name that a letter of NAME_LETTERS stands for. */
interface Name {
  readonly letter: string
  readonly count: number
}

/** Part of a text to write. */
type Segment = DateTimeFormatter | Name

/** A point in time has all fields, so sections in brackets are never left out. */
function segmentsOf(tokens: readonly Token[]): Segment[] {
  const segments: Segment[] = []
  let pending: Token[] = []
  const flush = () => {
    if (pending.length > 0) segments.push(build(pending))
    pending = []
  }
  for (const token of tokens) {
    if (token.kind === 'bracket') continue
    if (token.kind !== 'letters' || !NAME_LETTERS.includes(token.letter)) {
      pending.push(token)
      continue
    }
    checkCount(token.letter, token.count)
    flush()
    segments.push({ letter: token.letter, count: token.count })
  }
  flush()
  return segments
}

const COUNTS: Readonly<Record<string, readonly number[]>> = { z: [1, 2, 3, 4], v: [1, 4], V: [2], B: [1, 4, 5] }

function checkCount(letter: string, count: number): void {
  if (!COUNTS[letter]!.includes(count)) throw new Error(`Wrong number of pattern letters: ${letter.repeat(count)}`)
}

const joined = (segments: readonly Segment[], value: TemporalAccessor, nameOf: (name: Name) => string): string =>
  segments.map((segment) => ('letter' in segment ? nameOf(segment) : segment.format(value))).join('')

function nameOf({ letter, count }: Name, epochMs: number, zone: TimeZone): string {
  const style = count === 4 ? 'long' : 'short'
  switch (letter) {
    case 'z':
      return zoneName(zone, epochMs, style)
    case 'v':
      return genericZoneName(zone, style)
    case 'V':
      return zone.id
    default:
      return dayPeriod(epochMs + zone.offsetMs(epochMs), count)
  }
}

function nameOfTime({ letter, count }: Name, ms: number): string {
  if (letter !== 'B') throw new Error('a time of the day has no time zone')
  return dayPeriod(ms, count)
}

/** Days since the epoch. Throws an Error where the text does not name a whole date. */
function wholeDateOf(parsed: TemporalAccessor): number {
  const date = parsed.query(joda().TemporalQueries.localDate())
  if (date === null) throw new Error('the text does not say which day')
  return date.toEpochDay()
}

/**
 * Days since the epoch; fields that the text leaves out are those of 1970-01-01. What does not make up a date by itself, such as a quarter
 * or a week of the year, is not used. Throws an Error for a day that the month does not have.
 */
function dateOf(parsed: TemporalAccessor): number {
  const { ChronoField, LocalDate, TemporalQueries } = joda()
  const date = parsed.query(TemporalQueries.localDate())
  if (date !== null) return date.toEpochDay()
  const given = (field: TemporalField) => (parsed.isSupported(field) ? parsed.getLong(field) : null)
  const year = given(ChronoField.YEAR) ?? 1970
  const dayOfYear = given(ChronoField.DAY_OF_YEAR)
  const month = given(ChronoField.MONTH_OF_YEAR)
  if (dayOfYear !== null && month === null) return LocalDate.ofYearDay(year, dayOfYear).toEpochDay()
  return LocalDate.of(year, month ?? 1, given(ChronoField.DAY_OF_MONTH) ?? 1).toEpochDay()
}

function timeOf(parsed: TemporalAccessor): number {
  const time = parsed.query(joda().TemporalQueries.localTime())
  if (time === null) throw new Error('the text does not say which time of the day')
  return Math.floor(time.toNanoOfDay() / 1_000_000)
}

function zoneOf(parsed: TemporalAccessor): Pick<ParsedTime, 'offsetMs' | 'zone'> {
  const { TemporalQueries, ZoneOffset } = joda()
  const zone = parsed.query(TemporalQueries.zone())
  if (zone === null) return { offsetMs: null, zone: null }
  return zone instanceof ZoneOffset
    ? { offsetMs: zone.totalSeconds() * 1000, zone: null }
    : { offsetMs: null, zone: timeZone(zone.id()) }
}
