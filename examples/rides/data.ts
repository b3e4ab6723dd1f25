/** Ride requests of half an hour, the same in every run. */
import { below, seeded } from '../support/random.ts'

export interface Request {
  readonly area: string
  readonly rider: string
  readonly seats: number
  /** When the rider asked, epoch ms. */
  readonly at: number
}

const SEED = 42
export const START = Date.parse('2026-03-06T08:00:00Z')
export const MINUTE_MS = 60_000
const MINUTES = 30
/** Requests a minute: usual, and in the minutes of a concert's end. */
const USUAL = 6
const SURGE = 18
/** Phones send late by at most this: less than the grace period. */
const DISORDER_MS = 20_000
/** A phone without network sends its requests this much later: too late to count. */
const OFFLINE_MS = 10 * MINUTE_MS

const AREAS = ['airport', 'harbour', 'old town', 'station']

/** In the order in which they reach the feed: a little out of order, and a few far too late. */
export function readRequests(): Request[] {
  const random = seeded(SEED)
  const sent: { readonly request: Request; readonly sentAt: number }[] = []
  for (let minute = 0; minute < MINUTES; minute++) {
    for (const area of AREAS) {
      const count = (isSurge(area, minute) ? SURGE : USUAL) + below(random, 8) - 4
      for (let i = 0; i < count; i++) {
        const at = START + minute * MINUTE_MS + below(random, MINUTE_MS)
        const request = { area, rider: `rider-${below(random, 500)}`, seats: 1 + below(random, 4), at }
        const isOffline = minute < MINUTES / 2 && random() < 0.02
        sent.push({ request, sentAt: at + (isOffline ? OFFLINE_MS : below(random, DISORDER_MS)) })
      }
    }
  }
  return sent.sort((a, b) => a.sentAt - b.sentAt).map(({ request }) => request)
}

const isSurge = (area: string, minute: number): boolean =>
  (area === 'harbour' && minute >= 11 && minute < 14) || (area === 'old town' && minute >= 20 && minute < 24)
