import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { CollectingSubscriber } from '../../../support/collecting-subscriber.ts'
import { QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
afterEach(() => world.close())

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const EARLIEST = { 'auto.offset.reset': 'earliest' }

const inLa = (count: number) => Array.from({ length: count }, (_, n) => ({ key: `u${n}`, value: { state: 'LA', n } }))

async function open(): Promise<void> {
  world = await QueryWorld.open()
  await world.run(LOGS)
}

test('a push query hands on what comes from now on', async () => {
  await open()
  await world.produce('logs', inLa(3))
  const plan = world.pushPlan(`SELECT userid, n FROM logs WHERE state = 'LA' EMIT CHANGES;`)
  const subscriber = new CollectingSubscriber()
  const subscription = await world.runtime.subscribe({ plan, config: {} }, subscriber)
  await world.produce('logs', [{ key: 'new', value: { state: 'LA', n: 7 } }])
  await subscriber.has(1)
  expect(subscriber.rows).toEqual([{ row: ['new', 7], tombstone: false }])
  await subscription.close()
  expect(await subscriber.ended).toEqual({ reason: 'closed' })
})

test('it ends at its limit', async () => {
  await open()
  await world.produce('logs', inLa(10))
  const plan = world.pushPlan('SELECT userid, n FROM logs EMIT CHANGES LIMIT 4;')
  const subscriber = new CollectingSubscriber()
  await world.runtime.subscribe({ plan, config: EARLIEST }, subscriber)
  expect(await subscriber.ended).toEqual({ reason: 'limit' })
  expect(subscriber.rows).toHaveLength(4)
})

test('queries that do the same share their tasks and differ in their limits', async () => {
  await open()
  const subscribers = Array.from({ length: 50 }, () => new CollectingSubscriber())
  for (const [i, subscriber] of subscribers.entries()) {
    const limit = i % 2 === 0 ? '' : ' LIMIT 2'
    const plan = world.pushPlan(`SELECT userid, n FROM logs EMIT CHANGES${limit};`)
    await world.runtime.subscribe({ plan, config: {} }, subscriber)
  }
  await world.produce('logs', inLa(5))
  await Promise.all(subscribers.map((subscriber, i) => subscriber.has(i % 2 === 0 ? 5 : 2)))
  expect(new Set(subscribers.filter((_, i) => i % 2 === 0).map(({ rows }) => rows.at(-1))).size).toBe(1)
  expect(subscribers[1]!.rows).toHaveLength(2)
})

test('queries that differ in the constant of a filter share their tasks, and each gets its rows', async () => {
  await open()
  const wanting = async (condition: string) => {
    const subscriber = new CollectingSubscriber()
    const plan = world.pushPlan(`SELECT userid, n FROM logs WHERE ${condition} EMIT CHANGES;`)
    return {
      subscriber,
      subscription: await world.runtime.subscribe({ plan, config: {} }, subscriber),
      id: plan.queryId,
    }
  }
  const la = await wanting(`state = 'LA'`)
  const ca = await wanting(`state = 'CA'`)
  const alsoCa = await wanting(`'CA' = state`)
  const fewCa = await wanting(`state = 'CA' AND n < 2 AND n > 0`)
  const fewNy = await wanting(`state = 'NY' AND n < 2 AND n > 0`)
  const states = ['LA', 'CA', 'TX', null]
  await world.produce(
    'logs',
    states.flatMap((state) => [0, 1, 2].map((n) => ({ key: `${state} ${n}`, value: { state, n } }))),
  )
  const all = (state: string) => [0, 1, 2].map((n) => ({ row: [`${state} ${n}`, n], tombstone: false }))
  await Promise.all([la.subscriber.has(3), ca.subscriber.has(3), alsoCa.subscriber.has(3), fewCa.subscriber.has(1)])
  await world.runtime.settled()
  const byN = (rows: CollectingSubscriber['rows']) => rows.toSorted((a, b) => Number(a.row[1]) - Number(b.row[1]))
  expect(byN(la.subscriber.rows)).toEqual(all('LA'))
  expect(byN(ca.subscriber.rows)).toEqual(all('CA'))
  expect(byN(alsoCa.subscriber.rows)).toEqual(all('CA'))
  expect(fewCa.subscriber.rows).toEqual([all('CA')[1]])
  expect(fewNy.subscriber.rows).toEqual([])
  const running = [la, ca, alsoCa, fewCa, fewNy].filter(({ id }) => world.runtime.status(id) !== undefined)
  expect(running.map(({ id }) => id)).toEqual([la.id, fewCa.id])
  await ca.subscription.close()
  await la.subscription.close()
  await world.produce('logs', [
    { key: 'x', value: { state: 'CA', n: 7 } },
    { key: 'x', value: { state: 'LA', n: 7 } },
    { key: 'x', value: { state: 'NY', n: 1 } },
  ])
  await fewNy.subscriber.has(1)
  await alsoCa.subscriber.has(4)
  expect([la, ca].map(({ subscriber }) => subscriber.rows.length)).toEqual([3, 3])
})

test('a value that nobody wants any more, is wanted again by a later query', async () => {
  await open()
  const plan = (state: string) => world.pushPlan(`SELECT n FROM logs WHERE state = '${state}' EMIT CHANGES;`)
  const other = new CollectingSubscriber()
  await world.runtime.subscribe({ plan: plan('CA'), config: {} }, other)
  for (let round = 1; round <= 3; round++) {
    const subscriber = new CollectingSubscriber()
    const subscription = await world.runtime.subscribe({ plan: plan('LA'), config: {} }, subscriber)
    await world.produce('logs', inLa(2))
    await subscriber.has(2)
    await subscription.close()
    expect(subscriber.rows).toHaveLength(2)
  }
  expect(other.rows).toEqual([])
})

test('a subscriber that stops taking rows is ended, the others get all', async () => {
  await open()
  const plan = () => world.pushPlan('SELECT n FROM logs EMIT CHANGES;')
  const stuck = new CollectingSubscriber()
  stuck.onRows = () => new Promise<void>(() => {})
  const healthy = new CollectingSubscriber()
  await world.runtime.subscribe({ plan: plan(), config: {} }, stuck)
  await world.runtime.subscribe({ plan: plan(), config: {} }, healthy)
  for (let round = 0; round < 8; round++) await world.produce('logs', inLa(10_000))
  await healthy.has(80_000)
  expect(await stuck.ended).toEqual({ reason: 'overrun' })
})

test('a subscriber that stops taking its rows is ended, those with other rows get all of theirs', async () => {
  world = await QueryWorld.open(() => ({ config: { 'ksql.query.push.max.buffered.rows': '1000' } }))
  await world.run(LOGS)
  const plan = (n: number) => world.pushPlan(`SELECT n FROM logs WHERE n = ${n} EMIT CHANGES;`)
  const stuck = new CollectingSubscriber()
  stuck.onRows = () => new Promise<void>(() => {})
  const healthy = new CollectingSubscriber()
  await world.runtime.subscribe({ plan: plan(0), config: {} }, stuck)
  await world.runtime.subscribe({ plan: plan(1), config: {} }, healthy)
  const mixed = Array.from({ length: 4_000 }, (_, i) => ({ key: `u${i}`, value: { state: 'LA', n: i % 2 } }))
  for (let round = 0; round < 4; round++) await world.produce('logs', mixed)
  await healthy.has(8_000)
  expect(await stuck.ended).toEqual({ reason: 'overrun' })
})

test('subscribers with different rows that each take none are ended when the tasks have waited for them', async () => {
  const timer = new ManualTimer()
  world = await QueryWorld.open(() => ({ timer, config: { 'ksql.query.push.max.buffered.rows': '1000' } }))
  await world.run(LOGS)
  const plan = (n: number) => world.pushPlan(`SELECT n FROM logs WHERE n = ${n} EMIT CHANGES;`)
  const stuck = Array.from({ length: 4 }, () => new CollectingSubscriber())
  for (const [n, subscriber] of stuck.entries()) {
    subscriber.onRows = () => new Promise<void>(() => {})
    await world.runtime.subscribe({ plan: plan(n), config: {} }, subscriber)
  }
  const healthy = new CollectingSubscriber()
  await world.runtime.subscribe({ plan: plan(4), config: {} }, healthy)
  const mixed = Array.from({ length: 5_000 }, (_, i) => ({ key: `u${i}`, value: { state: 'LA', n: i % 5 } }))
  await world.produce('logs', mixed)
  const reasons: string[] = []
  for (const { ended } of stuck) void ended.then(({ reason }) => reasons.push(reason))
  await until(() => {
    timer.advance(1_000)
    return reasons.length === stuck.length
  })
  expect(reasons).toEqual(stuck.map(() => 'overrun'))
  await healthy.has(1_000)
})

test('a subscriber that is alone slows its tasks down', async () => {
  await open()
  await world.produce('logs', inLa(20_000))
  await world.produce('logs', inLa(20_000))
  const slow = new CollectingSubscriber()
  const rows: number[] = []
  const count = () => rows.reduce((sum, length) => sum + length, 0)
  slow.onRows = async (batch) => {
    rows.push(batch.length)
    await setImmediate()
  }
  const plan = world.pushPlan('SELECT n FROM logs EMIT CHANGES;')
  await world.runtime.subscribe({ plan, config: EARLIEST }, slow)
  await until(() => count() >= 40_000)
  expect(count()).toBe(40_000)
})

test('what stops the tasks ends the subscribers', async () => {
  await open()
  const plan = world.pushPlan('SELECT n FROM logs EMIT CHANGES;')
  const subscriber = new CollectingSubscriber()
  await world.runtime.subscribe({ plan, config: {} }, subscriber)
  await world.broker.deleteTopic('logs')
  const end = await subscriber.ended
  expect(end.reason).toBe('error')
  expect(end.error?.message).toContain('Topic logs does not exist.')
})
