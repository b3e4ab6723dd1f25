/** Time zones by id: fixed offsets by arithmetic, named ones through js-joda. */
import type { ZoneId } from '@js-joda/core'
import { DAY_MS } from '../../types/time-text.ts'
import { jodaWithZones } from './joda.ts'

export interface TimeZone {
  readonly id: string
  /** Offset from UTC at an instant (epoch ms). */
  readonly offsetMs: (epochMs: number) => number
  /** Epoch ms of a local date and time, given as ms since 1970-01-01T00:00 local. In a gap: as far after it; in an overlap: the earlier one. */
  readonly toEpochMs: (localMs: number) => number
}

export const UTC: TimeZone = fixedZone('UTC', 0)
/** The zone of texts that are written without one: like UTC, but for its name. */
export const GMT: TimeZone = fixedZone('GMT', 0)

const zones = new Map<string, TimeZone>()

/** `UTC`, `+0200`, `Europe/London` and whatever else java.time.ZoneId.of takes. Throws an Error `Invalid time zone: ...`. */
export function timeZone(id: string): TimeZone {
  const known = zones.get(id)
  if (known !== undefined) return known
  const zone = createZone(id)
  // Ids may come from records; there are only some hundred good ones with a name, but many offsets.
  if (zones.size < 2000) zones.set(id, zone)
  return zone
}

let system: TimeZone | null = null

/** The zone of the process, as it was at the first call. */
export function systemTimeZone(): TimeZone {
  system ??= timeZone(Intl.DateTimeFormat().resolvedOptions().timeZone)
  return system
}

function createZone(id: string): TimeZone {
  if (/^(?:Z|UTC|GMT|UT)$/.test(id)) return fixedZone(id, 0)
  const [, sign, hours, minutes = '00'] = /^([+-])([01][0-9])(?::?([0-5][0-9]))?$/.exec(id) ?? []
  if (hours !== undefined && Number(hours) < 18) {
    const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000
    return fixedZone(`${sign}${hours}:${minutes}`, sign === '-' ? -offsetMs : offsetMs)
  }
  return namedZone(id)
}

function fixedZone(id: string, offsetMs: number): TimeZone {
  return { id, offsetMs: () => offsetMs, toEpochMs: (localMs) => localMs - offsetMs }
}

/** js-joda knows the changes of offsets up to here; later ones are read from ICU, which continues the rules but takes 2 us a look-up. */
const END_OF_KNOWN_CHANGES = Date.UTC(2037, 0, 1)

function namedZone(givenId: string): TimeZone {
  const { Instant, LocalDateTime, ZoneOffset } = jodaWithZones()
  const zone = zoneId(givenId)
  const id = zone.id()
  const rules = zone.rules()
  const later = rules.isFixedOffset() ? null : laterOffsets(id)
  return {
    id,
    offsetMs(epochMs) {
      if (later !== null && epochMs >= END_OF_KNOWN_CHANGES) return later(epochMs)
      return rules.offset(Instant.ofEpochMilli(epochMs)).totalSeconds() * 1000
    },
    toEpochMs(localMs) {
      if (later !== null && localMs >= END_OF_KNOWN_CHANGES) return localToEpochMs(localMs, later)
      const local = LocalDateTime.ofEpochSecond(Math.floor(localMs / 1000), 0, ZoneOffset.UTC)
      return localMs - rules.offset(local).totalSeconds() * 1000
    },
  }
}

/** The calendar, and with it the days on which clocks change, repeats after 400 years. */
const CALENDAR_CYCLE_MS = 146_097 * DAY_MS

/** Offsets of a zone in ms by epoch ms from END_OF_KNOWN_CHANGES on, from ICU, which knows less than TIMESTAMP has. */
function laterOffsets(id: string): (epochMs: number) => number {
  let format: Intl.DateTimeFormat | null = null
  return (epochMs) => {
    format ??= new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' })
    const sameDay = END_OF_KNOWN_CHANGES + ((epochMs - END_OF_KNOWN_CHANGES) % CALENDAR_CYCLE_MS)
    const text = format.formatToParts(sameDay).find(({ type }) => type === 'timeZoneName')!.value
    const [, sign, hours = '0', minutes = '0'] = /([+-])(\d\d):(\d\d)/.exec(text) ?? []
    const size = (Number(hours) * 60 + Number(minutes)) * 60_000
    return sign === '-' ? -size : size
  }
}

/** In a gap, and in an overlap, the offset before the change holds. */
function localToEpochMs(localMs: number, offsetMs: (epochMs: number) => number): number {
  const before = offsetMs(localMs - DAY_MS)
  const after = offsetMs(localMs + DAY_MS)
  const isBeforeChange = before === after || offsetMs(localMs - before) === before
  return localMs - (isBeforeChange || offsetMs(localMs - after) !== after ? before : after)
}

function zoneId(id: string): ZoneId {
  try {
    return jodaWithZones().ZoneId.of(id)
  } catch (error) {
    throw new Error(`Invalid time zone: ${id}`, { cause: error })
  }
}
