import { afterEach, describe, expect, test } from 'vitest'
import type { PhysicalPlan } from '../../../../src/plan/physical-plan.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import { pullAll, pullRows } from '../../../support/pull-requests.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
afterEach(() => world.close())

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state: 'LA', n: from + i } }))
const COUNTS = pullAll([
  { name: 'STATE', type: STRING },
  { name: 'N', type: BIGINT },
])

async function restart(plans: readonly PhysicalPlan[], config: Record<string, string>): Promise<void> {
  await world.restart()
  for (const plan of plans) await world.runtime.start({ plan, config, paused: false })
}

describe.each(['at_least_once', 'exactly_once_v2'])('%s', (guarantee) => {
  const config = { 'auto.offset.reset': 'earliest', 'processing.guarantee': guarantee }

  test('after a restart nothing is written twice and nothing is missing', async () => {
    world = await QueryWorld.open()
    const plans = await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`, config)
    await world.produce('logs', logs(0, 50))
    await world.runtime.settled()
    await restart(plans, config)
    await world.produce('logs', logs(50, 80))
    await world.runtime.settled()
    const values = (await world.values('LA')) as { N: number }[]
    expect(values.map(({ N }) => N).toSorted((a, b) => a - b)).toEqual([...Array(80).keys()])
  })

  test('state is what it was', async () => {
    world = await QueryWorld.open()
    const sql = `${LOGS} CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`
    const plans = await world.run(sql, config)
    await world.produce('logs', logs(0, 50))
    await world.runtime.settled()
    const before = (await world.read('T')).length
    await restart(plans, config)
    await world.runtime.settled()
    expect(await world.read('T')).toHaveLength(before)
    expect(await pullRows(world.runtime, plans[0]!.queryId, COUNTS)).toEqual([['LA', 50]])
    await world.produce('logs', logs(50, 60))
    await world.runtime.settled()
    expect((await world.values('T')).at(-1)).toEqual({ N: 60 })
  })

  test('a join continues with its tables', async () => {
    world = await QueryWorld.open()
    const plans = await world.run(
      `${LOGS}
      CREATE TABLE users (id STRING PRIMARY KEY, name STRING) WITH (kafka_topic='users', value_format='JSON', partitions=2);
      CREATE STREAM named AS SELECT l.userid AS id, u.name, l.n FROM logs l JOIN users u ON l.userid = u.id;`,
      config,
    )
    await world.produce('users', [{ key: 'u1', value: { name: 'Ann' }, timestamp: 1 }])
    await world.produce('logs', logs(0, 3))
    await world.runtime.settled()
    await restart(plans, config)
    await world.produce('logs', logs(1, 2))
    await world.runtime.settled()
    expect(await world.values('NAMED')).toEqual([
      { NAME: 'Ann', N: 1 },
      { NAME: 'Ann', N: 1 },
    ])
  })

  test('purging removes internal topics and the consumer group', async () => {
    world = await QueryWorld.open()
    const sql = `${LOGS} CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`
    const [plan] = await world.run(sql, config)
    const own = async () => (await world.broker.listTopics()).filter(({ name }) => name.startsWith('_confluent-ksql'))
    expect(await own()).toHaveLength(1)
    await world.runtime.stop(plan!.queryId, { purge: true })
    expect(await own()).toEqual([])
    const [group] = await world.broker.describeGroups([`_confluent-ksql-default_query_${plan!.queryId}`])
    expect(group?.state).toBe('Dead')
  })
})

test('offsets show under the group of the query', async () => {
  world = await QueryWorld.open()
  const [plan] = await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs;`)
  await world.produce('logs', logs(0, 20))
  await world.runtime.settled()
  const offsets = await world.broker.fetchOffsets(`_confluent-ksql-default_query_${plan!.queryId}`)
  expect(offsets.reduce((sum, { offset }) => sum + offset, 0)).toBe(20)
})

test('a query that reads from now on does so although it is interrupted at once', async () => {
  world = await QueryWorld.open()
  await world.run(LOGS)
  await world.produce('logs', logs(0, 10))
  const plans = await world.run('CREATE STREAM la AS SELECT userid, n FROM logs;', {})
  await world.runtime.close()
  await world.produce('logs', logs(10, 20))
  await restart(plans, {})
  await world.runtime.settled()
  expect(await world.values('LA')).toHaveLength(10)
})
