import { afterEach, describe, expect, test } from 'vitest'
import type { SettlingQueryRuntime } from '../../../src/runtime/queries/runtime.ts'
import { OwnedSlots, SLOTS, slotOf } from '../../../src/runtime/slots.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { CollectingSubscriber } from '../../support/collecting-subscriber.ts'
import { pullAll, pullRows } from '../../support/pull-requests.ts'
import type { QueryWorld } from '../../support/query-world.ts'
import { TwoRuntimes } from '../../support/two-runtimes.ts'
import { until } from '../../support/until.ts'

const ALL = Array.from({ length: SLOTS }, (_, slot) => slot)
const EARLIEST = { 'auto.offset.reset': 'earliest' }
const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=4);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state: `S${i % 7}`, n: from + i } }))
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const COUNTS = pullAll([
  { name: 'STATE', type: STRING },
  { name: 'N', type: BIGINT },
])

/** Two slots of the four that the tasks of `logs` are in, and all others. */
const first = slotOf('logs', 0)
const half = [first, (first + 1) % SLOTS]
const otherHalf = ALL.filter((slot) => !half.includes(slot))

let servers: TwoRuntimes
let world: QueryWorld
let second: { readonly runtime: SettlingQueryRuntime }

async function openTwo(): Promise<void> {
  servers = await TwoRuntimes.open()
  world = servers.world
  second = { runtime: servers.second }
}

const runOnBoth = (sql: string): Promise<string[]> => servers.run(sql)
const settled = (): Promise<void> => servers.settled()

const written = async (topic: string) =>
  ((await world.values(topic)) as { N: number }[]).map(({ N }) => N).toSorted((a, b) => a - b)

describe('slots', () => {
  test('of the partitions of a topic are in a row', () => {
    expect(slotOf('users', 1)).toBe((slotOf('users', 0) + 1) % SLOTS)
    expect(slotOf('users', SLOTS)).toBe(slotOf('users', 0))
  })

  test('that come again are owned for a new term', () => {
    const owned = new OwnedSlots()
    owned.add([1])
    const term = owned.terms.get(1)!
    owned.remove([1])
    owned.add([1])
    expect(owned.isIn(1, term)).toBe(false)
    expect(owned.isIn(1, owned.terms.get(1)!)).toBe(true)
  })
})

describe('two servers of a cluster', () => {
  afterEach(() => servers.close())

  const FILTER = `${LOGS} CREATE STREAM copy AS SELECT userid, n FROM logs;`

  test('process nothing while they own no slot, and say so', async () => {
    await openTwo()
    const [id] = await runOnBoth(FILTER)
    await world.produce('logs', logs(0, 20))
    await settled()
    expect(await written('COPY')).toEqual([])
    expect(world.runtime.status(id!)?.state).toBe('REBALANCING')
    world.runtime.takeSlots(ALL)
    await settled()
    expect(await written('COPY')).toEqual(numbers(0, 20))
    expect(world.runtime.status(id!)?.state).toBe('RUNNING')
  })

  test('process each record once, each the partitions of its slots', async () => {
    await openTwo()
    const [id] = await runOnBoth(FILTER)
    world.runtime.takeSlots(half)
    second.runtime.takeSlots(otherHalf)
    await world.produce('logs', logs(0, 100))
    await settled()
    expect(await written('COPY')).toEqual(numbers(0, 100))
    const consumed = [world.runtime, second.runtime].map((runtime) => runtime.status(id!)!.recordsConsumed)
    expect(consumed.every((count) => count > 0)).toBe(true)
    expect(consumed[0]! + consumed[1]!).toBe(100)
  })

  test('hand slots over without losing or repeating a record', async () => {
    await openTwo()
    await runOnBoth(FILTER)
    world.runtime.takeSlots(ALL)
    for (let round = 0; round < 6; round++) {
      await world.produce('logs', logs(round * 50, round * 50 + 50))
      const [from, to] = round % 2 === 0 ? [world, second] : [second, world]
      await from.runtime.dropSlots(half, { commit: true })
      to.runtime.takeSlots(half)
    }
    await settled()
    expect(await written('COPY')).toEqual(numbers(0, 300))
  })

  test('hand state over by its changelog, also to whoever had it before', async () => {
    await openTwo()
    const [id] = await runOnBoth(`${LOGS} CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`)
    world.runtime.takeSlots(ALL)
    for (const [from, to, round] of [
      [world, second, 0],
      [second, world, 1],
      [world, second, 2],
    ] as const) {
      await world.produce('logs', logs(round * 70, round * 70 + 70))
      await settled()
      await from.runtime.dropSlots(ALL, { commit: true })
      to.runtime.takeSlots(ALL)
      await settled()
    }
    const rows = await pullRows(second.runtime, id!, COUNTS)
    expect(rows.toSorted()).toEqual(numbers(0, 7).map((state) => [`S${state}`, 30]))
  })

  test('repeat what was not committed when slots are lost, and miss nothing', async () => {
    await openTwo()
    await runOnBoth(FILTER)
    world.runtime.takeSlots(ALL)
    await world.produce('logs', logs(0, 40))
    await until(async () => (await world.values('COPY')).length === 40)
    await world.runtime.dropSlots(ALL, { commit: false })
    second.runtime.takeSlots(ALL)
    await settled()
    expect(await written('COPY')).toEqual(numbers(0, 40).flatMap((n) => [n, n]))
  })

  test('continue from where a query was announced, although nobody ran it then', async () => {
    await openTwo()
    const latest = { 'auto.offset.reset': 'latest' }
    await world.run(LOGS)
    await world.produce('logs', logs(0, 10))
    const plan = world.persistentPlan('CREATE STREAM copy AS SELECT userid, n FROM logs;')
    await world.broker.createTopic({ name: 'COPY', partitions: 4 })
    await world.runtime.announce({ plan, config: latest })
    for (const { runtime } of [world, second]) await runtime.start({ plan, config: latest, paused: false })
    await world.produce('logs', logs(10, 20))
    second.runtime.takeSlots(ALL)
    await settled()
    expect(await written('COPY')).toEqual(numbers(10, 20))
  })

  test('answer pull queries from the partitions that they have, and from no others', async () => {
    await openTwo()
    const [id] = await runOnBoth(`${LOGS} CREATE TABLE t AS SELECT userid, COUNT(*) AS n FROM logs GROUP BY userid;`)
    expect(world.runtime.locate(id!, null)).toBeNull()
    world.runtime.takeSlots(half)
    second.runtime.takeSlots(otherHalf)
    await world.produce('logs', logs(0, 40))
    await settled()
    const located = world.runtime.locate(id!, null)!
    expect(located.here).toEqual([0, 1])
    expect(located.elsewhere.map(({ partition }) => partition)).toEqual([2, 3])
    await expect(pullRows(world.runtime, id!, COUNTS)).rejects.toThrow('not at work on this server')
    const rows = await Promise.all([
      pullRows(world.runtime, id!, COUNTS, [0, 1]),
      pullRows(second.runtime, id!, COUNTS, [2, 3]),
    ])
    expect(rows.flat().length).toBe(40)
    expect(rows[0].length).toBeGreaterThan(0)
    expect(rows[1].length).toBeGreaterThan(0)
    const { here, elsewhere } = world.runtime.locate(id!, [['u1']])!
    expect(here.length + elsewhere.length).toBe(1)
  })

  test('run push queries over all partitions, whoever owns their slots', async () => {
    await openTwo()
    await runOnBoth(FILTER)
    world.runtime.takeSlots(half)
    const subscriber = new CollectingSubscriber()
    const plan = world.pushPlan('SELECT n FROM logs EMIT CHANGES LIMIT 40;')
    await second.runtime.subscribe({ plan, config: EARLIEST }, subscriber)
    await second.runtime.dropSlots(ALL, { commit: true })
    await world.produce('logs', logs(0, 40))
    expect(await subscriber.ended).toEqual({ reason: 'limit' })
  })
})
