/**
 * Nexmark under kills: the server is killed at random moments while queries with state work under exactly once, and what they have written at the end is compared
 * with DuckDB's result over the same events. A part of the events comes before each start. Options: `events` (300,000), `kills` (10) for each query, `life` (1,500): how
 * long a server lives at most from its first result, ms; `query`: only the one with that number. `midway`: kills after which some records were committed since the one before, and others not yet.
 */
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { writeContent } from '../../bench/nexmark/content.ts'
import type { NexmarkOptions } from '../../bench/nexmark/events.ts'
import { EventLoader, eventFiles } from '../../bench/nexmark/load.ts'
import { fileText, inputTopics, sinksOf } from '../../bench/nexmark/queries.ts'
import { Reference } from '../../bench/nexmark/reference.ts'
import type { Broker } from '../../src/broker/broker.ts'
import type { DataSource } from '../../src/metastore/data-source.ts'
import { applicationId } from '../../src/runtime/topic-names.ts'
import type { Fault, FaultOptions } from './fault.ts'
import { firstOutput } from './kill/first-output.ts'
import { finish } from './kill/progress.ts'
import { FaultServer, seeded, withDataDir, withLog } from './support/server.ts'
import { uncommitted } from './support/topics.ts'

const QUERIES = [3, 4, 5, 9, 18]
const EXACTLY_ONCE = {
  'auto.offset.reset': 'earliest',
  'commit.interval.ms': '200',
  'processing.guarantee': 'exactly_once_v2',
}
const WHILE_STARTING = 0.2
const WORK_MS = 60_000

export const nexmarkKills: Fault = (options) =>
  withDataDir(async (directory) => {
    const { seed, number } = options
    const only = number('query', -1)
    const generator = { events: number('events', 300_000), seed, rate: 1000 }
    const reference = await Reference.open(eventFiles(directory, generator))
    const failures: string[] = []
    const measured: Record<string, string | number> = { events: generator.events, kills: number('kills', 10) }
    try {
      for (const query of only < 0 ? QUERIES : [only]) {
        const run = await runQuery(`q${query}`, generator, reference, options)
        failures.push(...run.failures)
        measured[`q${query}`] = run.summary
      }
    } finally {
      reference.close()
    }
    return { failures, measured }
  })

interface QueryRun {
  readonly failures: readonly string[]
  readonly summary: string
}

function runQuery(
  name: string,
  generator: NexmarkOptions,
  reference: Reference,
  { seed, number, say }: FaultOptions,
): Promise<QueryRun> {
  return withDataDir(async (dataDir) => {
    const sink = sinksOf(name).at(-1)!
    const random = seeded(seed)
    const loader = new EventLoader(generator)
    const queryId = await createQuery(dataDir, name, loader)
    const leftOf = (broker: Broker) => uncommitted(broker, groupOf(queryId), topicsOf(sink))
    const kills = number('kills', 10)
    const part = Math.ceil(generator.events / (kills + 1))
    let midway = 0
    for (let i = 1; i <= kills; i++) {
      const left = await withLog(dataDir, async (broker) => {
        await loader.append(broker, part)
        return leftOf(broker)
      })
      const server = await FaultServer.spawn(dataDir)
      const life = random() * number('life', 1_500)
      if (random() >= WHILE_STARTING) await firstOutput(dataDir, [sink.topic], WORK_MS)
      await delay(life)
      await server.kill()
      const now = await withLog(dataDir, leftOf)
      if (now > 0 && now < left) midway++
      say(`${name}: kill ${i} of ${kills}, ${now} of ${left} records left to commit`)
    }
    await withLog(dataDir, (broker) => loader.append(broker, part))
    await finish(dataDir, leftOf, say)
    const path = join(dataDir, 'content.json')
    const records = await withLog(dataDir, (broker) => writeContent(broker, sink, path))
    const { rows, missing, surplus, examples } = await reference.judge(name, path)
    const isEqual = missing === 0 && surplus === 0
    const difference = `${name}: ${missing} rows are missing, ${surplus} are too many: ${examples.join('; ')}`
    return {
      failures: isEqual ? [] : [difference],
      summary: `${rows} rows in ${records} records, ${midway} kills midway`,
    }
  })
}

/** Returns the id of the query; the server is killed at once. */
async function createQuery(dataDir: string, name: string, loader: EventLoader): Promise<string> {
  await withLog(dataDir, (broker) => loader.begin(broker))
  const server = await FaultServer.start(dataDir)
  await server.execute(fileText('queries', 'sources'))
  const created = await server.execute(fileText('queries', name), EXACTLY_ONCE)
  await server.kill()
  return (created.at(-1) as { commandStatus: { queryId: string } }).commandStatus.queryId
}

const groupOf = (queryId: string): string => applicationId({ serviceId: 'default_', queryId, transient: false })

const topicsOf = ({ derivedFrom }: DataSource): string[] =>
  derivedFrom.map((source) => inputTopics[source.toLowerCase()]!)
