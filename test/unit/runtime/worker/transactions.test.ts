import { afterEach, expect, test } from 'vitest'
import type { Broker } from '../../../../src/broker/broker.ts'
import { Transactions } from '../../../../src/runtime/worker/transactions.ts'
import { QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
afterEach(() => world.close())

const EXACT = { 'auto.offset.reset': 'earliest', 'processing.guarantee': 'exactly_once_v2' }
const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state: 'LA', n: from + i } }))
const sorted = (values: unknown[]) => (values as { N: number }[]).map(({ N }) => N).toSorted((a, b) => a - b)

test('when one query fails, the others start over from the last commit, and nothing is written twice', async () => {
  world = await QueryWorld.open()
  const plans = await world.run(
    `${LOGS}
    CREATE STREAM fine AS SELECT userid, n FROM logs;
    CREATE TABLE counts AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;
    CREATE STREAM big AS SELECT userid, LPAD('', n * 20000, 'x') AS text FROM logs;`,
    EXACT,
  )
  const [, , big] = plans.map(({ queryId }) => queryId)
  await world.produce('logs', logs(0, 10))
  await world.runtime.settled()
  await world.produce('logs', logs(10, 70))
  await until(() => world.runtime.status(big!)?.state === 'ERROR')
  await world.runtime.settled()
  expect(sorted(await world.values('FINE'))).toEqual([...Array(70).keys()])
  expect((await world.values('COUNTS')).at(-1)).toEqual({ N: 70 })
  expect(await world.values('BIG')).toHaveLength(10)
})

test('nothing is visible before it is committed', async () => {
  world = await QueryWorld.open()
  await world.run(`${LOGS} CREATE STREAM copy AS SELECT userid, n FROM logs;`, {
    ...EXACT,
    'commit.interval.ms': '600000',
  })
  await world.runtime.settled()
  await world.produce('logs', logs(0, 10))
  const all = async () => (await world.broker.endOffsets('COPY')).reduce((sum, { offset }) => sum + offset, 0)
  await until(async () => (await all()) === 10)
  expect(await world.values('COPY')).toEqual([])
  await world.runtime.settled()
  expect(sorted(await world.values('COPY'))).toEqual([...Array(10).keys()])
})

test('what opens together opens one producer, and what commits together is one commit', async () => {
  let opened = 0
  let commits = 0
  const producer = () => ({ initTransactions: async () => void opened++, close: async () => {} })
  const transactions = new Transactions({
    broker: { producer } as unknown as Broker,
    transactionalId: 'test',
    timeoutMs: 1,
    fence: { addTo: async () => {} },
    queries: () => [],
    take: () => {
      commits++
      return []
    },
    onAborted: () => {},
  })
  await Promise.all(Array.from({ length: 50 }, () => transactions.open()))
  expect(opened).toBe(1)
  await Promise.all(Array.from({ length: 50 }, () => transactions.commit()))
  expect(commits).toBe(1)
  await transactions.commit()
  expect(commits).toBe(2)
  await transactions.close()
})
