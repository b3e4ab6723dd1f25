/** As-of joins of topics that are read side by side: in the order of time, the right side first. */
import { afterEach, expect, test } from 'vitest'
import type { TestRecord } from '../../../support/produce-json.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const BOUND = { timeout: 20_000, interval: 20 }
const RECORDS = 500

test.each(['STREAM', 'TABLE'] as const)(
  'each record meets the row of its time, though another topic holds it: %s',
  async (kind) => {
    world = await QueryWorld.open()
    const key = kind === 'TABLE' ? 'PRIMARY KEY' : 'KEY'
    await world.run(`
      CREATE STREAM trades (id STRING KEY, c STRING) WITH (kafka_topic='trades', value_format='JSON', partitions=2);
      CREATE ${kind} rates (c STRING ${key}, n INT) WITH (kafka_topic='rates', value_format='JSON', partitions=2);`)
    const times = Array.from({ length: RECORDS }, (_, i) => 10 * i)
    await world.produce(
      'trades',
      times.map((timestamp, i): TestRecord => ({ key: `t${i}`, value: { C: `c${i % 5}` }, timestamp })),
    )
    await world.produce(
      'rates',
      times.map((timestamp, i): TestRecord => ({ key: `c${i % 5}`, value: { N: i }, timestamp })),
    )
    await world.run(
      'CREATE STREAM priced AS SELECT t.id AS id, r.n AS n FROM trades t ' +
        'ASOF LEFT JOIN rates r STATE TTL 1 DAY ON t.c = r.c AND t.rowtime >= r.rowtime;',
      { 'auto.offset.reset': 'earliest', 'millrace.source.idle.timeout.ms': '50' },
    )
    const found = async () =>
      ((await world.values('PRICED')) as { ID: string; N: number }[]).map(({ ID, N }) => `${ID}=${N}`).toSorted()
    await expect.poll(found, BOUND).toEqual(times.map((_, i) => `t${i}=${i}`).toSorted())
  },
  60_000,
)
