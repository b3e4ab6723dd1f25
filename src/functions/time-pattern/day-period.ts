/** Periods of the day in English, as pattern letter `B` writes them. Source: the day period rules of Unicode CLDR. */
import { DAY_MS } from '../../types/time-text.ts'

const HOUR_MS = 3_600_000
const NARROW = 5

/** `localMs`: ms since any local midnight, of which only the time of the day counts. `count`: number of letters; five are the narrow style. */
export function dayPeriod(localMs: number, count: number): string {
  const minutes = Math.floor((((localMs % DAY_MS) + DAY_MS) % DAY_MS) / 60_000)
  if (minutes === 0) return count === NARROW ? 'mi' : 'midnight'
  if (minutes === 12 * 60) return count === NARROW ? 'n' : 'noon'
  const hour = Math.floor((minutes * 60_000) / HOUR_MS)
  if (hour < 6 || hour >= 21) return 'at night'
  if (hour < 12) return 'in the morning'
  return hour < 18 ? 'in the afternoon' : 'in the evening'
}
