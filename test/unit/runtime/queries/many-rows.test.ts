/** Records of which table functions make many rows: these leave in pieces. */
import { afterEach, expect, test } from 'vitest'
import { CollectingSubscriber } from '../../../support/collecting-subscriber.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const SOURCE = `CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);`
const ROWS = 5000
const EXPLODED = `SELECT k, EXPLODE(GENERATE_SERIES(1, n)) AS e FROM s`

async function open(...counts: readonly number[]): Promise<void> {
  world = await QueryWorld.open()
  await world.run(SOURCE)
  await world.produce(
    's',
    counts.map((n, i) => ({ key: `k${i}`, value: { n } })),
  )
}

test.each(['at_least_once', 'exactly_once_v2'])(
  'all rows of a record come before those of the next one, %s',
  async (guarantee) => {
    await open(ROWS, 2, ROWS)
    await world.run(`CREATE STREAM o AS ${EXPLODED};`, {
      'auto.offset.reset': 'earliest',
      'processing.guarantee': guarantee,
    })
    await world.runtime.settled()
    const read = await world.read('O')
    const expected = [ROWS, 2, ROWS].flatMap((count, record) =>
      Array.from({ length: count }, (_, i) => [`k${record}`, { E: i + 1 }]),
    )
    expect(read.map(({ key, value }) => [key, value])).toEqual(expected)
  },
)

test('another query over the same partition does not wait for them', async () => {
  await open(ROWS, 1)
  await world.run(`CREATE STREAM o AS ${EXPLODED};`)
  await world.run('CREATE STREAM p AS SELECT k, n FROM s;')
  await world.runtime.settled()
  expect(await world.values('P')).toEqual([{ N: ROWS }, { N: 1 }])
  expect(await world.values('O')).toHaveLength(ROWS + 1)
})

test('an aggregation over them counts each once', async () => {
  await open(ROWS, 3)
  await world.run(`CREATE STREAM o AS ${EXPLODED};`)
  await world.run('CREATE TABLE t AS SELECT k, COUNT(*) AS c FROM o GROUP BY k;')
  await world.runtime.settled()
  const last = new Map((await world.read('T')).map(({ key, value }) => [key, value]))
  expect([...last]).toEqual([
    ['k0', { C: ROWS }],
    ['k1', { C: 3 }],
  ])
})

test('a push query has its first rows at once, and its limit ends it', async () => {
  world = await QueryWorld.open()
  await world.run(SOURCE)
  await world.produce('s', [{ key: 'k', value: { n: 1 } }])
  const columns = Array(20).fill('n').join(', ')
  const plan = world.pushPlan(`SELECT CUBE_EXPLODE(ARRAY[${columns}]) AS c FROM s EMIT CHANGES LIMIT 3;`)
  const subscriber = new CollectingSubscriber()
  await world.runtime.subscribe({ plan, config: { 'auto.offset.reset': 'earliest' } }, subscriber)
  expect(await subscriber.ended).toEqual({ reason: 'limit' })
  const row = (...ones: number[]) => ({
    row: [Array.from({ length: 20 }, (_, i) => (ones.includes(i) ? 1 : null))],
    tombstone: false,
  })
  expect(subscriber.rows).toEqual([row(), row(19), row(18)])
})
