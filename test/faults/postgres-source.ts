/**
 * The source `postgres`: the server is killed at random moments while rows of a table are inserted, updated and deleted, also many in one
 * transaction. In the end each change must be in the topic once, in the order of the commits, and make the table. The table has rows at the
 * beginning, and the first server is killed while it reads them. Options: `changes` (200,000), `kills` (20), `life` (2,000): how long a server
 * lives at most after it answers, ms. It needs `MILLRACE_TEST_POSTGRES`, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with `wal_level=logical`.
 */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { readTopic, type TextRecord } from '../support/read-topic.ts'
import type { Fault } from './fault.ts'
import { FaultServer, seeded, withDataDir, withLog } from './support/server.ts'

const TABLE = 'millrace_kill_source'
const ROWS_BEFORE = 20_000
const LARGE = 20_000
const SLOTS = 'millrace_changes_%'
/** So many servers are killed while they may read the rows; the others read the log. */
const READINGS = 2
const CATCH_UP_MS = 180_000

export const postgresSource: Fault = ({ seed, number, say }) =>
  withDataDir(async (dataDir) => {
    const address = new URL(process.env['MILLRACE_TEST_POSTGRES'] ?? missingAddress())
    process.env['CONNECTOR_PG_PASSWORD'] = decodeURIComponent(address.password)
    const changes = number('changes', 200_000)
    const kills = number('kills', 20)
    const life = number('life', 2000)
    const random = seeded(seed)
    const client = new pg.Client({ connectionString: address.href })
    await client.connect()
    await client.query(`DROP TABLE IF EXISTS ${TABLE}; CREATE TABLE ${TABLE} (id int PRIMARY KEY, v int)`)
    await client.query(`INSERT INTO ${TABLE} SELECT i, 0 FROM generate_series(1, ${ROWS_BEFORE}) i`)
    const from = performance.now()
    let server = await FaultServer.start(dataDir)
    try {
      await server.execute(`CREATE SOURCE changes WITH (connector='postgres', url='postgres://${address.host}${address.pathname}',
        username='${address.username}', password='\${env:CONNECTOR_PG_PASSWORD}', "table"='${TABLE}', topic='changes');`)
      const made = new Map<number, number>()
      for (let i = 0; i < kills; i++) {
        await delay(random() * life)
        await server.kill()
        say(`killed (${i + 1} of ${kills})`)
        const [starting, transactions] = await Promise.all([
          FaultServer.start(dataDir),
          change(client, Math.ceil(changes / kills), random),
        ])
        server = starting
        // What changes before the rows have been read is in the rows or in the log.
        if (i >= READINGS) for (const [xid, rows] of transactions) made.set(xid, rows)
        if (i === READINGS - 1) await caughtUp(client, say)
      }
      await caughtUp(client, say)
      const table = await client.query<{ id: number; v: number }>(`SELECT id, v FROM ${TABLE}`)
      await server.stop()
      const records = await withLog(dataDir, (broker) => readTopic(broker, 'changes'))
      const seen = follow(records)
      return {
        failures: [
          ...[...made].flatMap(([xid, rows]) => {
            const found = seen.transactions.get(xid) ?? 0
            return found === rows ? [] : [`${found} of ${rows} changes of transaction ${xid} are in the topic`]
          }),
          ...(seen.repeated === 0 ? [] : [`${seen.repeated} changes are there twice`]),
          ...(sameTable(seen.rows, table.rows) ? [] : ['the changes do not make the table']),
        ],
        measured: {
          transactions: made.size,
          changes: [...made.values()].reduce((sum, rows) => sum + rows, 0),
          kills,
          readings: seen.readings,
          rows: table.rows.length,
          seconds: Math.round((performance.now() - from) / 1000),
        },
      }
    } finally {
      await server.execute('DROP CONNECTOR changes;').catch(() => {})
      await server.stop().catch(() => {})
      await dropLeftovers(client)
      await client.end()
    }
  })

const missingAddress = (): never => {
  throw new Error('Set MILLRACE_TEST_POSTGRES to postgres://USER:PASSWORD@HOST:PORT/DATABASE.')
}

/** Makes at least so many changes; returns how many each transaction has. One has many. */
async function change(client: pg.Client, wanted: number, random: () => number): Promise<ReadonlyMap<number, number>> {
  const made = new Map<number, number>()
  let total = 0
  const commit = async (...statements: readonly string[]) => {
    await client.query('BEGIN')
    let rows = 0
    for (const sql of statements) rows += (await client.query(sql)).rowCount ?? 0
    const { rows: found } = await client.query<{ xid: string }>('SELECT pg_current_xact_id()::text AS xid')
    await client.query('COMMIT')
    // Events have the lower 32 bits.
    if (rows > 0) made.set(Number(BigInt(found[0]!.xid) & 0xffff_ffffn), rows)
    total += rows
  }
  const large = Math.min(LARGE, wanted >> 1)
  await commit(`UPDATE ${TABLE} SET v = v + 1 WHERE id <= ${large}`)
  while (total < wanted) {
    const id = Math.floor(random() * 1_000_000)
    await commit(
      `INSERT INTO ${TABLE} SELECT i, 1 FROM generate_series(${id}, ${id + 200}) i ON CONFLICT DO NOTHING`,
      `UPDATE ${TABLE} SET v = v + 1 WHERE id BETWEEN ${id} AND ${id + 100}`,
      `DELETE FROM ${TABLE} WHERE id BETWEEN ${id + 50} AND ${id + 70} AND id > ${large}`,
    )
  }
  return made
}

/** Waits until all that is committed now is in the topic. */
async function caughtUp(client: pg.Client, say: (text: string) => void): Promise<void> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
  const until = performance.now() + CATCH_UP_MS
  while (performance.now() < until) {
    const behind = await client.query<{ bytes: string | null }>(
      `SELECT $1::pg_lsn - confirmed_flush_lsn AS bytes FROM pg_replication_slots WHERE slot_name LIKE '${SLOTS}'`,
      [rows[0]!.lsn],
    )
    const bytes = behind.rows[0]?.bytes ?? null
    if (bytes !== null && Number(bytes) <= 0) return
    say(bytes === null ? 'there is no slot yet' : `${bytes} bytes of the log behind`)
    await delay(2000)
  }
}

interface Event {
  readonly op: string
  readonly before: { readonly id: number } | null
  readonly after: { readonly id: number; readonly v: number } | null
  readonly source: { readonly lsn: number; readonly txId: number | null; readonly tx_index: number }
}

/** What a reader of the topic has in the end. */
function follow(records: readonly TextRecord[]) {
  const rows = new Map<number, number>()
  const places = new Set<string>()
  const readings = new Set<number>()
  const transactions = new Map<number, number>()
  let changes = 0
  for (const { value } of records) {
    if (value === null) continue
    const { op, before, after, source } = JSON.parse(value) as Event
    if (after === null) rows.delete(before!.id)
    else rows.set(after.id, after.v)
    if (op === 'r') readings.add(source.lsn)
    else {
      changes++
      transactions.set(source.txId!, (transactions.get(source.txId!) ?? 0) + 1)
      places.add(`${source.txId}/${source.tx_index}`)
    }
  }
  return { rows, transactions, repeated: changes - places.size, readings: readings.size }
}

const sameTable = (
  rows: ReadonlyMap<number, number>,
  table: readonly { readonly id: number; readonly v: number }[],
): boolean => rows.size === table.length && table.every(({ id, v }) => rows.get(id) === v)

/** Where the connector could not be dropped by the server. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  await client.query(
    `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name LIKE '${SLOTS}' AND NOT active`,
  )
  await client.query(`DROP TABLE ${TABLE}`)
}
