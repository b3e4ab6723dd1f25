import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
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
