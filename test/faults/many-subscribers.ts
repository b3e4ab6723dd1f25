/**
 * Many subscribers: 2,000 concurrent push queries on one stream get rows, twice; then again beside one more that has stopped reading. Options:
 * `subscribers` (2,000), `rows` (3,000) each time, `buffer` (1,000): rows that may wait for one subscriber.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import type { Fault } from './fault.ts'
import { PushClients } from './support/push-clients.ts'
import { FaultServer, withDataDir } from './support/server.ts'

const POLL_MS = 100
const STALL_MS = 60_000
const SQL = 'SELECT id, payload FROM ticks EMIT CHANGES;'
/** The first line that a client gets says what columns there are. */
const HEADERS = 1

export const manySubscribers: Fault = ({ number, say }) =>
  withDataDir(async (dataDir) => {
    const subscribers = number('subscribers', 2_000)
    const rows = number('rows', 3_000)
    const server = await FaultServer.start(dataDir, {
      'ksql.max.push.queries': String(subscribers + 10),
      'ksql.query.push.max.buffered.rows': String(number('buffer', 1_000)),
    })
    const clients = new PushClients(server.url)
    try {
      await server.execute(
        `CREATE STREAM ticks (id BIGINT, payload STRING) WITH (kafka_topic='ticks', value_format='JSON', partitions=1);`,
      )
      const openedAt = performance.now()
      await clients.open(subscribers, SQL)
      const openMs = Math.round(performance.now() - openedAt)
      const readers = [...clients.clients]
      say(`${subscribers} push queries are open, ${Math.round(server.residentMb())} MB`)
      let peakMb = 0
      let inserted = 0
      /** Inserts the rows; deliveries per second until each reader has them. */
      const deliver = async (): Promise<number> => {
        const startedAt = performance.now()
        await insert(server.url, rows)
        inserted += rows
        await until(
          () => {
            peakMb = Math.max(peakMb, Math.round(server.residentMb()))
            return readers.every((reader) => reader.rows - HEADERS >= inserted)
          },
          () => `${Math.min(...readers.map((reader) => reader.rows))} of ${inserted} rows at the slowest reader`,
        )
        return Math.round((rows * subscribers * 1_000) / (performance.now() - startedAt))
      }
      const alone = [await deliver(), await deliver()]
      const slow = await clients.openAlone(SQL)
      slow.stall()
      const besideSlow = await deliver()
      say(`deliveries/s: ${alone.join(', ')}, then beside one that does not read ${besideSlow}`)
      slow.resume()
      await until(
        () => slow.hasEnded,
        () => 'the subscriber that does not read is still there',
      )
      const wrong = readers.filter((reader) => reader.rows - HEADERS !== inserted)
      const failures = [
        ...(wrong.length > 0 ? [`${wrong.length} readers have not got each row once`] : []),
        ...(readers.some((reader) => reader.hasEnded) ? ['a reader was ended'] : []),
        ...(slow.last.includes('more slowly')
          ? []
          : [`the slow one was told no reason, but: ${slow.last.slice(-300)}`]),
        ...(slow.rows >= rows ? ['the slow one was not ended early'] : []),
      ]
      const reason = slow.last.trim().split('\n').at(-1) ?? ''
      return {
        failures,
        measured: {
          subscribers,
          rows: inserted,
          openMs,
          deliveriesPerSecond: alone.join(' '),
          besideSlow,
          peakMb,
          slowRows: slow.rows,
          reason,
        },
      }
    } finally {
      clients.close()
      await server.stop()
    }
  })

async function insert(url: string, rows: number): Promise<void> {
  const stream = new Client(url).insert({ target: 'ticks' })
  for (let id = 0; id < rows; id++)
    await stream.write([JSON.stringify({ ID: id, PAYLOAD: `tick ${id} ${'x'.repeat(80)}` })])
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
