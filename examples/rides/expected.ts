/** What the queries must answer, computed from the feed without Millrace. */
import type { Expected, Row } from '../support/example.ts'
import { MINUTE_MS, type Request, readRequests, START } from './data.ts'

const GRACE_MS = 30_000
const SURGE = 12

interface Minute {
  readonly area: string
  /** Epoch ms. */
  readonly start: number
  readonly requests: number
  readonly seats: number
}

export function expected(): Expected {
  const minutes = countMinutes(readRequests())
  const counted = minutes.reduce((sum, { requests }) => sum + requests, 0)
  const surges = minutes.filter(({ requests }) => requests >= SURGE)
  const surging = surges.reduce((sum, { requests }) => sum + requests, 0)
  return {
    settled: [
      { sql: 'SELECT requests FROM requests_per_minute;', isSettled: (rows) => total(rows) >= counted },
      { sql: 'SELECT requests FROM surges;', isSettled: (rows) => total(rows) >= surging },
    ],
    answers: [
      {
        rows: minutes
          .filter(({ area, start }) => area === 'harbour' && start >= at(10) && start < at(15))
          .map(({ area, start, requests, seats }) => [area, clock(start), requests, seats, requests >= SURGE]),
      },
      {
        rows: minutes
          .filter(({ start }) => start === at(12))
          .map(({ area, requests }) => [area, requests, requests >= SURGE]),
      },
      {
        rows: surges
          .filter(({ area }) => area === 'old town')
          .map(({ area, start, requests }) => [area, clock(start), requests]),
      },
    ],
  }
}

/**
 * Requests per area and minute, without those that came after their minute and its grace period were over. What is over depends on the
 * latest request that a partition has seen; the feed is such that the requests of the same area decide it: they are either in time by all
 * requests of the feed, or too late by those of their own area.
 */
function countMinutes(requests: readonly Request[]): Minute[] {
  const minutes = new Map<string, Minute>()
  const latest = new Map<string, number>()
  for (const { area, seats, at } of requests) {
    const now = Math.max(latest.get(area) ?? 0, at)
    latest.set(area, now)
    const start = Math.floor(at / MINUTE_MS) * MINUTE_MS
    if (start + MINUTE_MS + GRACE_MS <= now) continue
    const name = `${area} ${start}`
    const minute = minutes.get(name) ?? { area, start, requests: 0, seats: 0 }
    minutes.set(name, { ...minute, requests: minute.requests + 1, seats: minute.seats + seats })
  }
  return [...minutes.values()]
}

const at = (minute: number): number => START + minute * MINUTE_MS
const clock = (time: number): string => new Date(time).toISOString().slice(11, 16)
const total = (rows: readonly Row[]): number => rows.reduce((sum, [count]) => sum + Number(count), 0)
