/** The running queries with their rates, drawn over and over as `top` draws processes. */
import { sleep } from '../../clock.ts'
import { listTable } from '../output/list-table.ts'
import type { Run } from '../run.ts'

/** Pause between two readings. */
const PERIOD_MS = 1000
/** Readings of the past that a line shows. */
const HISTORY = 20
const BARS = '▁▂▃▄▅▆▇█'
/** Lines around the queries. */
const FRAME_LINES = 6

/** Rates of the past as bars, the newest last, the highest as high as a bar can be. */
export function sparkline(rates: readonly number[]): string {
  const highest = Math.max(...rates, 0)
  return rates
    .map(
      (rate) =>
        BARS[highest === 0 ? 0 : Math.min(BARS.length - 1, Math.floor((rate / highest) * (BARS.length - 1) + 0.5))],
    )
    .join('')
}

/** Values of a metric by the query that a sample's labels name, those of one query added up. Source: the text format of Prometheus. */
export function byQuery(text: string, metric: string): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${metric}{`)) continue
    const [, query] = /[{,]query="([^"]*)"/.exec(line) ?? []
    const value = Number(line.slice(line.lastIndexOf(' ') + 1))
    if (query !== undefined && Number.isFinite(value)) values.set(query, (values.get(query) ?? 0) + value)
  }
  return values
}

interface Reading {
  readonly atMs: number
  readonly consumed: ReadonlyMap<string, number>
  readonly produced: ReadonlyMap<string, number>
  readonly lag: ReadonlyMap<string, number>
}

/** Draws until the user stops it. Throws a ClientError for a server that cannot be reached. */
export async function runTop({ session, screen, signal }: Run): Promise<void> {
  const rates = new Map<string, number[]>()
  let former: Reading | null = null
  let drawn = 0
  let lines: string[] = []
  try {
    while (!signal.aborted) {
      const [entities, text] = await Promise.all([
        session.client.execute('SHOW QUERIES;', session.executeOptions(signal)),
        session.client.metrics(signal),
      ])
      const queries = entities.flatMap((entity) => (entity['@type'] === 'queries' ? entity.queries : []))
      const reading: Reading = {
        atMs: session.timer.elapsed(),
        consumed: byQuery(text, 'millrace_query_records_consumed_total'),
        produced: byQuery(text, 'millrace_query_records_produced_total'),
        lag: byQuery(text, 'millrace_query_lag_records'),
      }
      const perSecond = (counts: 'consumed' | 'produced', id: string) => {
        if (former === null) return 0
        const difference = (reading[counts].get(id) ?? 0) - (former[counts].get(id) ?? 0)
        return Math.max(0, (difference / Math.max(1, reading.atMs - former.atMs)) * 1000)
      }
      const rows = queries.map(({ id, state }) => {
        const past = [...(rates.get(id) ?? []), perSecond('consumed', id)].slice(-HISTORY)
        rates.set(id, past)
        const counts = [past.at(-1)!, perSecond('produced', id), reading.lag.get(id) ?? 0]
        return [id, state, ...counts.map((count) => Math.round(count).toLocaleString('en')), sparkline(past)]
      })
      for (const id of rates.keys()) if (!queries.some((query) => query.id === id)) rates.delete(id)
      former = reading
      const room = Math.max(1, screen.height - FRAME_LINES)
      const titles = ['Query ID', 'State', 'In/s', 'Out/s', 'Lag', 'In/s over time']
      lines = listTable({ titles, rows: rows.slice(0, room) }, screen.width).split('\n')
      if (rows.length > room) lines.push(`${rows.length - room} more queries`)
      await screen.redraw(lines, drawn)
      drawn = lines.length
      await sleep(session.timer, PERIOD_MS, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  for (const line of lines) screen.copy(line)
}
