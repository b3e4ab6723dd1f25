import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PartitionOffset } from '../../../src/broker/broker.ts'
import { SLOTS, slotOf } from '../../../src/runtime/slots.ts'
import type { StoreLag } from '../../../src/runtime/store-lag.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { pullAll, pullRows } from '../../support/pull-requests.ts'
import { TwoRuntimes } from '../../support/two-runtimes.ts'

const ALL = Array.from({ length: SLOTS }, (_, slot) => slot)
const LOGS = `CREATE STREAM logs (userid STRING KEY, n INT) WITH (kafka_topic='logs', value_format='JSON', partitions=4);`
const COUNT = 'CREATE TABLE t AS SELECT userid, COUNT(*) AS n FROM logs GROUP BY userid;'
const logs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({ key: `u${(from + i) % 20}`, value: { n: from + i } }))
const COUNTS = pullAll([
  { name: 'USERID', type: STRING },
  { name: 'N', type: BIGINT },
])
const WINDOWS = pullAll([
  { name: 'USERID', type: STRING },
  { name: 'WINDOWSTART', type: BIGINT },
  { name: 'WINDOWEND', type: BIGINT },
  { name: 'N', type: BIGINT },
])

/** Copies follow by themselves: on a busy machine that takes its time. */
const PATIENCE_MS = 60_000
vi.setConfig({ testTimeout: PATIENCE_MS })

let servers: TwoRuntimes

beforeEach(async () => {
  servers = await TwoRuntimes.open()
})
afterEach(() => servers.close())

const copied = (id: string, request = COUNTS) =>
  pullRows(servers.second, id, request, undefined, { standbys: true }).then((rows) => rows.toSorted())
const owned = (id: string, request = COUNTS) => pullRows(servers.first, id, request).then((rows) => rows.toSorted())

/** All copies of a server are as far as the changelogs. */
async function upToDate(count: number, server = servers.second): Promise<void> {
  const changelogs = (await servers.world.broker.listTopics()).filter(({ name }) => name.endsWith('-changelog'))
  const ends = new Map<string, readonly PartitionOffset[]>()
  for (const { name } of changelogs) ends.set(name, await servers.world.broker.endOffsets(name))
  const endOf = ({ queryId, store, partition }: StoreLag) =>
    [...ends].find(([name]) => name.includes(`${queryId}-${store}-`))?.[1][partition]?.offset
  const isThere = (lag: StoreLag) => lag.offset === endOf(lag)
  await expect.poll(() => server.storeLags().map(isThere), { timeout: PATIENCE_MS }).toEqual(Array(count).fill(true))
}

/** The second server takes all slots from the first. */
async function takeOver(): Promise<void> {
  await servers.first.dropSlots(ALL, { commit: true })
  servers.second.takeSlots(ALL)
  servers.second.followSlots([])
  await servers.settled()
}

describe.each(['at_least_once', 'exactly_once_v2'])('standbys: %s', (guarantee) => {
  const config = { 'processing.guarantee': guarantee }

  test('follow the state of tasks on another server, can be read, and take over without a restore', async () => {
    const [id] = await servers.run(`${LOGS} ${COUNT}`, config)
    servers.first.takeSlots(ALL)
    servers.second.followSlots(ALL)
    await servers.world.produce('logs', logs(0, 400))
    await servers.settled()
    await upToDate(4)
    await expect(pullRows(servers.second, id!, COUNTS)).rejects.toThrow('not at work on this server')
    expect(await copied(id!)).toHaveLength(20)
    expect(await copied(id!)).toEqual(await owned(id!))

    await takeOver()
    await servers.world.produce('logs', logs(400, 800))
    await servers.settled()
    expect(servers.second.status(id!)?.restores.restored).toBe(0)
    const rows = await pullRows(servers.second, id!, COUNTS)
    expect(rows.map(([, n]) => n)).toEqual(Array(20).fill(40))
    expect(servers.second.storeLags()).toEqual([])
  })

  test('answer as the query that took the place of the one whose state they copy', async () => {
    const [id] = await servers.run(`${LOGS} ${COUNT}`, config)
    servers.first.takeSlots(ALL)
    servers.second.followSlots(ALL)
    await servers.world.produce('logs', logs(0, 400))
    await servers.settled()
    await upToDate(4)
    expect((await copied(id!)).map(([, n]) => n)).toEqual(Array(20).fill(20))

    const [next] = await servers.world.plan(COUNT.replace('COUNT(*)', 'COUNT(*) * 10'))
    const query = {
      plan: { ...next!, queryId: id! },
      config: { 'auto.offset.reset': 'earliest', ...config },
      paused: false,
    }
    for (const server of [servers.first, servers.second]) {
      await server.stop(id!, { purge: false })
      await server.start(query)
    }
    await servers.settled()
    expect((await owned(id!)).map(([, n]) => n)).toEqual(Array(20).fill(200))
    await upToDate(4)
    expect(await copied(id!)).toEqual(await owned(id!))
  })

  test('of a server that had the tasks before continue from its state', async () => {
    const [id] = await servers.run(`${LOGS} ${COUNT}`, config)
    servers.first.takeSlots(ALL)
    await servers.world.produce('logs', logs(0, 400))
    await servers.settled()
    await servers.first.dropSlots(ALL, { commit: true })
    servers.second.takeSlots(ALL)
    servers.first.followSlots(ALL)
    await servers.world.produce('logs', logs(400, 500))
    await servers.settled()
    await upToDate(4, servers.first)
    await servers.second.dropSlots(ALL, { commit: true })
    servers.first.takeSlots(ALL)
    servers.first.followSlots([])
    await servers.world.produce('logs', logs(500, 600))
    await servers.settled()
    expect(servers.first.status(id!)?.restores.restored).toBe(0)
    expect((await owned(id!)).map(([, n]) => n)).toEqual(Array(20).fill(30))
  })

  test('keep windows as long as their task does, and no longer', async () => {
    const [id] = await servers.run(
      `${LOGS} CREATE TABLE t AS SELECT userid, COUNT(*) AS n FROM logs WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 5 SECONDS, GRACE PERIOD 1 SECOND) GROUP BY userid;`,
      config,
    )
    servers.first.takeSlots(ALL)
    servers.second.followSlots(ALL)
    for (let second = 0; second < 20; second++) {
      const at = logs(0, 40).map((record) => ({ ...record, timestamp: second * 1000 }))
      await servers.world.produce('logs', at)
      await servers.settled()
    }
    await upToDate(4)
    const windows = await copied(id!, WINDOWS)
    expect(windows).toEqual(await owned(id!, WINDOWS))
    expect(Math.min(...windows.map(([, start]) => Number(start)))).toBe(14_000)
  })

  test('hold sessions, joins and stacked aggregations: what follows a take-over is what would have been', async () => {
    const [sessions, joined, again] = await servers.run(
      `${LOGS}
      CREATE STREAM other (userid STRING KEY, m INT) WITH (kafka_topic='other', value_format='JSON', partitions=4);
      CREATE TABLE s AS SELECT userid, COUNT(*) AS n FROM logs WINDOW SESSION (10 SECONDS) GROUP BY userid;
      CREATE STREAM j AS SELECT l.userid AS id, l.n, o.m FROM logs l JOIN other o WITHIN 1 MINUTE GRACE PERIOD 1 MINUTE ON l.userid = o.userid;
      CREATE TABLE c AS SELECT n, COUNT(*) AS times FROM logs GROUP BY n;`,
      config,
    )
    servers.first.takeSlots(ALL)
    servers.second.followSlots(ALL)
    const at = (n: number, timestamp: number) => ({ key: 'u1', value: { n }, timestamp })
    await servers.world.produce('logs', [at(1, 1000), at(2, 2000), at(2, 15_000)])
    await servers.settled()
    // Sessions, two sides of the join, and groups behind a repartition.
    await upToDate(16)
    await takeOver()
    await servers.world.produce('logs', [at(4, 16_000)])
    await servers.world.produce('other', [{ key: 'u1', value: { m: 9 }, timestamp: 20_000 }])
    await servers.settled()
    for (const id of [sessions, joined, again]) expect(servers.second.status(id!)?.restores.restored).toBe(0)
    expect((await servers.world.values('S')).filter((value) => value !== null).at(-1)).toEqual({ N: 2 })
    expect((await servers.world.values('J')).map((value) => (value as { N: number }).N).toSorted()).toEqual([
      1, 2, 2, 4,
    ])
    const counts = pullAll([
      { name: 'N', type: BIGINT },
      { name: 'TIMES', type: BIGINT },
    ])
    const rows = await pullRows(servers.second, again!, counts)
    expect(rows.toSorted()).toEqual([
      [1, 1],
      [2, 2],
      [4, 1],
    ])
  })
})

test('slots count as warm once all their copies have come close to the ends of their changelogs', async () => {
  const [id] = await servers.run(`${LOGS} ${COUNT}`)
  servers.first.takeSlots(ALL)
  await servers.world.produce('logs', logs(0, 100))
  await servers.settled()
  const stateful = [0, 1, 2, 3].map((partition) => slotOf('logs', partition))
  const others = ALL.filter((slot) => !stateful.includes(slot)).slice(0, 2)
  servers.second.followSlots([...stateful, ...others])
  // What the followed slots hold is not known before the query has learnt where its tasks are.
  expect(servers.second.warmSlots()).toEqual([])
  await expect.poll(() => servers.second.warmSlots(), { timeout: PATIENCE_MS }).toEqual([...stateful, ...others])
  expect(await copied(id!)).toHaveLength(20)
  servers.second.followSlots(others)
  await expect.poll(() => servers.second.warmSlots(), { timeout: PATIENCE_MS }).toEqual(others)
  await expect.poll(() => servers.second.storeLags(), { timeout: PATIENCE_MS }).toEqual([])
  await expect(copied(id!)).rejects.toThrow('not at work on this server')
})

test('a query that is dropped leaves no copy', async () => {
  const [id] = await servers.run(`${LOGS} ${COUNT}`)
  servers.first.takeSlots(ALL)
  servers.second.followSlots(ALL)
  await servers.world.produce('logs', logs(0, 100))
  await servers.settled()
  await upToDate(4)
  await servers.second.stop(id!, { purge: true })
  await servers.first.stop(id!, { purge: true })
  expect(servers.second.storeLags()).toEqual([])
})
