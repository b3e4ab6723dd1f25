/** The running queries with their rates, drawn over and over as `top` draws processes. */
import { sleep } from '../../clock.ts'
import { listTable } from '../output/list-table.ts'
import type { Screen } from '../output/screen.ts'
import { sparkline } from '../output/sparkline.ts'
import type { Run } from '../run.ts'

/** Pause between two readings. */
const PERIOD_MS = 1000
/** Readings of the past that a line shows. */
const HISTORY = 20
/** Lines around the queries. */
const FRAME_LINES = 6

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

interface RunningQuery {
  readonly id: string
  readonly state: string
}

interface Reading {
  readonly atMs: number
  readonly consumed: ReadonlyMap<string, number>
  readonly produced: ReadonlyMap<string, number>
  readonly lag: ReadonlyMap<string, number>
  /** Records of changelogs that were and are still to be read before the query can begin. */
  readonly restored: ReadonlyMap<string, number>
  readonly restoring: ReadonlyMap<string, number>
}

/** Draws until the user stops it. Throws a ClientError for a server that cannot be reached. */
export async function runTop(run: Run): Promise<void> {
  const { session, screen, signal } = run
  const rates = new RateTable(screen.drawsBars)
  let lines: string[] = []
  try {
    while (!signal.aborted) {
      const { queries, reading } = await readServer(run)
      const next = drawing(rates.rows(queries, reading), screen)
      await screen.redraw(next, lines.length)
      lines = next
      await sleep(session.timer, PERIOD_MS, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  for (const line of lines) screen.copy(line)
}

async function readServer({ session, signal }: Run): Promise<{ queries: readonly RunningQuery[]; reading: Reading }> {
  const [entities, text] = await Promise.all([
    session.client.execute('SHOW QUERIES;', session.executeOptions(signal)),
    session.client.metrics(signal),
  ])
  return {
    queries: entities.flatMap((entity) => (entity['@type'] === 'queries' ? entity.queries : [])),
    reading: {
      atMs: session.timer.elapsed(),
      consumed: byQuery(text, 'millrace_query_records_consumed_total'),
      produced: byQuery(text, 'millrace_query_records_produced_total'),
      lag: byQuery(text, 'millrace_query_lag_records'),
      restored: byQuery(text, 'millrace_query_restored_records'),
      restoring: byQuery(text, 'millrace_query_restore_remaining_records'),
    },
  }
}

/** Turns readings into rates. */
class RateTable {
  /** Rates of consumption by query, the newest last. */
  readonly #past = new Map<string, readonly number[]>()
  readonly #drawsBars: boolean
  #former: Reading | null = null

  constructor(drawsBars: boolean) {
    this.#drawsBars = drawsBars
  }

  /** The cells of each query. */
  rows(queries: readonly RunningQuery[], reading: Reading): string[][] {
    const rows = queries.map(({ id, state }) => {
      const past = [...(this.#past.get(id) ?? []), this.#perSecond('consumed', id, reading)].slice(-HISTORY)
      this.#past.set(id, past)
      const counts = [past.at(-1)!, this.#perSecond('produced', id, reading), reading.lag.get(id) ?? 0]
      return [
        id,
        stateText(id, state, reading),
        ...counts.map((count) => Math.round(count).toLocaleString('en')),
        this.#drawsBars ? sparkline(past) : '',
      ]
    })
    const ids = new Set(queries.map(({ id }) => id))
    for (const id of this.#past.keys()) if (!ids.has(id)) this.#past.delete(id)
    this.#former = reading
    return rows
  }

  /** The rate since the former reading; 0 for the first one. */
  #perSecond(counts: 'consumed' | 'produced', id: string, reading: Reading): number {
    if (this.#former === null) return 0
    const difference = (reading[counts].get(id) ?? 0) - (this.#former[counts].get(id) ?? 0)
    return Math.max(0, (difference / Math.max(1, reading.atMs - this.#former.atMs)) * 1000)
  }
}

/** The state, or how much of a restore is done. */
export function stateText(id: string, state: string, { restored, restoring }: Reading): string {
  const left = restoring.get(id) ?? 0
  if (left <= 0) return state
  const done = restored.get(id) ?? 0
  return `RESTORING ${Math.floor((done / (done + left)) * 100)} %`
}

/** Lines that fit the screen. */
function drawing(rows: readonly (readonly string[])[], { width, height }: Screen): string[] {
  const room = Math.max(1, height - FRAME_LINES)
  const titles = ['Query ID', 'State', 'In/s', 'Out/s', 'Lag', 'In/s over time']
  const lines = listTable({ titles, rows: rows.slice(0, room) }, width).split('\n')
  const hidden = rows.length - room
  return hidden > 0 ? [...lines, `${hidden} more ${hidden === 1 ? 'query' : 'queries'}`] : lines
}
