/**
 * Soak: mixed load with garbage among the records, which goes to a topic for dead letters, and clients that vanish. Options: `seconds` (60), `rate` (1,000 records/s), `garbage` (100:
 * one record in so many). Memory may grow by `growth` percent (15) from the second quarter of the time to the last.
 */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from '../../src/cli/client/client.ts'
import type { Fault } from './fault.ts'
import { FaultServer, seeded, withDataDir } from './support/server.ts'

const KEYS = 200
const TICK_MS = 100
const SETTLE_MS = 30_000
const LEAVE_MS = 5_000
/** The same topic as JSON and as plain text: what is no JSON can be inserted by the second. */
const STATEMENTS = `
  CREATE STREAM raw (k STRING KEY, line STRING) WITH (kafka_topic='events', key_format='KAFKA', value_format='KAFKA', partitions=2);
  CREATE STREAM events (k STRING KEY, id BIGINT)
    WITH (kafka_topic='events', key_format='KAFKA', value_format='JSON', on_error='DEAD_LETTER', dead_letter_topic='letters');
  CREATE STREAM letters (k STRING KEY, line STRING) WITH (kafka_topic='letters', key_format='KAFKA', value_format='KAFKA');
  CREATE STREAM copied AS SELECT k, id FROM events EMIT CHANGES;
  CREATE TABLE counted AS SELECT k, COUNT(*) AS n FROM events GROUP BY k EMIT CHANGES;
  CREATE TABLE copies AS SELECT k, COUNT(*) AS n FROM copied GROUP BY k EMIT CHANGES;`
/** Queries that read `events`: each writes its own dead letters. */
const READERS = 2
const PUSH = 'SELECT * FROM events EMIT CHANGES;'

export const soak: Fault = ({ seed, number, say }) =>
  withDataDir(async (dataDir) => {
    const random = seeded(seed)
    const seconds = number('seconds', 60)
    const garbageEvery = number('garbage', 100)
    const server = await FaultServer.start(dataDir)
    await server.execute(STATEMENTS, { 'auto.offset.reset': 'earliest' })
    const inserts = new Client(server.url).insert({ target: 'raw' })
    const memory: number[] = []
    let good = 0
    let garbage = 0
    let vanished = 0
    let pulls = 0
    const startedAt = performance.now()
    for (let tick = 1; performance.now() - startedAt < seconds * 1_000; tick++) {
      for (let i = 0; i < (number('rate', 1_000) * TICK_MS) / 1_000; i++) {
        const isGarbage = random() * garbageEvery < 1
        const line = isGarbage ? `{"id": ${Math.floor(random() * 1e6)} garbage` : JSON.stringify({ id: good })
        if (isGarbage) garbage++
        else good++
        await inserts.write([JSON.stringify({ K: `k${Math.floor(random() * KEYS)}`, LINE: line })])
      }
      if (tick % 3 === 0) vanished += vanishingClient(server.url, 100 + random() * 1_000)
      await server.pull(`SELECT * FROM counted WHERE k = 'k${Math.floor(random() * KEYS)}';`)
      pulls++
      if (tick % 10 === 0) memory.push(server.residentMb())
      if (tick % 100 === 0) say(`${good} good, ${garbage} bad records, ${Math.round(server.residentMb())} MB`)
      await delay(Math.max(0, startedAt + tick * TICK_MS - performance.now()))
    }
    await inserts.end()
    const [counted, copied] = [await countOf(server, 'counted', good), await countOf(server, 'copies', good)]
    const letters = await lettersOf(server, READERS * garbage)
    const errors = await server.metric('millrace_query_errors_total')
    const open = await openQueries(server)
    await server.stop()
    const [early, late] = [mean(memory, 0.25, 0.5), mean(memory, 0.75, 1)]
    const growth = (late / early - 1) * 100
    const failures = [
      ...(counted === good ? [] : [`${counted} of ${good} good records are counted`]),
      ...(copied === good ? [] : [`${copied} of ${good} good records are copied`]),
      ...(letters === READERS * garbage
        ? []
        : [`${letters} dead letters of ${READERS} queries and ${garbage} bad records`]),
      ...(growth <= number('growth', 15) ? [] : [`memory grew by ${growth.toFixed(1)} %`]),
      ...(open === 0 ? [] : [`${open} push queries of vanished clients are still open`]),
    ]
    const reported = [...errors.values()].reduce((sum, one) => sum + one, 0)
    return {
      failures,
      measured: {
        seconds,
        good,
        garbage,
        reported,
        letters,
        vanished,
        pulls,
        earlyMb: Math.round(early),
        lateMb: Math.round(late),
        growthPercent: Number(growth.toFixed(1)),
      },
    }
  })

/** Asks for a push query and is gone after `ms`, without a word. */
function vanishingClient(url: string, ms: number): number {
  const { hostname, port } = new URL(url)
  const body = JSON.stringify({ sql: PUSH, properties: {} })
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.resume()
  socket.write(
    `POST /query-stream HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.resetAndDestroy(), ms)
  return 1
}

/** Push queries that are still there some time after the last client has gone. */
async function openQueries(server: FaultServer): Promise<number> {
  const deadline = performance.now() + LEAVE_MS
  for (;;) {
    const open = (await server.metric('millrace_push_queries')).get('') ?? -1
    if (open === 0 || performance.now() > deadline) return open
    await delay(TICK_MS)
  }
}

/** Dead letters, when there are `wanted` or after a while. */
async function lettersOf(server: FaultServer, wanted: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const rows = await server.pull('SELECT line FROM letters;')
    if (rows.length >= wanted || performance.now() > deadline) return rows.length
    await delay(TICK_MS)
  }
}

/** The sum of the table's counts, when it has come to `wanted` or stays below it. */
async function countOf(server: FaultServer, table: string, wanted: number): Promise<number> {
  const deadline = performance.now() + SETTLE_MS
  for (;;) {
    const rows = await server.pull(`SELECT n FROM ${table};`)
    const count = rows.reduce((sum, [n]) => sum + (n as number), 0)
    if (count >= wanted || performance.now() > deadline) return count
    await delay(TICK_MS)
  }
}

function mean(values: readonly number[], from: number, to: number): number {
  const part = values.slice(Math.floor(values.length * from), Math.ceil(values.length * to))
  return part.reduce((sum, value) => sum + value, 0) / part.length
}
