import { afterEach, expect, test } from 'vitest'
import type { PullRequest } from '../../../../src/runtime/query-runtime.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { pullAll, pullRows } from '../../../support/pull-requests.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const STATES = ['LA', 'CA', 'TX', 'NY', 'WA']
const records = Array.from({ length: 100 }, (_, i) => ({
  key: `u${i}`,
  value: { state: STATES[i % 5], n: i },
  timestamp: 1000 * i,
}))

const COUNTS = [
  { name: 'STATE', type: STRING },
  { name: 'N', type: BIGINT },
  { name: 'ROWTIME', type: BIGINT },
]

async function counting(): Promise<string> {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`)
  await world.produce('logs', records)
  await world.runtime.settled()
  return plan!.queryId
}

test('a scan finds the rows of all partitions', async () => {
  const queryId = await counting()
  const rows = await pullRows(world.runtime, queryId, pullAll(COUNTS))
  expect(rows.toSorted()).toEqual([
    ['CA', 20, 96_000],
    ['LA', 20, 95_000],
    ['NY', 20, 98_000],
    ['TX', 20, 97_000],
    ['WA', 20, 99_000],
  ])
})

test('a lookup finds the rows of its keys', async () => {
  const queryId = await counting()
  const rows = await pullRows(world.runtime, queryId, { ...pullAll(COUNTS), keys: [['LA'], ['XX'], ['WA']] })
  expect(rows.map(([state]) => state).toSorted()).toEqual(['LA', 'WA'])
})

test.each([
  ['SELECT state, COUNT(DISTINCT n) AS n FROM logs GROUP BY state', [['LA'], ['CA'], ['TX'], ['NY'], ['WA']]],
  [
    'SELECT state, userid, COUNT(DISTINCT n) AS n FROM logs GROUP BY state, userid',
    [
      ['LA', 'u5'],
      ['CA', 'u6'],
      ['TX', 'u7'],
      ['NY', 'u8'],
    ],
  ],
  [
    'SELECT state, n FROM logs QUALIFY ROW_NUMBER() OVER (PARTITION BY state ORDER BY n DESC) = 1',
    [['LA'], ['CA'], ['TX'], ['NY'], ['WA']],
  ],
  [
    'SELECT state, userid, n FROM logs QUALIFY ROW_NUMBER() OVER (PARTITION BY state, userid ORDER BY n) = 1',
    [
      ['LA', 'u5'],
      ['CA', 'u6'],
      ['TX', 'u7'],
      ['NY', 'u8'],
    ],
  ],
])('a lookup in a table of changes finds each key: %s', async (query, keys) => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE t WITH (key_format='JSON') AS ${query};`)
  await world.produce('logs', records)
  await world.runtime.settled()
  const columns = [...keys[0]!.map((_, i) => ({ name: `K${i}`, type: STRING })), ...COUNTS.slice(1)]
  for (const key of keys) {
    const rows = await pullRows(world.runtime, plan!.queryId, { ...pullAll(columns), keys: [key] })
    expect(rows.map((row) => row.slice(0, key.length))).toEqual([key])
  }
})

test('first rows are looked up by their place, and scanned, in the lists of their partitions', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE t WITH (key_format='JSON') AS
    SELECT state, n, ROW_NUMBER() OVER (PARTITION BY state ORDER BY n DESC) AS place FROM logs QUALIFY place <= 3;`)
  expect(plan!.steps.some(({ kind }) => kind === 'materialize')).toBe(false)
  await world.produce('logs', [{ key: 'u', value: { state: null, n: 7 }, timestamp: 1 }, ...records])
  await world.runtime.settled()
  const columns = [COUNTS[0]!, { name: 'PLACE', type: BIGINT }, ...COUNTS.slice(1)]
  const rowsOf = async (keys: readonly Row[] | null) => {
    const rows = await pullRows(world.runtime, plan!.queryId, { ...pullAll(columns), keys })
    return rows.map((row) => row.slice(0, 3)).toSorted()
  }
  const keys = [
    ['LA', 2],
    ['WA', 3],
    ['LA', 1],
    ['LA', 4],
    [null, 1],
    [null, 2],
  ]
  expect(await rowsOf(keys)).toEqual([
    [null, 1, 7],
    ['LA', 1, 95],
    ['LA', 2, 90],
    ['WA', 3, 89],
  ])
  const all = await rowsOf(null)
  expect(all).toHaveLength(3 * STATES.length + 1)
  expect(all.filter(([state]) => state === 'NY')).toEqual([
    ['NY', 1, 98],
    ['NY', 2, 93],
    ['NY', 3, 88],
  ])
})

test('last rows of a single column are found by a range of their keys', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE t AS
    SELECT state, n FROM logs QUALIFY ROW_NUMBER() OVER (PARTITION BY state ORDER BY n DESC) = 1;`)
  expect(plan!.steps.some(({ kind }) => kind === 'materialize')).toBe(false)
  await world.produce('logs', [{ key: 'u', value: { state: null, n: 7 }, timestamp: 1 }, ...records])
  await world.runtime.settled()
  const rowsOf = async (request: Partial<PullRequest>) => {
    const rows = await pullRows(world.runtime, plan!.queryId, { ...pullAll(COUNTS), ...request })
    return rows.map((row) => row.slice(0, 2)).toSorted()
  }
  expect(await rowsOf({ keyRange: { from: ['LA'], fromInclusive: false, to: ['TX'], toInclusive: true } })).toEqual([
    ['NY', 98],
    ['TX', 97],
  ])
  expect((await rowsOf({})).map(([state]) => state)).toEqual(STATES.toSorted())
})

test.each([
  'SELECT state, n, COUNT(DISTINCT userid) AS m FROM logs GROUP BY state, n',
  'SELECT state, n, userid FROM logs QUALIFY ROW_NUMBER() OVER (PARTITION BY state, n ORDER BY userid) = 1',
])('a table that is read from the state of its query has no row whose key is NULL: %s', async (query) => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE t WITH (key_format='JSON') AS ${query};`)
  expect(plan!.steps.some(({ kind }) => kind === 'materialize')).toBe(false)
  await world.produce('logs', [
    { key: 'a', value: { state: null, n: null }, timestamp: 1 },
    { key: 'b', value: { state: null, n: 1 }, timestamp: 2 },
    { key: 'c', value: { state: 'LA', n: 1 }, timestamp: 3 },
    { key: 'd', value: { state: 'LA', n: 1 }, timestamp: 4 },
  ])
  await world.runtime.settled()
  const rows = await pullRows(world.runtime, plan!.queryId, pullAll([...COUNTS.slice(0, 2), ...COUNTS.slice(1)]))
  expect(rows.map((row) => row.slice(0, 3)).toSorted()).toEqual(
    query.includes('COUNT')
      ? [
          [null, 1, 1],
          ['LA', 1, 2],
        ]
      : [
          [null, 1, 'b'],
          ['LA', 1, 'c'],
        ],
  )
})

test('a range of keys has its bounds', async () => {
  const queryId = await counting()
  const range = { from: ['LA'], fromInclusive: false, to: ['TX'], toInclusive: true }
  const rows = await pullRows(world.runtime, queryId, { ...pullAll(COUNTS), keyRange: range })
  expect(rows.map(([state]) => state).toSorted()).toEqual(['NY', 'TX'])
})

test('a limit counts over all partitions', async () => {
  const queryId = await counting()
  const all = pullAll(COUNTS)
  expect(await pullRows(world.runtime, queryId, { ...all, form: { ...all.form, limit: 3 } })).toHaveLength(3)
})

test('windows are found by their bounds', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(
    `${LOGS} CREATE TABLE w AS SELECT state, COUNT(*) AS n FROM logs WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY state;`,
  )
  await world.produce('logs', records)
  await world.runtime.settled()
  const [state, ...rest] = COUNTS
  const layout = [state!, { name: 'WINDOWSTART', type: BIGINT }, { name: 'WINDOWEND', type: BIGINT }, ...rest]
  const request = { ...pullAll(layout), keys: [['LA']], windowStart: { from: 10_000, to: 20_000 } }
  expect(await pullRows(world.runtime, plan!.queryId, request)).toEqual([
    ['LA', 10_000, 20_000, 2, 15_000],
    ['LA', 20_000, 30_000, 2, 25_000],
  ])
})

async function manyKeys(): Promise<string> {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE TABLE k AS SELECT userid, COUNT(*) AS n FROM logs GROUP BY userid;`)
  await world.produce(
    'logs',
    Array.from({ length: 3000 }, (_, i) => ({ key: `u${i}`, value: { state: 'LA', n: i }, timestamp: i })),
  )
  await world.runtime.settled()
  return plan!.queryId
}

test('a scan gives each key once, in pieces between which rows change', async () => {
  const queryId = await manyKeys()
  const seen: unknown[] = []
  let largest = 0
  for await (const rows of world.runtime.pull(queryId, pullAll(COUNTS))) {
    if (seen.length === 0) {
      await world.produce('logs', [...records, { key: 'new', value: { state: 'LA', n: 0 }, timestamp: 1 }])
      await world.runtime.settled()
    }
    largest = Math.max(largest, rows.length)
    seen.push(...rows.map(([key]) => key))
  }
  expect(largest).toBeLessThanOrEqual(512)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toEqual(expect.arrayContaining(Array.from({ length: 3000 }, (_, i) => `u${i}`)))
})

test('a snapshot is of one moment, however slowly it is taken', async () => {
  const queryId = await manyKeys()
  const counts: unknown[] = []
  const onePartition = world.runtime.pull(queryId, { ...pullAll(COUNTS), isSnapshot: true }, [0])
  for await (const rows of onePartition) {
    if (counts.length === 0) {
      await world.produce(
        'logs',
        Array.from({ length: 3000 }, (_, i) => ({ key: `u${i}`, value: { n: i } })),
      )
      await world.runtime.settled()
    }
    counts.push(...rows.map(([, n]) => n))
  }
  expect(new Set(counts)).toEqual(new Set([1]))
})

test('a scan whose query ends meanwhile fails, and is not cut short', async () => {
  const queryId = await manyKeys()
  const scan = async () => {
    for await (const _ of world.runtime.pull(queryId, pullAll(COUNTS)))
      await world.runtime.stop(queryId, { purge: true })
  }
  await expect(scan()).rejects.toThrow(/no longer on this worker/)
})

test('rows as JSON are those of the scan, and a limit counts over all partitions', async () => {
  const queryId = await manyKeys()
  const read = async (limit: number | null) => {
    const all = pullAll(COUNTS)
    const texts: string[] = []
    const batches = world.runtime.pullJson(queryId, { ...all, form: { ...all.form, limit } }, [0, 1])
    for await (const { count, text } of batches) {
      expect(text.split('\n')).toHaveLength(count)
      texts.push(...text.split('\n'))
    }
    return texts
  }
  expect((await read(null)).toSorted()).toEqual(Array.from({ length: 3000 }, (_, i) => `["u${i}",1,${i}]`).toSorted())
  expect(await read(700)).toHaveLength(700)
})

test('a query that does not run cannot be pulled', async () => {
  world = await QueryWorld.open()
  await expect(pullRows(world.runtime, 'NONE', pullAll(COUNTS))).rejects.toThrow('Query NONE does not run.')
})
