/** Durations of the dialect in milliseconds. */
import type { Duration, TimeUnit } from '../sql/ast/query.ts'

const UNIT_MS: { readonly [Unit in TimeUnit]: number } = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLISECONDS: 1,
}

export const durationMs = ({ value, unit }: Duration): number => value * UNIT_MS[unit]
