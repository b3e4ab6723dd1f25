import { afterEach, describe, expect, test } from 'vitest'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`

describe('queries over the embedded log', () => {
  test('a filter writes what matches', async () => {
    world = await QueryWorld.open()
    await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`)
    await world.produce('logs', [
      { key: 'a', value: { state: 'LA', n: 1 }, timestamp: 5 },
      { key: 'b', value: { state: 'CA', n: 2 } },
      { key: 'c', value: { state: 'LA', n: 3 } },
    ])
    await world.runtime.settled()
    const records = await world.read('LA')
    expect(records.map(({ key, value }) => [key, value]).toSorted()).toEqual([
      ['a', { N: 1 }],
      ['c', { N: 3 }],
    ])
    expect(records.find(({ key }) => key === 'a')?.timestamp).toBe(5)
  })

  test('a count goes through an internal topic and sees all partitions', async () => {
    world = await QueryWorld.open()
    await world.run(`${LOGS} CREATE TABLE per_state AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`)
    await world.produce(
      'logs',
      Array.from({ length: 1000 }, (_, i) => ({ key: `u${i}`, value: { state: i % 4 === 0 ? 'LA' : 'CA', n: i } })),
    )
    await world.runtime.settled()
    const last = new Map((await world.read('PER_STATE')).map(({ key, value }) => [key, value]))
    expect(Object.fromEntries(last)).toEqual({ LA: { N: 250 }, CA: { N: 750 } })
  })

  test('a stream finds the rows of a table', async () => {
    world = await QueryWorld.open()
    await world.run(`${LOGS}
      CREATE TABLE users (id STRING PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON', partitions=2);
      CREATE STREAM named AS SELECT l.userid AS id, u.name, l.n FROM logs l JOIN users u ON l.userid = u.id;`)
    await world.produce('users', [{ key: 'a', value: { name: 'Ann' }, timestamp: 1 }])
    await world.produce('logs', [
      { key: 'a', value: { state: 'LA', n: 1 }, timestamp: 2 },
      { key: 'b', value: { state: 'LA', n: 2 }, timestamp: 2 },
    ])
    await world.runtime.settled()
    expect(await world.values('NAMED')).toEqual([{ NAME: 'Ann', N: 1 }])
  })

  test('two streams join within a window', async () => {
    world = await QueryWorld.open()
    await world.run(`
      CREATE STREAM o (k STRING KEY, a INT) WITH (kafka_topic='o', value_format='JSON', partitions=2);
      CREATE STREAM p (k STRING KEY, b INT) WITH (kafka_topic='p', value_format='JSON', partitions=2);
      CREATE STREAM j AS SELECT o.k AS k, a, b FROM o JOIN p WITHIN 10 SECONDS ON o.k = p.k;`)
    await world.produce(
      'o',
      Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, value: { a: i }, timestamp: i })),
    )
    await world.produce(
      'p',
      Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, value: { b: i }, timestamp: 9_000 + 3 * i })),
    )
    await world.runtime.settled()
    expect(await world.values('J')).toHaveLength(500)
  })
})
