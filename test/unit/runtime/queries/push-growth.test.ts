/** Push queries whose topics get more partitions. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { partitionForKey } from '../../../../src/broker/partitioner.ts'
import { sleep } from '../../../../src/clock.ts'
import { createQueryRuntime } from '../../../../src/runtime/queries/runtime.ts'
import { inProcessWorkers } from '../../../../src/runtime/worker/in-process-workers.ts'
import { seeded } from '../../../faults/support/server.ts'
import { CollectingSubscriber } from '../../../support/collecting-subscriber.ts'
import { produceJson } from '../../../support/produce-json.ts'
import { functions, QueryWorld } from '../../../support/query-world.ts'
import { MemoryBroker } from '../../../support/simulation/memory-broker.ts'
import { MemoryLog } from '../../../support/simulation/memory-log.ts'
import { VirtualTime } from '../../../support/simulation/virtual-time.ts'

const LOOK_MS = 200

let world: QueryWorld
beforeEach(async () => {
  world = await QueryWorld.open()
  await world.run(`CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=1);`)
})
afterEach(() => world.close())

/** Runs the query over a topic that grows from one partition to three; answers the keys of its rows and what was told. */
async function watchGrowth(sql: string): Promise<{ keys: unknown[]; told: string[] }> {
  const time = new VirtualTime()
  const log = new MemoryLog({ clock: time, timer: time })
  log.createTopic({ name: 's', partitions: 1 })
  const broker = new MemoryBroker(log)
  const told: string[] = []
  const parts = { broker, clock: time, timer: time, config: { 'metadata.max.age.ms': String(LOOK_MS) } }
  const workers = inProcessWorkers({ ...parts, functions, random: seeded(1) })
  const runtime = createQueryRuntime({ ...parts, workers, onNotice: (_, message) => told.push(message) })
  const produce = (partitions: number, keys: readonly string[]) =>
    produceJson(
      broker,
      { topic: 's', partitions },
      keys.map((key, n) => ({ key, value: { N: n } })),
    )
  const subscriber = new CollectingSubscriber()
  await time.run(async () => {
    await produce(1, ['old'])
    const subscription = await runtime.subscribe({ plan: world.pushPlan(sql), config: {} }, subscriber)
    await produce(1, ['a', 'b', 'c'])
    log.addPartitions('s', 2)
    // Some of them before the query notices the new partitions.
    await produce(3, ['a', 'b', 'c', 'd', 'e', 'f'])
    await sleep(time, 3 * LOOK_MS)
    await produce(3, ['a', 'b', 'c', 'd', 'e', 'f'])
    await runtime.settled()
    await sleep(time, LOOK_MS)
    await subscription.close()
    await runtime.close()
  })
  return { keys: subscriber.rows.map(({ row }) => row[0]), told }
}

test('a push query that keeps no state reads partitions that are added, from their first records', async () => {
  const { keys, told } = await watchGrowth('SELECT k, n FROM s EMIT CHANGES;')
  expect(keys.toSorted()).toEqual([...'aaabbbcccddeeff'])
  expect(told).toEqual([
    'Topic s has grown from 1 to 3 partitions. The query reads the new ones from their first records.',
  ])
})

test('one that keeps state by key continues with its partitions, and tells that it does not read the new ones', async () => {
  const { keys, told } = await watchGrowth('SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;')
  const inFirst = [...'def'].filter((key) => partitionForKey(Buffer.from(key), 3) === 0)
  expect(keys).toEqual(expect.arrayContaining(inFirst))
  expect(new Set(keys)).toEqual(new Set([...'abc', ...inFirst]))
  expect(told).toEqual([
    expect.stringMatching(/^Topic s has grown from 1 to 3 partitions\. The query does not read the new ones/),
  ])
})
