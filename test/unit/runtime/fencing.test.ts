import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { PhysicalPlan } from '../../../src/plan/physical-plan.ts'
import { BIGINT, STRING } from '../../../src/types/sql-type.ts'
import { pullAll, pullRows } from '../../support/pull-requests.ts'
import { QueryWorld } from '../../support/query-world.ts'
import { fastTimer } from '../../support/simulation/fast-timer.ts'
import { SimulatedGroup } from '../../support/simulation/simulated-group.ts'
import { SimulatedServer } from '../../support/simulation/simulated-server.ts'

const KEYS = 8
/** So many that each partition has some. */
const OTHERS = 32
const COUNTS = pullAll([
  { name: 'K', type: STRING },
  { name: 'N', type: BIGINT },
])

const PATIENCE_MS = 60_000
vi.setConfig({ testTimeout: PATIENCE_MS })

let world: QueryWorld
let directory: string
let group: SimulatedGroup
let plans: readonly PhysicalPlan[]
const servers: SimulatedServer[] = []

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-fencing-'))
  world = await QueryWorld.open()
  group = new SimulatedGroup(0)
  plans = await world.plan(`
    CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='s', value_format='JSON', partitions=4);
    CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;`)
})

afterEach(async () => {
  for (const server of servers) await server.close()
  for (const server of servers.splice(0)) await server.dispose()
  await world.close()
  rmSync(directory, { recursive: true, force: true })
})

/** Nothing is committed by the clock. */
async function start(identity: string, guarantee: string): Promise<SimulatedServer> {
  const server = await SimulatedServer.start({
    log: world.log,
    group,
    identity,
    directory: join(directory, identity),
    config: {
      'auto.offset.reset': 'earliest',
      'commit.interval.ms': '600000',
      'processing.guarantee': guarantee,
    },
    plans,
    timer: fastTimer(10),
  })
  servers.push(server)
  await group.join(server)
  return server
}

const produce = (each: number) =>
  world.produce(
    's',
    Array.from({ length: KEYS * each }, (_, n) => ({ key: `k${n % KEYS}`, value: { N: n } })),
  )
/** The id of the query that the second statement makes. */
const queryId = 'Q2'
const counts = async (server: SimulatedServer) => (await pullRows(server.runtime, queryId, COUNTS)).map(([, n]) => n)

test.each(['at_least_once', 'exactly_once_v2'])(
  'a frozen owner writes neither state nor positions once another has its slots: %s',
  async (guarantee) => {
    const frozen = await start('frozen', guarantee)
    await produce(5)
    await frozen.runtime.settled()
    await produce(5)
    await expect.poll(() => frozen.runtime.status(queryId)?.recordsConsumed, { timeout: PATIENCE_MS }).toBe(10 * KEYS)
    // So that it reads nothing more when it is thawed, and its commit is what was under way.
    await frozen.runtime.pause(queryId)
    frozen.freeze()
    await group.evict([frozen])
    const successor = await start('successor', guarantee)
    await produce(5)
    await successor.runtime.settled()
    expect(await counts(successor)).toEqual(Array(KEYS).fill(15))

    // It does not know yet that its slots are another's, and commits what it had done.
    frozen.thaw()
    await frozen.release()
    // The successor continues with other keys: for the former ones the next owner finds what stands in the changelogs by now.
    await world.produce(
      's',
      Array.from({ length: OTHERS }, (_, n) => ({ key: `other${n}`, value: { N: n } })),
    )
    await successor.runtime.settled()
    await group.evict([successor])
    await successor.kill()
    const third = await start('third', guarantee)
    await third.runtime.settled()
    const found = (await counts(third)).toSorted((a, b) => Number(a) - Number(b))
    expect(found).toEqual([...Array(OTHERS).fill(1), ...Array(KEYS).fill(15)])
  },
)
