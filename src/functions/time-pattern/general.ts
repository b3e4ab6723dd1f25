/** Any pattern, through js-joda. */
import type { DateTimeFormatter, TemporalAccessor, TemporalField } from '@js-joda/core'
import { DAY_MS } from '../../types/time-text.ts'
import { english, joda, jodaWithZones } from './joda.ts'
import type { ParsedTime } from './parsed-time.ts'
import type { Token } from './tokens.ts'
import { type TimeZone, timeZone } from './zone.ts'
import { zoneName, zoneNamesToIds } from './zone-names.ts'

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
  readonly check: () => void
}

export function generalPattern(tokens: readonly Token[]): GeneralPattern {
  const strict = lazyFormatter(() => build(tokens, () => []))
  const defaulting = lazyFormatter(() => build(tokens, defaultsOf))
  const segments = lazyFormatter(() => segmentsOf(tokens))
  const parse = (formatter: DateTimeFormatter, text: string) =>
    formatter.parse(has(tokens, 'z') ? zoneNamesToIds(text) : text)
  return {
    formatDate: (days) => strict().format(joda().LocalDate.ofEpochDay(days)),
    formatTime: (ms) => strict().format(joda().LocalTime.ofNanoOfDay(ms * 1_000_000)),
    formatInstant(epochMs, zone) {
      const { Instant, ZoneId } = jodaWithZones()
      const zoned = Instant.ofEpochMilli(epochMs).atZone(ZoneId.of(zone.id))
      return segments()
        .map((segment) => ('style' in segment ? zoneName(zone.id, epochMs, segment.style) : zoned.format(segment)))
        .join('')
    },
    parseDate: (text) => dateOf(parse(strict(), text)),
    parseTime(text) {
      const parsed = parse(strict(), text)
      if (has(tokens, DATE_LETTERS)) throw new Error('Time format contains date field.')
      return timeOf(parsed)
    },
    parseLocal(text) {
      const parsed = parse(defaulting(), text)
      return { localMs: dateOf(parsed) * DAY_MS + timeOf(parsed), ...zoneOf(parsed) }
    },
    check: () => void defaulting(),
  }
}

const DATE_LETTERS = 'GyuYQqMLwWdDFEec'

const has = (tokens: readonly Token[], letters: string): boolean =>
  tokens.some((token) => token.kind === 'letters' && letters.includes(token.letter))

function lazyFormatter<T>(create: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= create()
    return made
  }
}

/** `z` is read as an id: the names in the text have been replaced by then. */
function build(
  tokens: readonly Token[],
  defaults: (tokens: readonly Token[]) => readonly (readonly [TemporalField, number])[],
): DateTimeFormatter {
  const { DateTimeFormatterBuilder, ResolverStyle } = has(tokens, 'zVv') ? jodaWithZones() : joda()
  if (needsTexts(tokens)) english()
  const builder = new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern(tokens.map(write).join(''))
  for (const [field, value] of defaults(tokens)) builder.parseDefaulting(field, value)
  const formatter = builder.toFormatter(ResolverStyle.SMART)
  return needsTexts(tokens) ? formatter.withLocale(english()) : formatter
}

/** Whether names of months, days, eras, or a country's weeks occur. */
const needsTexts = (tokens: readonly Token[]): boolean =>
  has(tokens, 'GEecaBYwWvO') ||
  tokens.some((token) => token.kind === 'letters' && 'MLQq'.includes(token.letter) && token.count > 2)

function write(token: Token): string {
  switch (token.kind) {
    case 'bracket':
      return token.text
    case 'literal':
      return token.text === "'" ? "''" : `'${token.text.replaceAll("'", "''")}'`
    case 'letters':
      if (token.letter === 'z') return 'VV'
      // js-joda has no names for months that stand alone; in English they are the same.
      return (token.letter === 'L' && token.count > 2 ? 'M' : token.letter).repeat(token.count)
  }
}

/** Fields that the pattern leaves out, with the values of 1970-01-01T00:00. */
function defaultsOf(tokens: readonly Token[]): (readonly [TemporalField, number])[] {
  const { ChronoField } = joda()
  const defaults: (readonly [TemporalField, number])[] = []
  if (!has(tokens, 'yuY')) defaults.push([ChronoField.YEAR, 1970])
  if (!has(tokens, 'DYwWF')) defaults.push([ChronoField.MONTH_OF_YEAR, 1], [ChronoField.DAY_OF_MONTH, 1])
  if (has(tokens, 'NA')) return defaults
  if (has(tokens, 'hK')) defaults.push([ChronoField.AMPM_OF_DAY, 0])
  else if (!has(tokens, 'k')) defaults.push([ChronoField.HOUR_OF_DAY, 0])
  defaults.push([ChronoField.MINUTE_OF_HOUR, 0], [ChronoField.SECOND_OF_MINUTE, 0])
  if (!has(tokens, 'n')) defaults.push([ChronoField.NANO_OF_SECOND, 0])
  return defaults
}

type Segment = DateTimeFormatter | { readonly style: 'short' | 'long' }

/** Formatters for what is between the names of the zone. A point in time has all fields, so sections are never left out. */
function segmentsOf(tokens: readonly Token[]): Segment[] {
  const segments: Segment[] = []
  let pending: Token[] = []
  const flush = () => {
    if (pending.length > 0) segments.push(build(pending, () => []))
    pending = []
  }
  for (const token of tokens) {
    if (token.kind === 'bracket') continue
    if (token.kind !== 'letters' || token.letter !== 'z') {
      pending.push(token)
      continue
    }
    flush()
    segments.push({ style: token.count === 4 ? 'long' : 'short' })
  }
  flush()
  return segments
}

function dateOf(parsed: TemporalAccessor): number {
  const date = parsed.query(joda().TemporalQueries.localDate())
  if (date === null) throw new Error('the text does not say which day')
  return date.toEpochDay()
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
