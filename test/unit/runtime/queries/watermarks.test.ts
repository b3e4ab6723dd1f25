/** Windows behind a repartition of several partitions: a backlog gives what the records gave as they came. */
import { afterEach, expect, test, vi } from 'vitest'
import type { TestRecord } from '../../../support/produce-json.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const PARTITIONS = 4
const ROWS = 9_600
const COLOURS = 10
const CONFIG = { 'auto.offset.reset': 'earliest', 'millrace.source.idle.timeout.ms': '50' }

const stream = (name: string): string =>
  `CREATE STREAM ${name} (k STRING KEY, c STRING, n INT) WITH (kafka_topic='${name}', value_format='JSON', partitions=${PARTITIONS});`

/** A row a second and partition, each partition in the order of time. */
const backlog = (rows = ROWS): TestRecord[] =>
  Array.from({ length: rows }, (_, i) => ({
    key: `k${i}`,
    value: { C: `c${i % COLOURS}`, N: i },
    timestamp: 1_000 * Math.floor(i / PARTITIONS),
  }))

/** The sum of a column over the newest rows of a table. */
async function total(topic: string): Promise<number> {
  const rows = new Map<string, number>()
  for (const { key, value, partition } of await world.read(topic)) {
    const name = `${partition} ${key}`
    if (value === null) rows.delete(name)
    else rows.set(name, (value as { N: number }).N)
  }
  return [...rows.values()].reduce((sum, n) => sum + n, 0)
}

test.each([
  'WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS)',
  'WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS)',
  'WINDOW SESSION (1 HOUR, GRACE PERIOD 0 SECONDS)',
])('no row of a backlog is late: %s', async (window) => {
  world = await QueryWorld.open()
  await world.run(stream('s'))
  await world.produce('s', backlog())
  await world.run(`CREATE TABLE t AS SELECT c, COUNT(*) AS n FROM s ${window} GROUP BY c;`, CONFIG)
  await world.runtime.settled()
  expect(await total('T')).toBe(ROWS)
})

test('all pairs of a join of two re-keyed streams are found without grace', async () => {
  world = await QueryWorld.open()
  await world.run(stream('l') + stream('r'))
  const rows = 4_000
  const left = backlog(rows).map((row, i) => ({ ...row, value: { C: `c${i}`, N: i } }))
  await world.produce('l', left)
  await world.produce(
    'r',
    left.map((row, i) => ({ ...row, key: `other${i}` })),
  )
  await world.run(
    `CREATE STREAM pairs AS SELECT l.c, l.n AS ln, r.n AS rn FROM l JOIN r WITHIN 10 SECONDS GRACE PERIOD 0 SECONDS ON l.c = r.c;`,
    CONFIG,
  )
  await world.runtime.settled()
  expect(await world.read('PAIRS')).toHaveLength(rows)
})

/** All windows but the last have left, once and whole. */
async function expectFinalWindows(topic: string): Promise<void> {
  const minutes = ROWS / PARTITIONS / 60
  const perWindow = (60 * PARTITIONS) / COLOURS
  const check = async () => {
    const rows = await world.read(topic)
    expect(rows).toHaveLength((minutes - 1) * COLOURS)
    expect(new Set(rows.map(({ value }) => (value as { N: number }).N))).toEqual(new Set([perWindow]))
  }
  await vi.waitFor(check, { timeout: 10_000 })
}

const FINAL = `CREATE TABLE t AS SELECT c, COUNT(*) AS n FROM s
  WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS) GROUP BY c EMIT FINAL;`

test('each window leaves once, with all of its rows, when the last partition has passed it', async () => {
  world = await QueryWorld.open()
  await world.run(stream('s'))
  await world.produce('s', backlog())
  await world.run(FINAL, CONFIG)
  await expectFinalWindows('T')
})

test.each(['at_least_once', 'exactly_once_v2'])(
  'windows that wait for a slow partition leave after a restart: %s',
  async (guarantee) => {
    const config = { ...CONFIG, 'processing.guarantee': guarantee }
    world = await QueryWorld.open()
    await world.run(stream('s'))
    await world.produce('s', backlog())
    const [plan] = await world.run(FINAL, { ...config, 'millrace.source.idle.timeout.ms': '3600000' })
    await world.runtime.settled()
    await world.restart()
    await world.runtime.start({ plan: plan!, config, paused: false })
    await expectFinalWindows('T')
  },
)

test('unmatched rows of an outer join leave when the last partition has passed their grace', async () => {
  world = await QueryWorld.open()
  await world.run(stream('l') + stream('r'))
  const rows = 4_000
  const left = backlog(rows).map((row, i) => ({ ...row, value: { C: `c${i}`, N: i } }))
  await world.produce('l', left)
  await world.produce(
    'r',
    left.filter((_, i) => i % 2 === 0).map((row, i) => ({ ...row, key: `other${i}` })),
  )
  await world.run(
    `CREATE STREAM pairs AS SELECT l.c, l.n AS ln, r.n AS rn
      FROM l LEFT JOIN r WITHIN 10 SECONDS GRACE PERIOD 1 SECOND ON l.c = r.c;`,
    CONFIG,
  )
  const open = 11 * PARTITIONS
  await vi.waitFor(
    async () => {
      const pairs = (await world.values('PAIRS')) as { LN: number; RN: number | null }[]
      expect(pairs.filter(({ RN }) => RN !== null)).toHaveLength(rows / 2)
      const unmatched = pairs.filter(({ RN }) => RN === null)
      expect(unmatched.every(({ LN }) => LN % 2 === 1)).toBe(true)
      expect(unmatched.length).toBeGreaterThanOrEqual(rows / 2 - open)
    },
    { timeout: 10_000 },
  )
})

test.each([1, PARTITIONS])(
  'rows of a stream find the backlog of a table that is re-keyed, partitions: %i',
  async (partitions) => {
    world = await QueryWorld.open()
    await world.run(
      `CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', key_format='KAFKA', partitions=${partitions});
    CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', format='JSON', partitions=${partitions});`,
    )
    const keys = Array.from({ length: 1_000 }, (_, i) => `k${i}`)
    await world.produce(
      't',
      keys.map((key, v) => ({ key: JSON.stringify(key), value: { V: v }, timestamp: v })),
    )
    await world.produce(
      's',
      keys.map((key, n) => ({ key, value: { N: n }, timestamp: 5_000 })),
    )
    await world.run('CREATE STREAM j AS SELECT s.k, n, v FROM s LEFT JOIN t ON s.k = t.k;', CONFIG)
    await vi.waitFor(async () => expect(await world.read('J')).toHaveLength(keys.length), { timeout: 10_000 })
    const rows = (await world.values('J')) as { N: number; V: number | null }[]
    expect(rows.filter(({ N, V }) => N !== V)).toEqual([])
  },
)

test('rows of a re-keyed stream find a table whose rows were there before, though their times are later', async () => {
  world = await QueryWorld.open()
  await world.run(`${stream('s')}
    CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='t', value_format='JSON', partitions=${PARTITIONS});`)
  await world.run('CREATE STREAM j AS SELECT s.c, n, v FROM s JOIN t ON s.c = t.k;', {
    ...CONFIG,
    'millrace.source.idle.timeout.ms': '3600000',
  })
  await world.produce(
    't',
    Array.from({ length: COLOURS }, (_, v) => ({ key: `c${v}`, value: { V: v }, timestamp: Date.UTC(2026, 0, 1) })),
  )
  await world.runtime.settled()
  await world.produce('s', backlog(1_000))
  await world.runtime.settled()
  const rows = (await world.values('J')) as { N: number; V: number }[]
  expect(rows).toHaveLength(1_000)
  expect(rows.filter(({ N, V }) => N % COLOURS !== V)).toEqual([])
})
