/** The source `postgres` against a real server. */
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { ConnectorWorld } from '../support/connectors/connector-world.ts'

const WAIT = { timeout: 30_000, interval: 50 }
const address = new URL(inject('postgres'))

interface Event {
  readonly op: string
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
  readonly source: Readonly<Record<string, unknown>>
}

let world: ConnectorWorld
let client: pg.Client

beforeEach(async () => {
  world = await ConnectorWorld.open({ PASSWORD: decodeURIComponent(address.password) })
  client = new pg.Client({ connectionString: address.href })
  await client.connect()
  await client.query('DROP TABLE IF EXISTS cdc; CREATE TABLE cdc (id int PRIMARY KEY, v text)')
})

afterEach(async () => {
  await world.run('DROP CONNECTOR IF EXISTS x;').catch(() => {})
  await expect.poll(slots, WAIT).toEqual([])
  await client.end()
  await world.close()
})

const create = (options = '') =>
  world.run(`CREATE SOURCE x WITH (connector='postgres', url='postgres://${address.host}${address.pathname}',
    username='${address.username}', password='\${env:PASSWORD}', "table"='cdc', topic='x', "heartbeat.interval.ms"=200${options});`)
const slots = async () =>
  (await client.query("SELECT slot_name FROM pg_replication_slots WHERE slot_name LIKE 'millrace_x_%'")).rows
const values = async () => (await world.read('x')).map(({ value }) => value)
const events = async () => (await values()).map((value) => (value === null ? null : (JSON.parse(value) as Event)))
const ids = async () => (await events()).map((event) => event?.after?.['id'])
/** Waits until the first reading is over, and inserts the row 0. */
async function reachLog(): Promise<void> {
  const position = async () => (await world.read('_confluent-ksql-default_connector_X-positions')).at(-1)?.value ?? ''
  await expect.poll(position, WAIT).toContain('lsn')
  await client.query('INSERT INTO cdc VALUES (0, NULL)')
  await expectIds([0])
}
const expectIds = (expected: readonly number[]) => expect.poll(ids, WAIT).toEqual(expected)
const upTo = (end: number) => Array.from({ length: end }, (_, i) => i)

describe('the source postgres', () => {
  test('reads rows and then changes, a deletion with a tombstone, another key as a deletion and a creation', async () => {
    await client.query("INSERT INTO cdc VALUES (1, 'a')")
    await create()
    await expectIds([1])
    await client.query(
      "UPDATE cdc SET v = 'b'; UPDATE cdc SET id = 2; INSERT INTO cdc VALUES (3, NULL); DELETE FROM cdc WHERE id = 2",
    )
    await client.query('TRUNCATE cdc')
    await expect.poll(async () => (await values()).length, WAIT).toBe(9)
    const seen = (await events()).map((event) => event && [event.op, event.before, event.after])
    expect(seen).toEqual([
      ['r', null, { id: 1, v: 'a' }],
      ['u', null, { id: 1, v: 'b' }],
      ['d', { id: 1, v: null }, null],
      null,
      ['c', null, { id: 2, v: 'b' }],
      ['c', null, { id: 3, v: null }],
      ['d', { id: 2, v: null }, null],
      null,
      ['t', null, null],
    ])
    const [first, second, third] = await events()
    expect(first?.source).toMatchObject({
      connector: 'postgresql',
      name: 'X',
      snapshot: 'true',
      schema: 'public',
      table: 'cdc',
    })
    expect(second?.source).toMatchObject({ snapshot: 'false', txId: third?.source['txId'], tx_index: 0 })
    expect(third?.source).toMatchObject({ tx_index: 1 })
  })

  test('keeps every digit and every shape of a value, in a snapshot as in a change', async () => {
    const columns: readonly (readonly [type: string, value: string, json: unknown])[] = [
      ['boolean', 'true', true],
      ['bigint', '9007199254740993', '#9007199254740993'],
      ['numeric(20,4)', '12345.6000', '#12345.6000'],
      ['numeric', "'NaN'", 'NaN'],
      ['real', '0.1', 0.1],
      ['double precision', "'-Infinity'", '-Infinity'],
      ['bytea', "'\\xdead00'", '3q0A'],
      ['uuid', "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
      ['date', "'1969-12-31'", -1],
      ['date', "'5874897-12-31'", 2145042905],
      ['time', "'24:00:00'", 86_400_000_000],
      ['timetz', "'12:34:56+02'", '10:34:56Z'],
      ['timestamp', "'1969-12-31 23:59:59.999999'", -1],
      ['timestamptz', "'2024-02-29 12:34:56.789012+02'", '2024-02-29T10:34:56.789012Z'],
      ['timestamptz', "'infinity'", 'infinity'],
      ['interval', "'1 year 2 days 03:04:05.6'", 'P1Y2DT3H4M5.6S'],
      ['jsonb', '\'{"a": [1, "b"]}\'', '{"a": [1, "b"]}'],
      [
        'int[]',
        "'{{1,2},{NULL,4}}'",
        [
          [1, 2],
          [null, 4],
        ],
      ],
      ['text[]', `'{"a b",NULL,"NULL","q\\"x",""}'`, ['a b', null, 'NULL', 'q"x', '']],
      ['bytea[]', `ARRAY['\\x01'::bytea]`, ['AQ==']],
      ['inet', "'10.0.0.1'", '10.0.0.1'],
      ['bit(1)', "B'1'", true],
      ['bit(3)', "B'011'", 'Aw=='],
      ['money', "'-1234.5'", -1234.5],
      ['point', "'(1,2)'", { x: 1, y: 2, wkb: 'AQEAAAAAAAAAAADwPwAAAAAAAABA', srid: null }],
      ['time(3)', "'00:00:01.5'", 1500],
      ['timestamp(0)', "'1970-01-01 00:00:02'", 2000],
      ['timestamptz(3)', "'2024-02-29 12:34:56.7+02'", '2024-02-29T10:34:56.700Z'],
      ['int4range', "'[1,5)'", '[1,5)'],
    ]
    const names = columns.map((_, i) => `c${i}`)
    await client.query(
      `DROP TABLE cdc; CREATE TABLE cdc (id int PRIMARY KEY, ${columns.map(([type], i) => `c${i} ${type}`).join(', ')})`,
    )
    const insert = (id: number) =>
      client.query(
        `INSERT INTO cdc (id, ${names.join(', ')}) VALUES (${id}, ${columns.map(([, value]) => value).join(', ')})`,
      )
    await insert(1)
    await create()
    await expectIds([1])
    await insert(2)
    await expectIds([1, 2])
    // What JavaScript cannot hold is compared as a text.
    const exact = (value: string | null) =>
      JSON.parse(value!.replaceAll(/:(9007199254740993|12345\.6000)/g, ':"#$1"')) as Event
    const rows = (await values()).map((value) => exact(value).after)
    const expected = Object.fromEntries(columns.map(([, , json], i) => [`c${i}`, json]))
    expect(rows).toEqual([
      { id: 1, ...expected },
      { id: 2, ...expected },
    ])
  })

  test('says where a long value was not changed, unless the whole row is in the log', async () => {
    const long = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 300) i)"
    await client.query(
      `ALTER TABLE cdc ADD long text, ALTER long SET STORAGE EXTERNAL; INSERT INTO cdc VALUES (1, 'a', ${long})`,
    )
    await create()
    await expectIds([1])
    await client.query("UPDATE cdc SET v = 'b'")
    await expectIds([1, 1])
    await client.query("ALTER TABLE cdc REPLICA IDENTITY FULL; UPDATE cdc SET v = 'c'")
    await expectIds([1, 1, 1])
    const [whole, update, full] = await events()
    expect(update?.after?.['long']).toBe('__debezium_unavailable_value')
    expect(full?.after).toEqual({ ...whole?.after, v: 'c' })
    expect(full?.before).toEqual({ ...whole?.after, v: 'b' })
  })

  test('continues exactly where it was after a restart, also within a transaction', async () => {
    await create()
    await reachLog()
    await client.query('INSERT INTO cdc SELECT i, NULL FROM generate_series(1, 29999) i')
    await expect.poll(async () => (await values()).length, WAIT).toBeGreaterThan(1)
    await world.engine.closeEngine()
    await client.query('INSERT INTO cdc VALUES (30000, NULL)')
    await world.reopen()
    await expect.poll(async () => (await values()).length, WAIT).toBeGreaterThanOrEqual(30_001)
    expect(await ids()).toEqual(upTo(30_001))
  })

  test('reads rows that were there and rows that come meanwhile once each', async () => {
    await client.query('INSERT INTO cdc SELECT i, NULL FROM generate_series(0, 9999) i')
    await create()
    for (let id = 10_000; id < 10_050; id++) await client.query('INSERT INTO cdc VALUES ($1, NULL)', [id])
    await expect.poll(async () => (await values()).length, WAIT).toBe(10_050)
    expect((await ids()).toSorted((a, b) => Number(a) - Number(b))).toEqual(upTo(10_050))
  })

  test('lets the server forget its log while only other tables change', async () => {
    await create()
    await expect.poll(slots, WAIT).toHaveLength(1)
    await client.query('DROP TABLE IF EXISTS other; CREATE TABLE other AS SELECT i FROM generate_series(1, 1000) i')
    const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn')
    const isForgotten = async () =>
      (
        await client.query<{ done: boolean }>(
          "SELECT confirmed_flush_lsn >= $1::pg_lsn AS done FROM pg_replication_slots WHERE slot_name LIKE 'millrace_x_%'",
          [rows[0]!.lsn],
        )
      ).rows[0]?.done
    await expect.poll(isForgotten, WAIT).toBe(true)
  })

  test('tells of columns that change, and continues with them', async () => {
    await client.query("INSERT INTO cdc VALUES (1, 'a')")
    await create()
    await expectIds([1])
    await client.query('ALTER TABLE cdc ADD n bigint; ALTER TABLE cdc DROP v; INSERT INTO cdc VALUES (2, 5)')
    await expectIds([1, 2])
    expect((await events()).at(-1)?.after).toEqual({ id: 2, n: 5 })
    expect(world.warnings.join()).toContain('have changed: n int8 was added, v was dropped.')
  })

  test('writes rows as they are where it is to, over which a table can be created', async () => {
    await client.query("INSERT INTO cdc VALUES (1, 'a'), (2, 'b')")
    await create(", value='row'")
    await client.query('DELETE FROM cdc WHERE id = 1')
    await expect.poll(values, WAIT).toEqual(expect.arrayContaining(['{"id":2,"v":"b"}']))
  })

  test('does not go past a slot that is gone or was moved', async () => {
    await create()
    await reachLog()
    await world.run('PAUSE CONNECTOR x;')
    await client.query('INSERT INTO cdc VALUES (1, NULL)')
    const [{ slot_name: slot }] = (await slots()) as [{ readonly slot_name: string }]
    const advance = () => client.query('SELECT pg_replication_slot_advance($1, pg_current_wal_lsn())', [slot])
    await expect.poll(() => advance().then(() => 'moved', String), WAIT).toBe('moved')
    await world.run('RESUME CONNECTOR x;')
    const trace = async () => (await world.describe('x')).status.tasks[0]?.trace ?? ''
    await expect.poll(trace, WAIT).toContain('Another reader has moved the slot')
    await client.query('SELECT pg_drop_replication_slot($1)', [slot])
    await world.restart()
    await expect.poll(trace, WAIT).toContain('is gone. Changes since')
    expect(await ids()).toEqual([0])
  })

  test('without a primary key publishes new rows only, and does not keep the table from being changed', async () => {
    await client.query("DROP TABLE cdc; CREATE TABLE cdc (id int, v text); INSERT INTO cdc VALUES (1, 'a')")
    await create()
    await expectIds([1])
    await client.query("UPDATE cdc SET v = 'b'; INSERT INTO cdc VALUES (2, 'c'); DELETE FROM cdc")
    await expectIds([1, 2])
    expect(world.warnings.join()).toContain('"public"."cdc" has no primary key')
  })

  test('refuses a table that is not there, and continues when it is', async () => {
    await client.query('DROP TABLE cdc')
    await create()
    await expect
      .poll(async () => (await world.describe('x')).status.tasks[0]?.trace ?? '', WAIT)
      .toContain('The database has no table "public"."cdc".')
    await client.query("CREATE TABLE cdc (id int PRIMARY KEY, v text); INSERT INTO cdc VALUES (1, 'a')")
    await expectIds([1])
  })

  test('survives connections that are cut', async () => {
    await create()
    await client.query('INSERT INTO cdc VALUES (0, NULL)')
    await expectIds([0])
    for (let id = 1; id <= 3; id++) {
      await client.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'millrace X'")
      await client.query('INSERT INTO cdc VALUES ($1, NULL)', [id])
      await expectIds(upTo(id + 1))
    }
  })
})
