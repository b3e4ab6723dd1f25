import { afterEach, expect, test, vi } from 'vitest'
import type { EmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { positionKey } from '../../../../src/broker/position-key.ts'
import { systemClock, systemTimer } from '../../../../src/clock.ts'
import { untimedBudget } from '../../../../src/functions/budget.ts'
import type { QueryRuntimeOptions } from '../../../../src/runtime/queries/runtime.ts'
import { PartitionInput } from '../../../../src/runtime/reading/partition-input.ts'
import { memoryStores } from '../../../../src/runtime/stores/memory-stores.ts'
import { FilterIndex } from '../../../../src/runtime/task/filter-index.ts'
import { LocalWorker } from '../../../../src/runtime/worker/local-worker.ts'
import { RunningTask } from '../../../../src/runtime/worker/running-task.ts'
import { functions, QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
let worker: LocalWorker
afterEach(() => world.close())

/** Runs everything on one worker that the test can look into. */
const onOneWorker = (log: EmbeddedLog): Partial<QueryRuntimeOptions> => ({
  workers: {
    count: 1,
    async open(_index, listener) {
      worker = new LocalWorker({
        broker: log.broker(),
        functions,
        functionContext: { now: Date.now, random: Math.random, config: () => undefined, budget: untimedBudget() },
        clock: systemClock,
        timer: systemTimer,
        stores: memoryStores(),
        listener,
        transactionalId: 'test',
        compression: 'none',
      })
      return worker
    },
    close: async () => {},
  },
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=1);`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state: 'LA', n: from + i } }))
const numbers = async (topic: string) => ((await world.values(topic)) as { N: number }[]).map(({ N }) => N)

test('a topic is fetched once for all queries that read it', async () => {
  world = await QueryWorld.open(onOneWorker)
  const copies = Array.from({ length: 20 }, (_, i) => `CREATE STREAM s${i} AS SELECT userid, n FROM logs;`)
  await world.run(LOGS + copies.join('\n'))
  await world.produce('logs', logs(0, 100))
  await world.runtime.settled()
  expect(worker.totals.get('logs')?.records).toBe(100)
  for (let i = 0; i < 20; i++) expect(await numbers(`S${i}`)).toHaveLength(100)
})

test('a query that starts further back catches up alone, then joins', async () => {
  world = await QueryWorld.open(onOneWorker)
  await world.run(`${LOGS} CREATE STREAM first AS SELECT userid, n FROM logs;`)
  await world.produce('logs', logs(0, 100))
  await world.runtime.settled()
  await world.run('CREATE STREAM second AS SELECT userid, n FROM logs;')
  await world.runtime.settled()
  expect(worker.totals.get('logs')?.records).toBe(200)
  await world.produce('logs', logs(100, 150))
  await world.runtime.settled()
  expect(worker.totals.get('logs')?.records).toBe(250)
  expect(await numbers('FIRST')).toEqual([...Array(150).keys()])
  expect(await numbers('SECOND')).toEqual([...Array(150).keys()])
})

test('a record that cannot be read is read by none of the queries, whichever columns they use', async () => {
  world = await QueryWorld.open(onOneWorker)
  const plans = await world.run(`${LOGS}
    CREATE STREAM by_number AS SELECT userid, n FROM logs;
    CREATE STREAM by_state AS SELECT userid, state FROM logs;
    CREATE STREAM of_la AS SELECT userid, state FROM logs WHERE state = 'LA';
    CREATE STREAM of_ny AS SELECT userid, n FROM logs WHERE state = 'NY';`)
  await world.produce('logs', [
    { key: 'a', value: { state: 'LA', n: 'no number' } },
    { key: 'b', value: { state: 'CA', n: 2 } },
  ])
  await world.runtime.settled()
  expect(await world.values('BY_NUMBER')).toEqual([{ N: 2 }])
  expect(await world.values('BY_STATE')).toEqual([{ STATE: 'CA' }])
  expect(await world.values('OF_LA')).toEqual([])
  const [byNumber, byState, ofLa] = plans.map(({ queryId }) => queryId)
  expect(world.errors.map(({ queryId }) => queryId).sort()).toEqual([byNumber, byState, ofLa].sort())
})

test('where unused columns are skipped, what one query cannot read is nothing to the others', async () => {
  world = await QueryWorld.open(onOneWorker)
  const plans = await world.run(`${LOGS.replace('WITH (', "WITH (unused_columns='SKIP', ")}
    CREATE STREAM by_number AS SELECT userid, n FROM logs;
    CREATE STREAM by_state AS SELECT userid, state FROM logs;`)
  await world.produce('logs', [
    { key: 'a', value: { state: 'LA', n: 'no number' } },
    { key: 'b', value: { state: 'CA', n: 2 } },
  ])
  await world.runtime.settled()
  expect(await world.values('BY_NUMBER')).toEqual([{ N: 2 }])
  expect(await world.values('BY_STATE')).toEqual([{ STATE: 'LA' }, { STATE: 'CA' }])
  expect(world.errors.map(({ queryId }) => queryId)).toEqual([plans[0]!.queryId])
})

test('a record without a value passes where nothing filters, beside a query that filters', async () => {
  world = await QueryWorld.open(onOneWorker)
  await world.run(`${LOGS}
    CREATE STREAM all_of_it AS SELECT userid, n FROM logs;
    CREATE STREAM la AS SELECT userid, n FROM logs WHERE state = 'LA';`)
  await world.produce('logs', [{ key: 'a', value: null }, ...logs(0, 1)])
  await world.runtime.settled()
  expect(await world.values('ALL_OF_IT')).toEqual([null, { N: 0 }])
  expect(await world.values('LA')).toEqual([{ N: 0 }])
})

test('queries come and go while others run', async () => {
  world = await QueryWorld.open(onOneWorker)
  await world.run(`${LOGS} CREATE STREAM steady AS SELECT userid, n FROM logs WHERE n >= 0;`)
  for (let round = 0; round < 5; round++) {
    const [plan] = await world.run(
      `CREATE STREAM t${round} AS SELECT userid, state, n FROM logs WHERE state = 'LA';`,
      {},
    )
    await world.produce('logs', logs(10 * round, 10 * round + 10))
    await world.runtime.settled()
    await world.runtime.stop(plan!.queryId, { purge: true })
  }
  expect(await numbers('STEADY')).toEqual([...Array(50).keys()])
  for (let round = 0; round < 5; round++) expect(await world.values(`T${round}`)).toHaveLength(10)
})

test('a join that shares its inputs with another query has nothing fetched twice', async () => {
  world = await QueryWorld.open(onOneWorker)
  await world.run(`${LOGS}
    CREATE STREAM others (userid STRING KEY, n INT) WITH (kafka_topic='others', value_format='JSON', partitions=1);
    CREATE STREAM copies AS SELECT userid, n FROM logs;
    CREATE STREAM pairs AS SELECT l.userid, l.n AS left_n, o.n AS right_n FROM logs l JOIN others o WITHIN 1 MINUTE ON l.userid = o.userid;`)
  await world.produce('logs', logs(0, 5000))
  await world.produce('others', logs(0, 5000))
  await world.runtime.settled()
  expect(await world.values('PAIRS')).toHaveLength(5000)
  expect(await numbers('COPIES')).toHaveLength(5000)
  expect(worker.totals.get('logs')?.records).toBe(5000)
  expect(worker.totals.get('others')?.records).toBe(5000)
})

test('a query with limits stops before them, wherever the others that read the topic are', async () => {
  world = await QueryWorld.open(onOneWorker)
  const [first] = await world.run(`${LOGS} CREATE STREAM all_logs AS SELECT userid, n FROM logs;`)
  await world.produce('logs', logs(0, 100))
  await world.runtime.settled()
  const [some] = await world.plan('CREATE STREAM some AS SELECT userid, n FROM logs;')
  const config = { 'auto.offset.reset': 'earliest' }
  const limits = new Map([[positionKey({ topic: 'logs', partition: 0 }), 40]])
  await world.runtime.start({ plan: some!, config, paused: false, limits })
  await world.runtime.settled()
  // The reader of the limited query is far beyond its limit when it takes the place of the other.
  await world.runtime.stop(first!.queryId, { purge: false })
  await world.run('CREATE STREAM late AS SELECT userid, n FROM logs;')
  await world.produce('logs', logs(100, 150))
  await world.runtime.settled()
  expect(world.runtime.status(some!.queryId)).toMatchObject({ state: 'RUNNING', failureCount: 0, lagRecords: 0 })
  expect(await numbers('SOME')).toEqual(Array.from({ length: 40 }, (_, n) => n))
  expect(await numbers('LATE')).toHaveLength(150)
  await world.runtime.stop(some!.queryId, { purge: false })
  await world.runtime.start({ plan: some!, config, paused: false })
  await world.runtime.settled()
  expect(await numbers('SOME')).toEqual(Array.from({ length: 150 }, (_, n) => n))
})

test('of many filters, those that take no record have no work, and yet count and commit what was read', async () => {
  world = await QueryWorld.open(onOneWorker)
  const filters = Array.from(
    { length: 30 },
    (_, i) => `CREATE STREAM f${i} AS SELECT userid, n FROM logs WHERE state = 's${i}';`,
  )
  const plans = await world.run(LOGS + filters.join('\n'))
  const wanted = (from: number, to: number) =>
    logs(from, to).map(({ key, value }) => ({ key, value: { ...value, state: 's7' } }))
  await world.produce('logs', wanted(0, 10))
  await world.runtime.settled()
  const rounds = vi.spyOn(RunningTask.prototype, 'endRound')
  const turns = vi.spyOn(PartitionInput.prototype, 'endTurn')
  try {
    await world.produce('logs', wanted(10, 40))
    await world.runtime.settled()
    expect(new Set(rounds.mock.contexts).size).toBe(1)
    expect(turns).not.toHaveBeenCalled()
  } finally {
    rounds.mockRestore()
    turns.mockRestore()
  }
  for (const { queryId } of plans) {
    const { recordsConsumed, lagRecords, steps } = worker.progress(queryId)!
    expect([recordsConsumed, lagRecords, steps[0]!.recordsOut]).toEqual([40, 0, 40])
    const [committed] = await world.broker.fetchOffsets(`_confluent-ksql-default_query_${queryId}`)
    expect(committed?.offset).toBe(40)
  }
  expect(await numbers('F7')).toEqual([...Array(40).keys()])
  expect(await numbers('F8')).toEqual([])
})

test('a filter comes and goes beside others while records are read, and theirs stay as they are', async () => {
  world = await QueryWorld.open(onOneWorker)
  const filterOn = (name: string, state: string) =>
    `CREATE STREAM ${name} AS SELECT userid, n FROM logs WHERE state = '${state}';`
  await world.run(LOGS + Array.from({ length: 20 }, (_, i) => filterOn(`f${i}`, `s${i}`)).join('\n'))
  await world.produce('logs', logs(0, 10))
  await world.runtime.settled()
  const added = vi.spyOn(FilterIndex.prototype, 'add')
  try {
    const [la] = await world.run(filterOn('la', 'LA'), {})
    await world.produce('logs', logs(10, 20))
    await world.runtime.settled()
    expect(await numbers('LA')).toEqual([...Array(20).keys()].slice(10))
    await world.runtime.stop(la!.queryId, { purge: false })
    await world.produce('logs', logs(20, 30))
    await world.runtime.settled()
    expect(await numbers('LA')).toHaveLength(10)
    expect(added).toHaveBeenCalledTimes(1)
  } finally {
    added.mockRestore()
  }
})

test('one of many filters is paused alone: it continues where it was, while the others have read on', async () => {
  world = await QueryWorld.open(onOneWorker)
  const filters = Array.from(
    { length: 10 },
    (_, i) => `CREATE STREAM f${i} AS SELECT userid, n FROM logs WHERE state = '${i < 2 ? 'LA' : `s${i}`}';`,
  )
  const [paused, other] = await world.run(LOGS + filters.join('\n'))
  await world.produce('logs', logs(0, 10))
  await world.runtime.settled()
  await world.runtime.pause(paused!.queryId)
  await world.produce('logs', logs(10, 30))
  await world.runtime.settled()
  expect([worker.progress(paused!.queryId)!.recordsConsumed, await numbers('F0')]).toEqual([10, [...Array(10).keys()]])
  expect([worker.progress(other!.queryId)!.recordsConsumed, await numbers('F1')]).toEqual([30, [...Array(30).keys()]])
  await world.runtime.resume(paused!.queryId)
  await world.produce('logs', logs(30, 40))
  await world.runtime.settled()
  expect([worker.progress(paused!.queryId)!.recordsConsumed, await numbers('F0')]).toEqual([40, [...Array(40).keys()]])
  expect([worker.progress(other!.queryId)!.recordsConsumed, await numbers('F1')]).toEqual([40, [...Array(40).keys()]])
})

test('more filters than one commit takes quiet ones are all committed before a restart, and nothing is written twice', async () => {
  world = await QueryWorld.open(onOneWorker)
  const exact = { 'auto.offset.reset': 'earliest', 'processing.guarantee': 'exactly_once_v2' }
  const filters = Array.from(
    { length: 130 },
    (_, i) => `CREATE STREAM f${i} AS SELECT userid, n FROM logs WHERE n = ${i};`,
  )
  const plans = await world.run(LOGS + filters.join('\n'), exact)
  await world.produce('logs', logs(0, 130))
  await expect.poll(() => plans.every(({ queryId }) => worker.progress(queryId)?.lagRecords === 0)).toBe(true)
  await world.restart()
  for (const plan of plans) await world.runtime.start({ plan, config: exact, paused: false })
  await world.produce('logs', logs(0, 130))
  await world.runtime.settled()
  for (const i of [0, 64, 129]) expect(await numbers(`F${i}`)).toEqual([i, i])
})
