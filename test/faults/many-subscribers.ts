/**
 * Many subscribers: 2,000 concurrent push queries on one stream get rows, twice. Options: `subscribers` (2,000), `rows` (3,000) each time, `buffer`
 * (1,000): rows that may wait for one subscriber; `checkout`: directory of the sources that serve, by default these.
 *
 * `values` (0): how many filters there are on the values of a column, each wanted by as many subscribers. 0: no filter, and the rows are delivered
 * once more beside one subscriber that has stopped reading.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import type { Fault } from './fault.ts'
import { type PushClient, PushClients } from './support/push-clients.ts'
import { FaultServer, withDataDir } from './support/server.ts'

const POLL_MS = 100
const STALL_MS = 60_000
const SQL = 'SELECT id, payload FROM ticks EMIT CHANGES;'
const filtered = (value: number) => `SELECT id, payload FROM ticks WHERE area = 'area-${value}' EMIT CHANGES;`
/** The first line that a client gets says what columns there are. */
const HEADERS = 1

export const manySubscribers: Fault = ({ number, text, say }) =>
  withDataDir(async (dataDir) => {
    const subscribers = number('subscribers', 2_000)
    const rows = number('rows', 3_000)
    const values = number('values', 0)
    const checkout = text('checkout', '')
    const server = await FaultServer.start(
      dataDir,
      {
        'ksql.max.push.queries': String(subscribers + 10),
        'ksql.query.push.max.buffered.rows': String(number('buffer', 1_000)),
      },
      checkout === '' ? {} : { checkout },
    )
    const clients = new PushClients(server.url)
    try {
      await server.execute(
        `CREATE STREAM ticks (id BIGINT, area STRING, payload STRING) WITH (kafka_topic='ticks', value_format='JSON', partitions=1);`,
      )
      const insertCpu = await insertAlone(server, { rows, values })
      const idleMb = server.residentMb()
      const openedAt = performance.now()
      await clients.open(subscribers, (i) => (values === 0 ? SQL : filtered(i % values)))
      const openMs = Math.round(performance.now() - openedAt)
      const kbPerSubscriber = Number((((server.residentMb() - idleMb) * 1_024) / subscribers).toFixed(1))
      const readers = [...clients.clients]
      say(`${subscribers} push queries are open after ${openMs} ms, ${kbPerSubscriber} kB each`)
      let peakMb = 0
      let inserted = 0
      const wanted = (reader: number) => (values === 0 ? inserted : rowsOfValue(inserted, values, reader % values))
      const received = (reader: PushClient) => reader.rows - HEADERS
      /** Inserts the rows; deliveries per second until each reader has them, and per second of the server's CPU without that of inserts. */
      const deliver = async (): Promise<{ readonly perSecond: number; readonly perCpuSecond: number }> => {
        const startedAt = performance.now()
        const cpuBefore = server.cpuSeconds()
        const before = readers.reduce((sum, reader) => sum + reader.rows, 0)
        await insert(server.url, { first: inserted, rows, values })
        inserted += rows
        await until(
          () => {
            peakMb = Math.max(peakMb, Math.round(server.residentMb()))
            return readers.every((reader, i) => received(reader) >= wanted(i))
          },
          () => `${Math.min(...readers.map((reader) => reader.rows))} of ${inserted} rows at the slowest reader`,
        )
        const deliveries = readers.reduce((sum, reader) => sum + reader.rows, 0) - before
        const cpu = Math.max(0.01, server.cpuSeconds() - cpuBefore - insertCpu)
        return {
          perSecond: Math.round((deliveries * 1_000) / (performance.now() - startedAt)),
          perCpuSecond: Math.round(deliveries / cpu),
        }
      }
      const alone = [await deliver(), await deliver()]
      say(`deliveries/s: ${alone.map(({ perSecond }) => perSecond).join(', ')}`)
      const slow = values === 0 ? await besideSlow(clients, async () => (await deliver()).perSecond) : null
      const failures = [
        ...check(
          readers.every((reader, i) => received(reader) === wanted(i)),
          'some readers have not got each row once',
        ),
        ...check(!readers.some((reader) => reader.hasEnded), 'a reader was ended'),
        ...(slow === null ? [] : slowFailures(slow.client, rows)),
      ]
      return {
        failures,
        measured: {
          subscribers,
          values,
          rows: inserted,
          openMs,
          kbPerSubscriber,
          deliveriesPerSecond: alone.map(({ perSecond }) => perSecond).join(' '),
          deliveriesPerCpuSecond: alone.map(({ perCpuSecond }) => perCpuSecond).join(' '),
          peakMb,
          ...(slow !== null && {
            besideSlow: slow.perSecond,
            slowRows: slow.client.rows,
            reason: slow.client.last.trim().split('\n').at(-1) ?? '',
          }),
        },
      }
    } finally {
      clients.close()
      await server.stop()
    }
  })

const check = (holds: boolean, failure: string): string[] => (holds ? [] : [failure])

/** How many of the first `rows` rows have the value. */
const rowsOfValue = (rows: number, values: number, value: number): number => Math.ceil((rows - value) / values)

/** Delivers beside one more subscriber that does not read, and waits until it is ended. */
async function besideSlow(
  clients: PushClients,
  deliver: () => Promise<number>,
): Promise<{ readonly client: PushClient; readonly perSecond: number }> {
  const client = await clients.openAlone(SQL)
  client.stall()
  const perSecond = await deliver()
  client.resume()
  await until(
    () => client.hasEnded,
    () => 'the subscriber that does not read is still there',
  )
  return { client, perSecond }
}

const slowFailures = (slow: PushClient, rows: number): string[] => [
  ...check(slow.last.includes('more slowly'), `the slow one was told no reason, but: ${slow.last.slice(-300)}`),
  ...check(slow.rows < rows, 'the slow one was not ended early'),
]

interface Inserted {
  readonly first: number
  readonly rows: number
  readonly values: number
}

/** CPU seconds that the server needs for the rows while nobody reads them. */
async function insertAlone(server: FaultServer, { rows, values }: Omit<Inserted, 'first'>): Promise<number> {
  const before = server.cpuSeconds()
  await insert(server.url, { first: 0, rows, values })
  return server.cpuSeconds() - before
}

async function insert(url: string, { first, rows, values }: Inserted): Promise<void> {
  const stream = new Client(url).insert({ target: 'ticks' })
  for (let id = first; id < first + rows; id++) {
    const area = `area-${values === 0 ? 0 : id % values}`
    await stream.write([JSON.stringify({ ID: id, AREA: area, PAYLOAD: `tick ${id} ${'x'.repeat(80)}` })])
  }
  await stream.end()
}

async function until(holds: () => boolean, what: () => string): Promise<void> {
  let changedAt = performance.now()
  for (let before = ''; !holds(); await delay(POLL_MS)) {
    const now = what()
    if (now !== before) changedAt = performance.now()
    before = now
    if (performance.now() - changedAt > STALL_MS) throw new Error(`Stuck: ${now}`)
  }
}
