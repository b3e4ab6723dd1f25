/** What a pattern read from a text. */
import type { TimeZone } from './zone.ts'

export interface ParsedTime {
  /** Ms since 1970-01-01T00:00, local. */
  readonly localMs: number
  /** Offset from UTC that the text names, or null. */
  readonly offsetMs: number | null
  /** Zone that the text names, or null. */
  readonly zone: TimeZone | null
}
