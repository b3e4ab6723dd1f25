/**
 * A process that starts servers on data directories, one after the other, and reports all that they say: a server that ends the process
 * by what it meets is a result, too. Each message is a `ProbeRequest`, each answer a `ProbeReport`.
 */
import type { LogDamage } from '../../../src/broker/broker.ts'
import type { QueryDescriptionList } from '../../../src/engine/describe/entities.ts'
import { messageOf } from '../../../src/errors.ts'
import { TestEngine } from '../../support/engine.ts'
import { readRecords } from '../support/topics.ts'
import {
  type Event,
  events,
  PARTITIONS,
  READ_TABLE,
  SINKS,
  type Sink,
  SOURCES,
  STATEMENTS,
  TABLES,
  type Table,
  TOPIC_CONFIG,
  texts,
  users,
} from './flow.ts'

export interface ProbeRequest {
  readonly dataDir: string
  /** `make`: creates the streams and tables, and fills them. */
  readonly job: 'make' | 'look'
  /** Events to insert: those with numbers in `[from, to)`. */
  readonly from: number
  readonly to: number
}

export interface SourceRecord {
  readonly partition: number
  readonly offset: number
  readonly key: string
  readonly value: string
}

/** Rows as texts, sorted; or why they cannot be read. */
export type Found = readonly string[] | { readonly error: string }

export interface Look {
  readonly tables: Readonly<Record<Table, Found>>
  readonly sinks: Readonly<Record<Sink, Found>>
  readonly sources: Readonly<Record<string, readonly SourceRecord[] | { readonly error: string }>>
}

export interface ProbeReport {
  /** Why the server did not start; null: it did. */
  readonly refusal: string | null
  readonly warnings: readonly string[]
  readonly damages: readonly LogDamage[]
  readonly isHealthy: boolean
  /** Messages of failed queries. */
  readonly failures: readonly string[]
  /** Why an event could not be inserted. */
  readonly refusedInserts: readonly string[]
  /** Before the insert and after it. */
  readonly looks: readonly Look[]
}

const PROPERTIES = { 'processing.guarantee': 'exactly_once_v2', 'auto.offset.reset': 'earliest' }

async function probe({ dataDir, job, from, to }: ProbeRequest): Promise<ProbeReport> {
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  let server: TestEngine
  try {
    server = await TestEngine.openDurable(dataDir, { properties: PROPERTIES, warn })
  } catch (error) {
    return { ...NOTHING, refusal: messageOf(error), warnings }
  }
  try {
    if (job === 'make') await create(server)
    await server.settled()
    const before = await look(server)
    const refusedInserts = await insert(server, events(from, to))
    await server.settled()
    const looks = [before, await look(server)]
    const damages = await server.broker.damages()
    const { isHealthy } = await server.engine.health()
    return { refusal: null, warnings, damages, isHealthy, failures: await failuresOf(server), refusedInserts, looks }
  } finally {
    await server.close()
  }
}

const NOTHING = { damages: [], isHealthy: false, failures: [], refusedInserts: [], looks: [] }

async function create(server: TestEngine): Promise<void> {
  for (const topic of SOURCES)
    await server.broker.createTopic({ name: topic, partitions: PARTITIONS, config: TOPIC_CONFIG })
  await server.execute(STATEMENTS)
  const put = await server.engine.openInserts('users')
  await Promise.all(users().map((user) => put(JSON.stringify(user))))
}

async function insert(server: TestEngine, all: readonly Event[]): Promise<string[]> {
  const refused: string[] = []
  if (all.length === 0) return refused
  try {
    const put = await server.engine.openInserts('events')
    for (const { k, v, time } of all) await put(JSON.stringify({ k, v, ROWTIME: time }))
  } catch (error) {
    refused.push(messageOf(error))
  }
  return refused
}

async function look(server: TestEngine): Promise<Look> {
  const tables = await named(TABLES, (name) => readTable(server, READ_TABLE[name]))
  const sinks = await named(SINKS, (name) => readSink(server, name))
  const sources = await named(SOURCES, (name) => readSource(server, name))
  return { tables, sinks, sources }
}

async function named<Name extends string, Value>(
  names: readonly Name[],
  read: (name: Name) => Promise<Value>,
): Promise<Record<Name, Value | { error: string }>> {
  const entries: [Name, Value | { error: string }][] = []
  for (const name of names)
    entries.push([name, await read(name).catch((error: unknown) => ({ error: messageOf(error) }))])
  return Object.fromEntries(entries) as Record<Name, Value | { error: string }>
}

async function readTable(server: TestEngine, sql: string): Promise<string[]> {
  const { rows, end } = await server.rows(sql)
  if (end.reason === 'error') throw end.error
  return texts(rows)
}

async function readSink({ broker }: TestEngine, topic: string): Promise<string[]> {
  const rows: unknown[] = []
  for await (const { key, value } of readRecords(broker, topic)) rows.push([String(key), JSON.parse(value ?? 'null')])
  return texts(rows)
}

async function readSource({ broker }: TestEngine, topic: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  for await (const { partition, offset, key, value } of readRecords(broker, topic))
    records.push({ partition, offset, key: String(key), value: String(value) })
  return records
}

async function failuresOf(server: TestEngine): Promise<string[]> {
  const [list] = (await server.execute('SHOW QUERIES EXTENDED;')) as [QueryDescriptionList]
  return list.queryDescriptions.flatMap(({ id, queryErrors }) =>
    queryErrors.map(({ errorMessage }) => `${id}: ${errorMessage}`),
  )
}

process.on('message', (request: ProbeRequest) => {
  void probe(request).then(
    (report) => process.send!(report),
    (error: unknown) => process.send!({ ...NOTHING, refusal: `The probe failed: ${String(error)}`, warnings: [] }),
  )
})
