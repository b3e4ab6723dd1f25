/** Runs the example against a server: changes the list, has travellers pass, receives the alerts, and measures how soon they come. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import type { InsertClient } from '../../src/cli/client/insert-client.ts'
import type { Row } from '../support/example.ts'
import type { Crossing, ListChange, Round } from './data.ts'

/** Between two travellers: 500 a second. */
const PACE_MS = 2
const PAUSE_MS = 5
/** For an alert to come. */
const WAIT_MS = 60_000

export interface Alert {
  readonly reason: string
  /** From the moment at which the crossing was sent to the one at which its alert was read. */
  readonly latencyMs: number
}

export interface BorderRun {
  readonly url: string
  readonly rounds: readonly Round[]
  /** Called when the alerts of a round are there. */
  readonly onRound?: (round: number, alerts: number) => void
}

/** Resolves to the alerts by their crossing. Throws an Error when the server refuses something or does not answer. */
export async function watchBorder({ url, rounds, onRound = () => {} }: BorderRun): Promise<ReadonlyMap<number, Alert>> {
  const client = new Client(url)
  await client.execute(readFileSync(join(import.meta.dirname, 'statements.sql'), 'utf8'))
  const border = await Border.open(client)
  try {
    for (const [index, { changes, crossings }] of rounds.entries()) {
      const before = border.alerts.size
      await border.change(changes)
      for (const crossing of crossings) {
        await border.pass(crossing)
        await delay(PACE_MS)
      }
      await border.proveList()
      onRound(index, border.alerts.size - before)
    }
    return border.alerts
  } finally {
    await border.close()
  }
}

/** The passport of nobody, which is put on the list and passes to see whether the list holds. */
const PROBE = 'PROBE'

class Border {
  readonly alerts = new Map<number, Alert>()
  readonly #client: Client
  readonly #travellers: InsertClient
  readonly #sentAt = new Map<number, number>()
  readonly #closing = new AbortController()
  /** Number of the probe whose alert came last; crossings of probes have negative numbers. */
  #seenProbe = 0
  #probe = 0
  #probeCrossing = 0
  #watching: Promise<void> = Promise.resolve()

  private constructor(client: Client) {
    this.#client = client
    this.#travellers = client.insert({ target: 'CROSSINGS' })
  }

  static async open(client: Client): Promise<Border> {
    const border = new Border(client)
    const sql = 'SELECT crossing, reason FROM alerts EMIT CHANGES;'
    const alerts = client.query(sql, { signal: border.#closing.signal, properties: { 'auto.offset.reset': 'latest' } })
    await alerts.next() // The header: from here on no alert is missed.
    border.#watching = border.#watch(alerts)
    return border
  }

  async #watch(elements: ReturnType<Client['query']>): Promise<void> {
    try {
      for await (const element of elements) {
        const now = performance.now()
        if (element.kind !== 'row') continue
        const [crossing, reason] = (JSON.parse(element.text) as { row: { columns: Row } }).row.columns
        if (Number(crossing) < 0) this.#seenProbe = Math.max(this.#seenProbe, -Number(crossing))
        else
          this.alerts.set(Number(crossing), {
            reason: String(reason),
            latencyMs: now - this.#sentAt.get(Number(crossing))!,
          })
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error
    }
  }

  /** Resolves when the changes hold for travellers to come: a probe that is put on the list behind them raises an alert. */
  async change(changes: readonly ListChange[]): Promise<void> {
    const removed = changes.filter(({ reason }) => reason === null)
    const put = changes.filter(({ reason }) => reason !== null)
    await this.#send(
      removed.map(({ passport }) => ({ PASSPORT: passport })),
      { tombstones: true },
    )
    await this.#send([
      ...put.map(({ passport, reason }) => ({ PASSPORT: passport, REASON: reason })),
      { PASSPORT: `${PROBE}${++this.#probe}`, REASON: 'probe' },
    ])
    await this.proveList()
  }

  async #send(rows: readonly object[], options: { readonly tombstones?: boolean } = {}): Promise<void> {
    if (rows.length === 0) return
    const stream = this.#client.insert({ target: 'WATCH_LIST', ...options })
    await stream.write(rows.map((row) => JSON.stringify(row)))
    await stream.end()
  }

  /** Sends the probe until its alert comes; then those of all travellers before it have come, too. */
  async proveList(): Promise<void> {
    const giveUp = performance.now() + WAIT_MS
    const first = this.#probeCrossing + 1
    while (this.#seenProbe < first) {
      if (performance.now() > giveUp) throw new Error('No alert came for a passport that is on the list.')
      await this.#travellers.write([
        JSON.stringify({ PASSPORT: `${PROBE}${this.#probe}`, CROSSING: -++this.#probeCrossing }),
      ])
      await delay(PAUSE_MS)
    }
  }

  async pass({ crossing, passport, name, airport, gate }: Crossing): Promise<void> {
    const row = { PASSPORT: passport, CROSSING: crossing, NAME: name, AIRPORT: airport, GATE: gate }
    this.#sentAt.set(crossing, performance.now())
    await this.#travellers.write([JSON.stringify(row)])
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#watching
    await this.#travellers.end()
  }
}
