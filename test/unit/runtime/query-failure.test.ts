import { afterEach, expect, test, vi } from 'vitest'
import { ManualTimer } from '../../../src/clock.ts'
import { QueryWorld } from '../../support/query-world.ts'
import { until } from '../../support/until.ts'

let world: QueryWorld
afterEach(async () => {
  vi.restoreAllMocks()
  await world.close()
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const FAST_RETRY = { 'auto.offset.reset': 'earliest', 'ksql.query.retry.backoff.initial.ms': '1' }

test('a record that cannot be read is reported and passed over', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`)
  await world.produce('logs', [
    { key: 'a', value: '{"state": "LA", "n": ' },
    { key: 'a', value: { state: 'LA', n: 2 } },
  ])
  await world.runtime.settled()
  expect(await world.values('LA')).toEqual([{ N: 2 }])
  expect(world.errors).toHaveLength(1)
  expect(world.errors[0]).toMatchObject({
    queryId: plan!.queryId,
    error: { type: 'deserialization', target: 'value', position: { topic: 'logs', offset: 0 } },
  })
  expect(world.runtime.status(plan!.queryId)).toMatchObject({ state: 'RUNNING', processingErrors: 1 })
})

test('a deleted topic stops the queries that read it, and no others', async () => {
  world = await QueryWorld.open()
  const plans = await world.run(`${LOGS}
    CREATE STREAM other (k STRING KEY, v INT) WITH (kafka_topic='other', value_format='JSON', partitions=1);
    CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';
    CREATE STREAM copy AS SELECT * FROM other;`)
  await world.broker.deleteTopic('logs')
  const [la, copy] = plans.map(({ queryId }) => queryId)
  await until(() => world.runtime.status(la!)?.state === 'ERROR')
  expect(world.runtime.status(la!)?.failures.at(-1)).toMatchObject({
    type: 'USER',
    message: expect.stringContaining('logs does not exist'),
  })
  await world.produce('other', [{ key: 'a', value: { v: 1 } }])
  await world.runtime.settled()
  expect(await world.values('COPY')).toEqual([{ V: 1 }])
  expect(world.runtime.status(copy!)?.state).toBe('RUNNING')
})

test('a query that failed is tried again', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(
    `${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`,
    FAST_RETRY,
  )
  const { queryId } = plan!
  await world.broker.deleteTopic('logs')
  await until(() => world.runtime.status(queryId)?.state === 'ERROR')
  await world.broker.createTopic({ name: 'logs', partitions: 2 })
  await until(() => world.runtime.status(queryId)?.state === 'RUNNING')
  await world.produce('logs', [{ key: 'a', value: { state: 'LA', n: 1 } }])
  await world.runtime.settled()
  expect(await world.values('LA')).toEqual([{ N: 1 }])
})

test('a record above the size limit of the sink stops the query with the cause', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS}
    CREATE STREAM big AS SELECT userid, n, LPAD('', 2000000, 'x') AS text FROM logs;`)
  await world.produce('logs', [{ key: 'a', value: { state: 'LA', n: 1 } }])
  await until(() => world.runtime.status(plan!.queryId)?.state === 'ERROR')
  expect(world.runtime.status(plan!.queryId)?.failures.at(-1)?.message).toContain('larger than max.message.bytes')
  expect(world.errors.at(-1)?.error.type).toBe('production')
})

test('a record above the size limit of the sink is logged with its place and passed over, if the configuration says so', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(
    `${LOGS} CREATE STREAM big AS SELECT userid, n, LPAD('', CASE WHEN n = 2 THEN 2000000 ELSE 1 END, 'x') AS text FROM logs;`,
    { 'auto.offset.reset': 'earliest', 'ksql.fail.on.production.error': 'false' },
  )
  await world.produce(
    'logs',
    Array.from({ length: 5 }, (_, n) => ({ key: 'a', value: { state: 'LA', n } })),
  )
  await world.runtime.settled()
  expect((await world.values('BIG')).map((value) => (value as { N: number }).N)).toEqual([0, 1, 3, 4])
  expect(world.errors.map(({ error }) => error)).toMatchObject([
    {
      type: 'production',
      position: { topic: 'logs', offset: 2 },
      message: expect.stringMatching(
        /^A record of 2\d+ bytes, from offset 2 of partition \d of logs, is larger than max\.message\.bytes of topic BIG/,
      ),
    },
  ])
  expect(world.runtime.status(plan!.queryId)).toMatchObject({ state: 'RUNNING', recordsProduced: 4 })
})

test('records gather in batches that their topic takes', async () => {
  world = await QueryWorld.open()
  const create = world.broker.createTopic.bind(world.broker)
  vi.spyOn(world.broker, 'createTopic').mockImplementation((topic) =>
    create(topic.name === 'SMALL' ? { ...topic, config: { 'max.message.bytes': '1000' } } : topic),
  )
  await world.run(`${LOGS} CREATE STREAM small AS SELECT userid, n, LPAD('', 300, 'x') AS text FROM logs;`)
  await world.produce(
    'logs',
    Array.from({ length: 50 }, (_, n) => ({ key: 'a', value: { state: 'LA', n } })),
  )
  await world.runtime.settled()
  expect((await world.values('SMALL')).map((value) => (value as { N: number }).N)).toEqual([...Array(50).keys()])
})

test('large records go in batches of their own', async () => {
  world = await QueryWorld.open()
  await world.run(`${LOGS} CREATE STREAM big AS SELECT userid, n, LPAD('', 400000, 'x') AS text FROM logs;`)
  await world.produce(
    'logs',
    Array.from({ length: 10 }, (_, n) => ({ key: 'a', value: { state: 'LA', n } })),
  )
  await world.runtime.settled()
  expect((await world.values('BIG')).map((value) => (value as { N: number }).N)).toEqual([...Array(10).keys()])
})

test('a query whose sink is deleted misses nothing when the sink is there again', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs;`, FAST_RETRY)
  const status = () => world.runtime.status(plan!.queryId)!
  await world.runtime.settled()
  await world.broker.deleteTopic('LA')
  await world.produce('logs', [{ key: 'a', value: { state: 'LA', n: 1 } }])
  await until(() => status().state === 'ERROR')
  expect(status().failures.at(-1)).toMatchObject({
    type: 'USER',
    message: expect.stringContaining('LA does not exist'),
  })
  await world.broker.createTopic({ name: 'LA', partitions: 2 })
  await until(() => status().state === 'RUNNING')
  await world.runtime.settled()
  expect(await world.values('LA')).toEqual([{ N: 1 }])
})

test('pauses between attempts double up to the longest', async () => {
  const timer = new ManualTimer()
  world = await QueryWorld.open(() => ({ timer }))
  const retries = { 'ksql.query.retry.backoff.initial.ms': '3', 'ksql.query.retry.backoff.max.ms': '20' }
  await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs;`, retries)
  await world.broker.deleteTopic('logs')
  const pauses: number[] = []
  // Other work, such as the look for new partitions, waits for longer.
  const nextPause = () => timer.pending().find((ms) => ms <= 20)
  while (pauses.length < 6) {
    await until(() => nextPause() !== undefined)
    const pause = nextPause()!
    pauses.push(pause)
    timer.advance(pause)
  }
  expect(pauses).toEqual([3, 6, 12, 20, 20, 20])
})

test('a paused query does nothing until it is resumed, and then misses nothing', async () => {
  world = await QueryWorld.open()
  const plans = await world.run(`${LOGS}
    CREATE STREAM a AS SELECT userid, n FROM logs; CREATE STREAM b AS SELECT userid, n FROM logs;`)
  const [a, b] = plans.map(({ queryId }) => queryId)
  await world.runtime.pause(a!)
  expect(world.runtime.status(a!)?.state).toBe('PAUSED')
  const records = Array.from({ length: 100 }, (_, n) => ({ key: `k${n}`, value: { state: 'LA', n } }))
  await world.produce('logs', records)
  await world.runtime.settled()
  expect(await world.values('A')).toEqual([])
  expect(await world.values('B')).toHaveLength(100)
  await world.runtime.resume(a!)
  await world.runtime.settled()
  expect(await world.values('A')).toHaveLength(100)
  expect(await world.values('B')).toHaveLength(100)
  expect(world.runtime.status(b!)?.recordsConsumed).toBe(100)
})
