/**
 * Kill: the server is killed at random moments while records flow through a filter, a count, a windowed count and a join. Options:
 * `records` (200,000), `kills` (5), `exactly-once` (1; 0 is at-least-once), `life` (1,500): how long a server
 * lives at most from its start or from its first result, ms. Half of the records are there at once, the others come after the kills.
 * `midway`: kills before which some records were committed and others not yet.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { applicationId } from '../../src/runtime/topic-names.ts'
import type { Fault } from './fault.ts'
import { checkOutputs, checkTables } from './kill/check.ts'
import { firstOutput } from './kill/first-output.ts'
import { expected, OUTPUTS, PARTITIONS, records, SOURCES, STATEMENTS, TOPICS } from './kill/flow.ts'
import { finish } from './kill/progress.ts'
import { FaultServer, seeded, withDataDir, withLog } from './support/server.ts'
import { uncommitted, writeRecords } from './support/topics.ts'

/** Share of the kills. */
const WHILE_STARTING = 0.3
const WORK_MS = 5_000

export const kill: Fault = ({ seed, number, say }) =>
  withDataDir(async (dataDir) => {
    const quarters = Math.floor(number('records', 200_000) / 4)
    const kills = number('kills', 5)
    const exactlyOnce = number('exactly-once', 1) === 1
    const life = number('life', 1_500)
    const random = seeded(seed)
    const queries = await createQueries(dataDir, exactlyOnce)
    const lives: number[] = []
    let left = 0
    let midway = 0
    for (let i = 0; i <= kills; i++) {
      const [from, to] = [i, i + 1].map((part) => partEnd(part, kills, quarters)) as [number, number]
      await withLog(dataDir, async (broker) => {
        const leftNow = await leftOf(broker, queries)
        if (i > 0 && leftNow > 0 && leftNow < left) midway++
        if (i > 0) say(`of ${left} records ${leftNow} were left to commit`)
        for (const topic of TOPICS) await writeRecords(broker, topic, PARTITIONS, records(topic, from, to))
        left = await leftOf(broker, queries)
      })
      if (i === kills) break
      const server = await FaultServer.spawn(dataDir)
      const spawnedAt = performance.now()
      if (random() < WHILE_STARTING) await delay(random() * life)
      else await firstOutput(dataDir, Object.values(OUTPUTS), WORK_MS).then(() => delay(random() * life))
      const ms = Math.round(performance.now() - spawnedAt)
      await server.kill()
      lives.push(ms)
      say(`killed after ${ms} ms (${i + 1} of ${kills})`)
    }
    await finish(dataDir, (broker) => leftOf(broker, queries), say)
    const {
      failures,
      records: outputs,
      repeated,
    } = await withLog(dataDir, (broker) => checkOutputs(broker, expected(quarters), exactlyOnce))
    const server = await FaultServer.start(dataDir)
    failures.push(...(await checkTables(server, expected(quarters))))
    await server.stop()
    const guarantee = exactlyOnce ? 'exactly_once_v2' : 'at_least_once'
    return {
      failures,
      measured: { guarantee, records: 4 * quarters, kills, midway, lives: lives.join(' '), outputs, repeated },
    }
  })

/** Where the part before the kill of this number ends. */
const partEnd = (part: number, kills: number, quarters: number): number =>
  part === 0 ? 0 : Math.floor((quarters / 2) * (1 + (part - 1) / Math.max(1, kills)))

/** Ids of the queries. */
async function createQueries(dataDir: string, exactlyOnce: boolean): Promise<string[]> {
  const server = await FaultServer.start(dataDir)
  await server.execute(SOURCES)
  const created = await server.execute(STATEMENTS, {
    'auto.offset.reset': 'earliest',
    'commit.interval.ms': '200',
    'processing.guarantee': exactlyOnce ? 'exactly_once_v2' : 'at_least_once',
  })
  await server.kill()
  return created.map((entity) => (entity as { commandStatus: { queryId: string } }).commandStatus.queryId)
}

async function leftOf(broker: Parameters<typeof uncommitted>[0], queries: readonly string[]): Promise<number> {
  let left = 0
  for (const queryId of queries) {
    const group = applicationId({ serviceId: 'default_', queryId, transient: false })
    const topics = queryId.includes('JOINED') ? ['orders', 'payments'] : ['events']
    left += await uncommitted(broker, group, topics)
  }
  return left
}
