import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock, systemTimer } from '../../../../src/clock.ts'
import type { StepStatistics } from '../../../../src/runtime/query-progress.ts'
import { durableStores } from '../../../../src/runtime/stores/durable-stores.ts'
import { Restores } from '../../../../src/runtime/stores/restores.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-statistics-'))
})
afterEach(async () => {
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

async function openWorld({ cacheBytes = 1e7, changelogs = false } = {}): Promise<void> {
  world = await QueryWorld.open((log) => {
    const broker = log.broker()
    void broker.connect()
    const stores = durableStores({
      directory,
      cacheBytes,
      changelogs: changelogs ? broker : null,
      clock: systemClock,
      timer: systemTimer,
      onWarning: () => {},
    })
    return { stores, changelogs }
  })
}

const LOGS = `CREATE STREAM logs (userid STRING KEY, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=1);`
const CONFIG = { 'auto.offset.reset': 'earliest' }
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    key: `u${from + i}`,
    value: { n: from + i },
    timestamp: 1_000_000 + from + i,
  }))

const withState = (queryId: string): StepStatistics[] =>
  world.runtime.status(queryId)!.steps.filter(({ stateEntries }) => stateEntries !== null)

test.each([
  ['keys', 'CREATE TABLE t AS SELECT userid, COUNT(*) AS c FROM logs GROUP BY userid;'],
  [
    'windows',
    'CREATE TABLE t AS SELECT userid, COUNT(*) AS c FROM logs WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY userid;',
  ],
  ['sessions', 'CREATE TABLE t AS SELECT userid, COUNT(*) AS c FROM logs WINDOW SESSION (1 HOUR) GROUP BY userid;'],
  [
    'join buffers',
    `CREATE STREAM others (userid STRING KEY, n INT) WITH (kafka_topic='others', value_format='JSON', partitions=1);
     CREATE STREAM t AS SELECT logs.userid, others.n FROM logs LEFT JOIN others WITHIN 1 HOUR ON logs.userid = others.userid;`,
  ],
])(
  'stores of %s tell how many entries they have, about how many bytes, and how often memory had them',
  async (kind, sql) => {
    await openWorld()
    const [plan] = await world.run(`${LOGS} ${sql}`, CONFIG)
    await world.produce('logs', logs(0, 100))
    await world.produce('logs', logs(0, 100))
    await world.runtime.settled()
    const [step] = withState(plan!.queryId)
    expect(step!.stateEntries).toBeGreaterThanOrEqual(100)
    expect(step!.stateBytes! / step!.stateEntries!).toBeGreaterThan(4)
    expect(step!.stateBytes! / step!.stateEntries!).toBeLessThan(100)
    expect(step!.cacheMisses).toBe(0)
    if (kind !== 'join buffers') expect(step!.cacheHits).toBeGreaterThanOrEqual(100)
  },
)

test('lookups that memory does not have room for ask the disk', async () => {
  await openWorld({ cacheBytes: 10_000 })
  const [plan] = await world.run(
    `${LOGS} CREATE TABLE t AS SELECT userid, COUNT(*) AS c FROM logs GROUP BY userid;`,
    CONFIG,
  )
  for (let round = 0; round < 3; round++) {
    await world.produce('logs', logs(0, 1000))
    await world.runtime.settled()
  }
  expect(withState(plan!.queryId)[0]!.cacheMisses).toBeGreaterThanOrEqual(1000)
})

test('how far a restore has come shows in the status', async () => {
  await openWorld({ changelogs: true })
  const [plan] = await world.run(
    `${LOGS} CREATE TABLE t AS SELECT userid, COUNT(*) AS c FROM logs GROUP BY userid;`,
    CONFIG,
  )
  await world.produce('logs', logs(0, 100))
  await world.runtime.settled()
  const { bytesConsumed, bytesProduced, restores } = world.runtime.status(plan!.queryId)!
  expect(restores).toEqual({ restored: 0, left: 0 })
  expect(bytesConsumed).toBeGreaterThan(1000)
  expect(bytesProduced).toBeGreaterThan(2000)
  await world.runtime.close()
  rmSync(directory, { recursive: true, force: true })
  await world.restart()
  await world.runtime.start({ plan: plan!, config: CONFIG, paused: false })
  await world.runtime.settled()
  expect(world.runtime.status(plan!.queryId)).toMatchObject({ state: 'RUNNING', restores: { restored: 101, left: 0 } })
})

test('restores of several tasks add up, and one that was given up is not under way', () => {
  const restores = new Restores()
  const progress = { queryId: 'Q', recordsTotal: 10, isDone: false }
  restores.note({ ...progress, taskId: '0_0', recordsDone: 4 })
  restores.note({ ...progress, taskId: '0_1', recordsDone: 7 })
  expect(restores.of('Q')).toEqual({ restored: 11, left: 9 })
  restores.note({ ...progress, taskId: '0_0', recordsDone: 8, isDone: true })
  expect(restores.of('Q')).toEqual({ restored: 15, left: 3 })
  restores.end('Q', '0_1')
  expect(restores.of('Q')).toEqual({ restored: 15, left: 0 })
})
