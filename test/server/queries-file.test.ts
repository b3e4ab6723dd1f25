/** A server with `ksql.queries.file`: its statements come from a file, and over HTTP it is read only. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Engine, RowStream } from '../../src/engine/api.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { collect } from '../support/engine.ts'

const STATEMENTS = `
  -- Orders by customer.
  SET 'auto.offset.reset' = 'earliest';
  CREATE TYPE money AS DECIMAL(8, 2);
  CREATE STREAM orders (id STRING KEY, who STRING, amount money) WITH (kafka_topic='orders', value_format='JSON', partitions=1);
  CREATE TABLE totals AS SELECT who, COUNT(*) AS n FROM orders GROUP BY who;`

/** A test starts up to four servers. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })

let directory = ''
const open = new Set<ServerParts>()
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-file-'))
})
afterEach(async () => {
  await Promise.all([...open].map((parts) => parts.close()))
  open.clear()
  rmSync(directory, { recursive: true, maxRetries: 3 })
})

async function start(statements: string | null): Promise<Engine> {
  const path = join(directory, 'queries.sql')
  if (statements !== null) writeFileSync(path, statements)
  const parts = startServerParts({
    dataDir: join(directory, 'data'),
    properties: { 'num.stream.threads': '1', ...(statements !== null && { 'ksql.queries.file': path }) },
    warn: () => {},
  })
  open.add(parts)
  return parts.engine
}

async function stop(): Promise<void> {
  await Promise.all([...open].map((parts) => parts.close()))
  open.clear()
}

const insertOrders = async (engine: Engine) =>
  engine.execute({ sql: "INSERT INTO orders (id, who, amount) VALUES ('1', 'ann', 2), ('2', 'ann', 3);" })
const counted = async (engine: Engine) =>
  (await collect((await engine.openQuery({ sql: "SELECT n FROM totals WHERE who = 'ann';" })) as RowStream)).items.map(
    ({ row }) => row,
  )

test('runs the statements at each start, and continues from its commits', async () => {
  const first = await start(STATEMENTS)
  const [streams, queries] = (await first.execute({ sql: 'SHOW STREAMS; SHOW QUERIES;' })) as unknown as [
    { streams: { name: string }[] },
    { queries: { id: string }[] },
  ]
  expect(streams.streams.map(({ name }) => name)).toContain('ORDERS')
  expect(queries.queries.map(({ id }) => id)).toEqual(['CTAS_TOTALS_2'])
  await stop()
  // Records come from elsewhere: here from a server that has a command log of its own, under another service id.
  const writer = startServerParts({
    dataDir: join(directory, 'data'),
    properties: { 'num.stream.threads': '1', 'ksql.service.id': 'other' },
    warn: () => {},
  })
  open.add(writer)
  const other = await writer.engine
  const orders = STATEMENTS.split(';')[2]!.replace('money', 'DECIMAL(8, 2)')
  await other.execute({ sql: `${orders};` })
  await insertOrders(other)
  await stop()
  let engine = await start(STATEMENTS)
  await expect.poll(() => counted(engine), { timeout: 20_000 }).toEqual([[2]])
  await stop()
  engine = await start(STATEMENTS)
  await expect.poll(() => counted(engine), { timeout: 20_000 }).toEqual([[2]])
})

test('answers what reads, and refuses what changes anything', async () => {
  const engine = await start(STATEMENTS)
  await engine.execute({ sql: 'DESCRIBE totals; SHOW TABLES; EXPLAIN CTAS_TOTALS_2; LIST TOPICS;' })
  for (const sql of [
    'CREATE STREAM more AS SELECT * FROM orders;',
    'DROP TABLE totals;',
    'TERMINATE ALL;',
    'PAUSE CTAS_TOTALS_2;',
    "INSERT INTO orders (id) VALUES ('x');",
  ])
    await expect(engine.execute({ sql }), sql).rejects.toThrow(/takes none over HTTP that change anything/)
  await expect(engine.openInserts('orders')).rejects.toThrow(/takes none over HTTP/)
  await expect(engine.terminate([])).rejects.toThrow(/takes none over HTTP/)
  expect(await engine.health()).toMatchObject({ isHealthy: true })
})

test('does not start with a file that it cannot run', async () => {
  await expect(
    start("CREATE STREAM s (k INT KEY) WITH (kafka_topic='s', value_format='JSON', partitions=1);"),
  ).rejects.toThrow(/does not contain any persistent queries/)
  await stop()
  await expect(start(`${STATEMENTS} DROP TABLE totals;`)).rejects.toThrow(
    /may hold these statements only: CREATE STREAM/,
  )
  await stop()
  await expect(start(`${STATEMENTS} CREATE STREAM x AS SELECT nope FROM orders;`)).rejects.toThrow(/queries\.sql.*NOPE/)
})

test('does not share a service id with servers that take statements over HTTP', async () => {
  await start(null)
  await stop()
  await expect(start(STATEMENTS)).rejects.toThrow(/holds statements.*Set another ksql\.service\.id/)
})
