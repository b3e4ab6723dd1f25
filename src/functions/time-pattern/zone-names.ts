/**
 * Names of time zones: those written for a zone at an instant (`CEST`, `British Summer Time`), and those read from texts. ICU knows the
 * abbreviations of a place only in the English (or Japanese) spoken there, so several locales are tried.
 */
import { jodaWithZones } from './joda.ts'
import type { TimeZone } from './zone.ts'

export type NameStyle = 'short' | 'long'

const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA', 'en-CA', 'ja-JP', 'ko-KR']

/** Zones whose name is their id in both styles, as in Java: offsets, and `UTC`, `GMT` or `UT` with an offset. */
const NAMELESS = /^(?:Z|UT|(?:UTC|GMT|UT)?[+-].*)$/

const FIXED_NAMES: ReadonlyMap<string, Readonly<Record<NameStyle, string>>> = new Map([
  ['UTC', { short: 'UTC', long: 'Coordinated Universal Time' }],
  ['GMT', { short: 'GMT', long: 'Greenwich Mean Time' }],
])

/** A winter and a summer day (or the reverse), whose names stand for all instants with the same offset. */
const SAMPLES = [Date.UTC(2024, 0, 15), Date.UTC(2024, 6, 15)]

const names = new Map<string, string>()

/**
 * Name of a zone at an instant, summer or winter; the offset (`GMT-3`) where English has no name. ICU drops abbreviations before 1970 or so;
 * Java does not, so an instant is named as a day of 2024 is: the one with the same offset, else summer's from its offset on.
 */
export function zoneName(zone: TimeZone, epochMs: number, style: NameStyle): string {
  const { id } = zone
  if (NAMELESS.test(id)) return id
  const fixed = FIXED_NAMES.get(id)
  if (fixed !== undefined) return fixed[style]
  const offsetMs = zone.offsetMs(epochMs)
  const key = `${style} ${offsetMs} ${id}`
  const known = names.get(key)
  if (known !== undefined) return known
  const name = localName(id, sampleFor(zone, offsetMs), style)
  if (IS_OFFSET.test(name)) return nameIn('en-US', id, Math.max(-ICU_RANGE_MS, Math.min(ICU_RANGE_MS, epochMs)), style)
  // Bounded by the offsets that zones have had, of which there are some thousand.
  names.set(key, name)
  return name
}

function sampleFor(zone: TimeZone, offsetMs: number): number {
  const [winter, summer] = SAMPLES.toSorted((a, b) => zone.offsetMs(a) - zone.offsetMs(b))
  return offsetMs >= zone.offsetMs(summer!) ? summer! : winter!
}

/** Name of a zone for the whole year: `ET`, `Central European Time`. Summer's name counts where there is one, so that London is `BT`. */
export function genericZoneName(zone: TimeZone, style: NameStyle): string {
  const name = zoneName(zone, sampleFor(zone, Number.POSITIVE_INFINITY), style)
  return NAMELESS.test(zone.id) || FIXED_NAMES.has(zone.id)
    ? name
    : name.replace(style === 'short' ? /(?<=[A-Z])[SD](?=T$)/ : / (?:Standard|Daylight|Summer)(?= Time$)/, '')
}

const IS_OFFSET = /^GMT[+-]/
/** ICU takes times up to here, before and after 1970. */
const ICU_RANGE_MS = 8.64e15

/** The first name that is no offset. */
function localName(id: string, epochMs: number, style: NameStyle): string {
  for (const locale of style === 'long' ? ['en-US'] : LOCALES) {
    const name = nameIn(locale, id, epochMs, style)
    if (!IS_OFFSET.test(name)) return name
  }
  return nameIn('en-US', id, epochMs, style)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function nameIn(locale: string, id: string, epochMs: number, style: NameStyle): string {
  const key = `${locale} ${style} ${id}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone: id, timeZoneName: style })
    if (formats.size < 500) formats.set(key, format)
  }
  return format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')!.value
}

/** The zone that a name usually means; where zones share a name, the most populous one, as Java chooses for American English. */
const ZONES_OF_NAMES: readonly [id: string, ...names: string[]][] = [
  ['America/Los_Angeles', 'PST', 'PDT', 'PT', 'Pacific Standard Time', 'Pacific Daylight Time', 'Pacific Time'],
  ['America/Denver', 'MST', 'MDT', 'MT', 'Mountain Standard Time', 'Mountain Daylight Time', 'Mountain Time'],
  ['America/Chicago', 'CST', 'CDT', 'CT', 'Central Standard Time', 'Central Daylight Time', 'Central Time'],
  ['America/New_York', 'EST', 'EDT', 'ET', 'Eastern Standard Time', 'Eastern Daylight Time', 'Eastern Time'],
  ['America/Halifax', 'AST', 'ADT', 'Atlantic Standard Time', 'Atlantic Daylight Time'],
  ['America/Anchorage', 'AKST', 'AKDT', 'Alaska Standard Time', 'Alaska Daylight Time'],
  ['Pacific/Honolulu', 'HST', 'Hawaii-Aleutian Standard Time'],
  ['America/Sao_Paulo', 'BRT', 'BRST', 'Brasilia Standard Time'],
  ['Europe/London', 'BST', 'British Summer Time'],
  ['Europe/Lisbon', 'WET', 'WEST', 'Western European Standard Time', 'Western European Summer Time'],
  ['Europe/Paris', 'CET', 'CEST', 'Central European Standard Time', 'Central European Summer Time'],
  ['Europe/Bucharest', 'EET', 'EEST', 'Eastern European Standard Time', 'Eastern European Summer Time'],
  ['Europe/Moscow', 'MSK', 'Moscow Standard Time'],
  ['Africa/Johannesburg', 'SAST', 'South Africa Standard Time'],
  ['Africa/Nairobi', 'EAT', 'East Africa Time'],
  ['Asia/Kolkata', 'IST', 'India Standard Time'],
  ['Asia/Shanghai', 'China Standard Time'],
  ['Asia/Hong_Kong', 'HKT', 'Hong Kong Standard Time'],
  ['Asia/Singapore', 'SGT', 'Singapore Standard Time'],
  ['Asia/Tokyo', 'JST', 'Japan Standard Time'],
  ['Asia/Seoul', 'KST', 'Korean Standard Time'],
  ['Australia/Perth', 'AWST', 'Australian Western Standard Time'],
  ['Australia/Darwin', 'ACST', 'ACDT', 'Australian Central Standard Time'],
  ['Australia/Sydney', 'AEST', 'AEDT', 'Australian Eastern Standard Time', 'Australian Eastern Daylight Time'],
  ['Pacific/Auckland', 'NZST', 'NZDT', 'New Zealand Standard Time', 'New Zealand Daylight Time'],
  ['UTC', 'Coordinated Universal Time', 'Greenwich Mean Time'],
]

const IDS = new Map(ZONES_OF_NAMES.flatMap(([id, ...names]) => names.map((name) => [name.toLowerCase(), id] as const)))
const NAMES = new RegExp(
  `(?<![A-Za-z/])(?:${[...IDS.keys()].sort((a, b) => b.length - a.length).join('|')})(?![A-Za-z/])`,
  'gi',
)

/** The text with names of zones replaced by their ids, and ids in another case (`EUROPE/BERLIN`) by their own form. */
export const zoneNamesToIds = (text: string): string =>
  zoneIdsAsSpelt(text.replace(NAMES, (name) => IDS.get(name.toLowerCase())!))

let spellings: ReadonlyMap<string, string> | null = null

/** The text with ids of zones as the time zone database spells them. */
export function zoneIdsAsSpelt(text: string): string {
  spellings ??= new Map(
    jodaWithZones()
      .ZoneId.getAvailableZoneIds()
      .map((id) => [id.toLowerCase(), id]),
  )
  return text.replace(/[A-Za-z][A-Za-z0-9_/+-]*/g, (word) => spellings!.get(word.toLowerCase()) ?? word)
}
