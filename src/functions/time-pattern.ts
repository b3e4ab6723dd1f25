/**
 * Date and time patterns of java.time.format.DateTimeFormatter, American English. All-digit patterns are done by arithmetic, the
 * rest by js-joda, which is loaded with the first such pattern.
 */
import { messageOf } from '../errors.ts'
import { DAY_MS, formatDate, formatTime, formatTimestamp } from '../types/time-text.ts'
import { generalPattern } from './time-pattern/general.ts'
import { numericPattern } from './time-pattern/numeric.ts'
import { tokenize } from './time-pattern/tokens.ts'
import { refuseUnusedYear, refuseUselessPattern } from './time-pattern/useless.ts'
import { type TimeZone, timeZone } from './time-pattern/zone.ts'

export { GMT, systemTimeZone, type TimeZone, timeZone, UTC } from './time-pattern/zone.ts'

/** Each throws an Error that begins with `Failed to parse` or `Failed to format`, and says what and with which pattern. */
export interface TimePattern {
  readonly formatDate: (days: number) => string
  readonly formatTime: (ms: number) => string
  readonly formatTimestamp: (epochMs: number, zone: TimeZone) => string
  readonly parseDate: (text: string) => number
  readonly parseTime: (text: string) => number
  /** A zone in the text takes precedence over `zone`. Missing fields are those of 1970-01-01T00:00; digits beyond milliseconds are dropped. */
  readonly parseTimestamp: (text: string, zone: TimeZone) => number
}

/** Characters that DateTimeFormatter reserves. */
const RESERVED = '{}#'

const CACHE_SIZE = 500
const cache = new Map<string, TimePattern>()

/** The compiled form of a pattern; the most recent ones are kept. Never throws: a bad pattern is an error when it is used. */
export function compileTimePattern(pattern: string): TimePattern {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const compiled = build(pattern)
  if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!)
  cache.set(pattern, compiled)
  return compiled
}

/** For a source's TIMESTAMP_FORMAT: text to epoch ms. Throws an Error for a bad pattern or zone, the parser for a bad text. */
export function timestampParser(pattern: string, zone: string): (text: string) => number {
  checkReadingPattern(pattern)
  const { parseTimestamp } = compileTimePattern(pattern)
  const defaultZone = timeZone(zone)
  return (text) => parseTimestamp(text, defaultZone)
}

/** Throws an Error for a text that is not a pattern, or that cannot be read with. */
export function checkReadingPattern(pattern: string): void {
  const tokens = tokenize(pattern, RESERVED)
  if (numericPattern(tokens) === null) generalPattern(tokens).checkReading()
  refuseUselessPattern(pattern)
}

/** Throws an Error for a text that is not a pattern. */
export function checkWritingPattern(pattern: string): void {
  const tokens = tokenize(pattern, RESERVED)
  if (numericPattern(tokens) === null) generalPattern(tokens).checkWriting()
}

/** As checkReadingPattern, for a source's TIMESTAMP_FORMAT: it must also read the year that it seems to read. */
export function checkTimestampFormat(pattern: string): void {
  checkReadingPattern(pattern)
  refuseUnusedYear(pattern)
}

/** Throws an Error for a time zone that is not known. */
export function checkZone(id: string): void {
  timeZone(id)
}

function build(pattern: string): TimePattern {
  const general = lazy(() => generalPattern(tokenize(pattern, RESERVED)))
  const numeric = lazy(() => numericPattern(tokenize(pattern, RESERVED)))
  return {
    formatDate(days) {
      try {
        const fast = numeric()
        const text = fast === null || fast.hasTime || fast.hasOffset ? null : fast.format(days * DAY_MS, 0)
        return text ?? general().formatDate(days)
      } catch (error) {
        throw failure('format', `date ${formatDate(days)}`, pattern, error)
      }
    },
    formatTime(ms) {
      try {
        const fast = numeric()
        const text = fast === null || fast.hasDate || fast.hasOffset ? null : fast.format(ms, 0)
        return text ?? general().formatTime(ms)
      } catch (error) {
        throw failure('format', `time ${formatTime(ms)}`, pattern, error)
      }
    },
    formatTimestamp(epochMs, zone) {
      try {
        const offsetMs = zone.offsetMs(epochMs)
        return numeric()?.format(epochMs + offsetMs, offsetMs) ?? general().formatInstant(epochMs, zone)
      } catch (error) {
        throw failure('format', `timestamp ${formatTimestamp(epochMs)}`, pattern, error)
      }
    },
    parseDate(text) {
      try {
        const fast = numeric()
        const parsed = fast?.hasWholeDate ? fast.parse(text) : null
        return parsed === null ? general().parseDate(text) : Math.floor(parsed.localMs / DAY_MS)
      } catch (error) {
        throw failure('parse', `date '${text}'`, pattern, error)
      }
    },
    parseTime(text) {
      try {
        const fast = numeric()
        const parsed = fast?.hasHour && !fast.hasDate ? fast.parse(text) : null
        return parsed === null ? general().parseTime(text) : parsed.localMs
      } catch (error) {
        throw failure('parse', `time '${text}'`, pattern, error)
      }
    },
    parseTimestamp(text, zone) {
      try {
        const parsed = numeric()?.parse(text) ?? general().parseLocal(text)
        const used = parsed.zone ?? zone
        return parsed.offsetMs === null ? used.toEpochMs(parsed.localMs) : parsed.localMs - parsed.offsetMs
      } catch (error) {
        throw failure('parse', `timestamp '${text}'`, pattern, error)
      }
    },
  }
}

function lazy<T>(create: () => T): () => T {
  let value: { readonly made: T } | null = null
  return () => {
    value ??= { made: create() }
    return value.made
  }
}

/** `what`: the kind of value, and the value as text. */
function failure(verb: 'parse' | 'format', what: string, pattern: string, error: unknown): Error {
  // js-joda's messages end in a stack trace.
  const reason = messageOf(error).split('\n', 1)[0]
  return new Error(`Failed to ${verb} ${what} with formatter '${pattern}': ${reason}`, { cause: error })
}
