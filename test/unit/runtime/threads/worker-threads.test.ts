import { afterEach, describe, expect, test } from 'vitest'
import type { EmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { systemTimer } from '../../../../src/clock.ts'
import { BUILT_IN_FUNCTIONS } from '../../../../src/functions/index.ts'
import { createRegistry } from '../../../../src/functions/registry.ts'
import { workerThreads } from '../../../../src/runtime/threads/worker-threads.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import { CollectingSubscriber } from '../../../support/collecting-subscriber.ts'
import { functions as crashing } from '../../../support/crashing-functions.ts'
import { pullAll, pullRows } from '../../../support/pull-requests.ts'
import { type Overrides, QueryWorld } from '../../../support/query-world.ts'
import { until } from '../../../support/until.ts'

let world: QueryWorld
afterEach(() => world.close())

const functions = createRegistry([...BUILT_IN_FUNCTIONS, ...crashing])
const deaths: Error[] = []

const CRASHING = new URL('../../../support/crashing-functions.ts', import.meta.url).href
/** Takes longer to load than a call takes to the thread. */
const SLOW = 'data:text/javascript,await new Promise((resolve) => setTimeout(resolve, 300));export const functions = []'

const inWorkers = (log: EmbeddedLog, functionModules = [CRASHING]): ReturnType<Overrides> => ({
  functions,
  workers: workerThreads({
    count: 2,
    serverId: 'test_',
    config: {},
    connect() {
      const attachment = log.attachment()
      return { connection: { kind: 'embedded', attachment }, transfer: [attachment.port] }
    },
    stores: { kind: 'memory' },
    functionModules,
    timer: systemTimer,
    onDeath: (error) => deaths.push(error),
    log: () => {},
  }),
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const logs = (from: number, to: number, state = 'LA') =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state, n: from + i } }))
const COUNTS = pullAll([
  { name: 'STATE', type: STRING },
  { name: 'N', type: BIGINT },
])

describe('queries in worker threads', { timeout: 60_000 }, () => {
  test('a query that is started while its thread is still opening runs', async () => {
    world = await QueryWorld.open((log) => inWorkers(log, [SLOW]))
    await world.run(`${LOGS} CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`)
    await world.produce('logs', logs(0, 10))
    await world.runtime.settled()
    expect(await world.values('LA')).toHaveLength(10)
  })

  test('records are counted, read by a pull query and followed by a push query', async () => {
    world = await QueryWorld.open(inWorkers)
    const [plan] = await world.run(`${LOGS} CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`)
    const subscriber = new CollectingSubscriber()
    const push = world.pushPlan(`SELECT userid, n FROM logs WHERE state = 'CA' EMIT CHANGES LIMIT 3;`)
    await world.runtime.subscribe({ plan: push, config: {} }, subscriber)
    await world.produce('logs', [...logs(0, 100), ...logs(100, 110, 'CA')])
    await world.runtime.settled()
    const rows = await pullRows(world.runtime, plan!.queryId, COUNTS)
    expect(rows.toSorted()).toEqual([
      ['CA', 10],
      ['LA', 100],
    ])
    const lookup = await pullRows(world.runtime, plan!.queryId, { ...COUNTS, keys: [['CA']] })
    expect(lookup).toEqual([['CA', 10]])
    expect(await subscriber.ended).toEqual({ reason: 'limit' })
    expect(subscriber.rows).toHaveLength(3)
    expect(world.runtime.status(plan!.queryId)).toMatchObject({ state: 'RUNNING', lagRecords: 0 })
  })

  test('a thread that dies is replaced, and its tasks continue where they were', async () => {
    world = await QueryWorld.open(inWorkers)
    const plans = await world.run(`${LOGS}
      CREATE STREAM fine AS SELECT userid, n FROM logs;
      CREATE STREAM deadly AS SELECT userid, KILL_THREAD(n) AS n FROM logs;`)
    await world.produce('logs', logs(0, 10))
    await world.runtime.settled()
    await world.produce('logs', [{ key: 'u1', value: { state: 'LA', n: 13 } }])
    const [fine, deadly] = plans.map(({ queryId }) => queryId)
    await until(() => world.runtime.status(deadly!)?.state === 'ERROR')
    await world.produce('logs', logs(20, 30))
    await world.runtime.settled()
    expect(world.runtime.status(fine!)?.state).toBe('RUNNING')
    expect(world.runtime.status(deadly!)?.failures.at(-1)?.message).toContain('died 2 times')
    const values = new Set(((await world.values('FINE')) as { N: number }[]).map(({ N }) => N))
    expect([...values].toSorted((a, b) => a - b)).toEqual([
      ...Array(10).keys(),
      13,
      ...Array(10)
        .keys()
        .map((n) => n + 20),
    ])
  })
})
