import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Broker } from '../../../../src/broker/broker.ts'
import { systemClock, systemTimer } from '../../../../src/clock.ts'
import type { PhysicalPlan } from '../../../../src/plan/physical-plan.ts'
import { durableStores } from '../../../../src/runtime/stores/durable-stores.ts'
import type { RestoreProgress } from '../../../../src/runtime/stores/restore-changelogs.ts'
import type { StoreProvider } from '../../../../src/runtime/stores/task-stores.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'
import { encode, record } from '../../../support/batches.ts'
import { pullAll, pullRows } from '../../../support/pull-requests.ts'
import { QueryWorld } from '../../../support/query-world.ts'

let world: QueryWorld
let directory: string
let warnings: string[]
let restores: RestoreProgress[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-state-'))
  warnings = []
  restores = []
})
afterEach(async () => {
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

const LOGS = `CREATE STREAM logs (userid STRING KEY, state STRING, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=2);`
const COUNT = `CREATE TABLE t AS SELECT state, COUNT(*) AS n FROM logs GROUP BY state;`
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${from + i}`, value: { state: 'LA', n: from + i } }))
const COUNTS = pullAll([
  { name: 'STATE', type: STRING },
  { name: 'N', type: BIGINT },
])

const openStores = (changelogs: Broker | null, cacheBytes = 1e7): StoreProvider =>
  durableStores({
    directory,
    cacheBytes,
    changelogs,
    clock: systemClock,
    timer: systemTimer,
    onWarning: (message) => warnings.push(message),
    onRestore: (progress) => restores.push(progress),
  })

const openWorld = async ({ changelogs = false, cacheBytes = 1e7 } = {}): Promise<QueryWorld> => {
  world = await QueryWorld.open((log) => {
    const broker = log.broker()
    void broker.connect()
    return { stores: openStores(changelogs ? broker : null, cacheBytes), changelogs }
  })
  return world
}

/** As many records of the topics as can be read are gone, so that state cannot come from them. */
async function forget(...topics: string[]): Promise<void> {
  for (const topic of topics) await world.broker.deleteRecords(topic, await world.broker.endOffsets(topic))
}

async function restart(plans: readonly PhysicalPlan[], config: Record<string, string>): Promise<void> {
  await world.restart()
  for (const plan of plans) await world.runtime.start({ plan, config, paused: false })
}

const counts = (plans: readonly PhysicalPlan[]) => pullRows(world.runtime, plans[0]!.queryId, COUNTS)

describe.each(['at_least_once', 'exactly_once_v2'])('%s', (guarantee) => {
  const config = { 'auto.offset.reset': 'earliest', 'processing.guarantee': guarantee }

  test('a table continues from the disk when its sources are gone', async () => {
    await openWorld()
    const plans = await world.run(`${LOGS} ${COUNT}`, config)
    await world.produce('logs', logs(0, 50))
    await world.runtime.settled()
    await forget('logs')
    await restart(plans, config)
    expect(await counts(plans)).toEqual([['LA', 50]])
    await world.produce('logs', logs(50, 60))
    await world.runtime.settled()
    expect(await counts(plans)).toEqual([['LA', 60]])
    expect(restores).toEqual([])
  })

  test('a table whose disk is lost comes back from its changelog, with progress', async () => {
    await openWorld({ changelogs: true })
    const plans = await world.run(`${LOGS} ${COUNT}`, config)
    await world.produce('logs', logs(0, 50))
    await world.runtime.settled()
    await forget('logs')
    await world.runtime.close()
    rmSync(directory, { recursive: true })
    await restart(plans, config)
    await world.runtime.settled()
    expect(await counts(plans)).toEqual([['LA', 50]])
    expect(restores.at(-1)).toMatchObject({ queryId: plans[0]!.queryId, isDone: true })
    await world.produce('logs', logs(50, 60))
    await world.runtime.settled()
    expect(await counts(plans)).toEqual([['LA', 60]])
  })

  test('windows, sessions and joins come back from their changelogs', async () => {
    await openWorld({ changelogs: true })
    const plans = await world.run(
      `${LOGS}
      CREATE TABLE w AS SELECT userid, COUNT(*) AS n FROM logs WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY userid;
      CREATE TABLE s AS SELECT userid, COUNT(*) AS n FROM logs WINDOW SESSION (10 SECONDS) GROUP BY userid;
      CREATE STREAM other (userid STRING KEY, m INT) WITH (kafka_topic='other', value_format='JSON', partitions=2);
      CREATE STREAM j AS SELECT l.userid AS id, l.n, o.m FROM logs l LEFT JOIN other o WITHIN 1 MINUTE GRACE PERIOD 1 MINUTE ON l.userid = o.userid;`,
      config,
    )
    const at = (n: number, timestamp: number) => ({ key: 'u1', value: { state: 'LA', n }, timestamp })
    await world.produce('logs', [at(1, 1000), at(2, 2000), at(3, 15_000)])
    await world.runtime.settled()
    await world.runtime.close()
    rmSync(directory, { recursive: true })
    await restart(plans, config)
    await world.produce('logs', [at(4, 16_000)])
    await world.produce('other', [{ key: 'u1', value: { m: 9 }, timestamp: 20_000 }])
    await world.runtime.settled()
    expect((await world.values('W')).at(-1)).toEqual({ N: 2 })
    expect((await world.values('S')).filter((value) => value !== null).at(-1)).toEqual({ N: 2 })
    expect((await world.values('J')).map((value) => (value as { N: number }).N).toSorted()).toEqual([1, 2, 3, 4])
  })
})

const config = { 'auto.offset.reset': 'earliest' }

test('a restore waits at a transaction that a former owner left open, behind which counts are committed', async () => {
  await openWorld({ changelogs: true })
  const exactlyOnce = { ...config, 'processing.guarantee': 'exactly_once_v2' }
  const plans = await world.run(`${LOGS} ${COUNT}`, exactlyOnce)
  await world.runtime.settled()
  const changelog = (await world.broker.listTopics()).find(({ name }) => name.endsWith('-changelog'))!
  const former = world.broker.producer({ transactionalId: 'former' })
  await former.initTransactions()
  former.begin()
  for (let partition = 0; partition < changelog.partitions; partition++)
    await former.send(changelog.name, partition, encode([record('left open')]))
  await world.produce('logs', logs(0, 50))
  await world.runtime.settled()
  await forget('logs')
  await world.runtime.close()
  rmSync(directory, { recursive: true })

  const restarted = restart(plans, exactlyOnce)
  await expect.poll(() => restores, { timeout: 20_000 }).not.toEqual([])
  expect(restores.some(({ isDone }) => isDone)).toBe(false)
  await former.abort()
  await former.close()
  await restarted
  await world.runtime.settled()
  expect(await counts(plans)).toEqual([['LA', 50]])
}, 30_000)

test('a table far larger than the cache is whole', async () => {
  await openWorld({ cacheBytes: 20_000 })
  const plans = await world.run(
    `${LOGS} CREATE TABLE t AS SELECT userid AS state, COUNT(*) AS n FROM logs GROUP BY userid;`,
    config,
  )
  for (let round = 0; round < 3; round++) await world.produce('logs', logs(0, 2000))
  await world.runtime.settled()
  const rows = await counts(plans)
  expect(rows).toHaveLength(2000)
  expect(rows.every(([, n]) => n === 3)).toBe(true)
})

test('state that cannot be read is moved aside, said so, and comes back from the changelog', async () => {
  await openWorld({ changelogs: true })
  const plans = await world.run(`${LOGS} ${COUNT}`, config)
  await world.produce('logs', logs(0, 50))
  await world.runtime.settled()
  await forget('logs')
  await world.runtime.close()
  for (const slot of readdirSync(directory)) writeFileSync(join(directory, slot, 'data.mdb'), 'garbage '.repeat(1000))
  await restart(plans, config)
  expect(await counts(plans)).toEqual([['LA', 50]])
  expect(warnings.length).toBeGreaterThan(0)
  expect(warnings[0]).toMatch(
    /^The state of slot \d+ cannot be read \(.*is not as it was when the server stopped.*corrupt-1/,
  )
  expect(readdirSync(directory).some((name) => name.endsWith('.corrupt-1'))).toBe(true)
})

test('state that is behind what was committed is brought up from the end of the changelog', async () => {
  await openWorld({ changelogs: true })
  const sql = `${LOGS} CREATE TABLE t AS SELECT userid AS state, COUNT(*) AS n FROM logs GROUP BY userid;`
  const plans = await world.run(sql, config)
  await world.produce('logs', logs(0, 500))
  await world.runtime.settled()
  await world.runtime.close()
  const old = `${directory}-old`
  cpSync(directory, old, { recursive: true })
  // Opened again, the state knows how much of the changelog it has.
  await restart(plans, config)
  await world.produce('logs', logs(500, 501))
  await world.runtime.settled()
  await world.runtime.close()
  rmSync(old, { recursive: true })
  cpSync(directory, old, { recursive: true })
  await restart(plans, config)
  await world.produce('logs', logs(500, 510))
  await world.runtime.settled()
  await world.runtime.close()
  await forget('logs')
  rmSync(directory, { recursive: true })
  renameSync(old, directory)
  await restart(plans, config)
  const rows = await counts(plans)
  expect(rows).toHaveLength(510)
  expect(new Map(rows.map(([id, n]) => [id, n])).get('u500')).toBe(2)
  const done = restores.filter(({ isDone }) => isDone)
  expect(done.reduce((sum, { recordsDone }) => sum + recordsDone, 0)).toBeLessThan(600)
})

test('what is dropped leaves nothing behind', async () => {
  await openWorld()
  const plans = await world.run(`${LOGS} ${COUNT}`, config)
  await world.produce('logs', logs(0, 50))
  await world.runtime.settled()
  await world.runtime.stop(plans[0]!.queryId, { purge: true })
  await world.runtime.start({ plan: plans[0]!, config, paused: false })
  await world.runtime.settled()
  expect(await counts(plans)).toEqual([['LA', 50]])
})

test('push queries keep nothing on disk', async () => {
  await openWorld()
  const stores = openStores(null)
  const opened = await stores.open({
    queryId: 'push',
    taskId: '0_0',
    partition: 0,
    slot: 77,
    isTransient: true,
    stores: [{ name: 's', kind: 'keyValue', types: [STRING] }],
    applicationId: 'a',
    changelog: () => {},
    committed: new Map(),
    isNew: true,
    signal: new AbortController().signal,
  })
  expect(opened.store({ name: 's', kind: 'keyValue' }).kind).toBe('keyValue')
  expect(existsSync(join(directory, 'slot-77'))).toBe(false)
  await opened.close()
  await stores.close()
})
