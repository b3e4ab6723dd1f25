/** Foreign-key joins over several partitions: an answer returns to the partition that holds the left row. */
import { afterEach, expect, test } from 'vitest'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld

afterEach(() => world.close())

const RIGHT = "CREATE TABLE r (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='r', value_format='JSON', partitions=4);"

async function joined(topic: string): Promise<number> {
  const keys = new Set<string>()
  for (const { key, value } of await world.read(topic)) {
    if (value === null) keys.delete(String(key))
    else keys.add(String(key))
  }
  return keys.size
}

test('a left key of several columns in JSON', async () => {
  world = await QueryWorld.open(() => ({}))
  await world.run(
    `${RIGHT}
    CREATE TABLE t (a STRING PRIMARY KEY, b STRING PRIMARY KEY, x INT) WITH (kafka_topic='t', format='JSON', partitions=4);
    CREATE TABLE inner_join AS SELECT t.a, t.b, x, r.v FROM t JOIN r ON t.a = r.k;
    CREATE TABLE left_join AS SELECT t.a, t.b, x, r.v FROM t LEFT JOIN r ON t.a = r.k;`,
  )
  await world.produce(
    'r',
    [0, 1, 2].map((i) => ({ key: `k${i}`, value: { V: i } })),
  )
  const left = Array.from({ length: 12 }, (_, i) => ({ A: `k${i % 4}`, B: `b${i}` }))
  await world.produce(
    't',
    left.map((key, x) => ({ key: JSON.stringify(key), value: { X: x } })),
  )
  await world.runtime.settled()
  expect(await joined('INNER_JOIN')).toBe(9)
  expect(await joined('LEFT_JOIN')).toBe(12)
})

test('a left key whose columns another producer names in lower case', async () => {
  world = await QueryWorld.open(() => ({}))
  await world.run(
    `${RIGHT}
    CREATE TABLE t (a STRING PRIMARY KEY, b STRING PRIMARY KEY, x INT) WITH (kafka_topic='t', format='JSON', partitions=4);
    CREATE TABLE j AS SELECT t.a, t.b, x, r.v FROM t JOIN r ON t.a = r.k;`,
  )
  await world.produce(
    'r',
    [0, 1, 2].map((i) => ({ key: `k${i}`, value: { V: i } })),
  )
  const left = Array.from({ length: 12 }, (_, i) => ({ a: `k${i % 3}`, b: `b${i}` }))
  await world.produce(
    't',
    left.map((key, x) => ({ key: JSON.stringify(key), value: { X: x } })),
  )
  await world.runtime.settled()
  expect(await joined('J')).toBe(12)
})
