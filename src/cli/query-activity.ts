/**
 * What queries are doing, for SHOW QUERIES at a terminal: how far a restore or the build of a new version has come, or the rates of the last
 * minutes, which the server keeps for its console. Those answers are no part of the public API, so whatever a server does not have, or has in
 * another shape, is left out.
 */
import type { Client } from './client/client.ts'
import { ClientError } from './client/client-error.ts'
import { progressBar } from './output/progress-bar.ts'
import type { QueryActivity } from './output/query-listing.ts'
import { sparkline } from './output/sparkline.ts'

/** Samples that are drawn, which the server takes every ten seconds. */
const SAMPLES = 10
const BAR_WIDTH = 10
/** As many queries as the server keeps the rates of. */
const MOST_QUERIES = 100

/** Null: the server says nothing about them. */
export async function queryActivity(
  ids: readonly string[],
  client: Client,
  signal: AbortSignal,
): Promise<QueryActivity | null> {
  try {
    const [overview, history] = await Promise.all([
      client.consoleData('overview', signal),
      client.consoleData(
        `history?${ids
          .slice(0, MOST_QUERIES)
          .map((id) => `query=${encodeURIComponent(id)}`)
          .join('&')}`,
        signal,
      ),
    ])
    const activity = new Map([...ratesIn(history), ...progressIn(overview)])
    return activity.size === 0 ? null : activity
  } catch (error) {
    if (error instanceof ClientError || error instanceof SyntaxError) return null
    throw error
  }
}

/** Rates of the last samples of each query, as bars and the newest as a number. */
export function ratesIn(history: unknown): [id: string, text: string][] {
  return Object.entries(objectIn(history, 'queries')).flatMap(([id, series]): [string, string][] => {
    const known = listIn(series, 'recordsIn').filter((rate) => typeof rate === 'number')
    const rates = known.slice(-SAMPLES)
    const last = rates.at(-1)
    return last === undefined ? [] : [[id, `${sparkline(rates)} ${Math.round(last).toLocaleString('en')}`]]
  })
}

/** How far queries have come that restore their state, and versions that are being built. */
export function progressIn(overview: unknown): [id: string, text: string][] {
  return listIn(overview, 'queries').flatMap((query): [string, string][] => {
    const counts = objectIn(query, 'counts')
    const next = objectIn(query, 'nextVersion')
    return [
      ...progress(query, counts['restored'], counts['restoring'], 'restored'),
      ...progress(next, next['recordsDone'], next['recordsLeft'], 'built'),
    ]
  })
}

function progress(named: unknown, done: unknown, left: unknown, word: string): [string, string][] {
  const id = member(named, 'id')
  if (typeof id !== 'string' || typeof done !== 'number' || typeof left !== 'number' || left <= 0) return []
  return [[id, `${progressBar(done / (done + left), BAR_WIDTH)} ${word}`]]
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined

function objectIn(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const found = member(value, name)
  return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {}
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const found = member(value, name)
  return Array.isArray(found) ? found : []
}
