/**
 * Names of time zones in texts (`PDT`, `British Summer Time`). ICU knows the abbreviations only in the English (or Japanese) of the
 * place itself, so several are asked.
 */

const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-NZ', 'en-ZA', 'en-CA', 'ja-JP', 'ko-KR']

/** Name of a zone at an instant, summer or winter; the id where there is no name. */
export function zoneName(id: string, epochMs: number, style: 'short' | 'long'): string {
  if (/^[+-]|^Z$/.test(id)) return id
  for (const locale of style === 'long' ? ['en-US'] : LOCALES) {
    const name = nameIn(locale, id, epochMs, style)
    if (!/^GMT[+-]/.test(name)) return id === 'UTC' && style === 'short' ? 'UTC' : name
  }
  return nameIn('en-US', id, epochMs, style)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function nameIn(locale: string, id: string, epochMs: number, style: 'short' | 'long'): string {
  const key = `${locale} ${style} ${id}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { timeZone: id, timeZoneName: style })
    if (formats.size < 500) formats.set(key, format)
  }
  return format.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')!.value
}

/** The zone that a name usually means; of zones that share one the most populous, as Java chooses for American English. */
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

/** The text with names of zones replaced by their ids. */
export const zoneNamesToIds = (text: string): string => text.replace(NAMES, (name) => IDS.get(name.toLowerCase())!)
