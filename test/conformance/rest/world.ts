/** A server of its own for one case: embedded log in a fresh directory, real runtime, real HTTP. Source: ksqlDB's functional test runner. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../../../src/broker/broker.ts'
import { copyRecord } from '../../../src/broker/copied-record.ts'
import { type EmbeddedLog, openEmbeddedLog } from '../../../src/broker/embedded/embedded-log.ts'
import { partitionForKey } from '../../../src/broker/partitioner.ts'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import { RecordBatchCursor } from '../../../src/broker/record-batch-cursor.ts'
import { systemClock, systemTimer } from '../../../src/clock.ts'
import { inProcessConnectors } from '../../../src/connectors/run/in-process-connectors.ts'
import { createConfig } from '../../../src/engine/config/config.ts'
import { createEngine, type RunningEngine } from '../../../src/engine/engine.ts'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { openConnect } from '../../../src/main/open-connect.ts'
import { schemaFetcher } from '../../../src/main/open-registry.ts'
import type { DataSource } from '../../../src/metastore/data-source.ts'
import { InProcessRegistry } from '../../../src/registry/in-process/in-process-registry.ts'
import { rulesOf } from '../../../src/registry/rules/rules-of.ts'
import type { SchemaRegistry } from '../../../src/registry/schema-registry.ts'
import { createQueryRuntime, type SettlingQueryRuntime } from '../../../src/runtime/queries/runtime.ts'
import type { TopicRecord } from '../../../src/runtime/task/test-driver.ts'
import { inProcessWorkers } from '../../../src/runtime/worker/in-process-workers.ts'
import { LoadedSchemas } from '../../../src/serde/loaded-schemas.ts'
import { silentLog } from '../../../src/server/log.ts'
import { serverOptions } from '../../../src/server/options.ts'
import { type RunningServer, startServer } from '../../../src/server/server.ts'
import { CheckFailure } from '../../../src/testing/json/failure.ts'
import { CaseSchemas } from '../case-schemas.ts'

const CONFIG: Readonly<Record<string, string>> = {
  'auto.offset.reset': 'earliest',
  'commit.interval.ms': '20',
  'cache.max.bytes.buffering': '0',
  'ksql.query.pull.table.scan.enabled': 'true',
  'ksql.query.pull.range.scan.enabled': 'true',
  'ksql.query.push.v2.enabled': 'true',
  'ksql.query.push.v2.registry.installed': 'true',
  'ksql.headers.columns.enabled': 'true',
  listeners: 'http://127.0.0.1:0',
}

const functions = createRegistry(BUILT_IN_FUNCTIONS)

interface Parts {
  readonly directory: string
  readonly log: EmbeddedLog
  readonly broker: Broker
  readonly runtime: SettlingQueryRuntime
  readonly engine: RunningEngine
  readonly server: RunningServer
  readonly schemas: CaseSchemas
}

export class World {
  readonly #parts: Parts
  readonly #producer

  private constructor(parts: Parts) {
    this.#parts = parts
    this.#producer = parts.broker.producer()
  }

  /** `external`: a registry in place of the world's own. */
  static async open(external: SchemaRegistry | null = null): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'millrace-conformance-'))
    const log = await openEmbeddedLog({
      dataDir: directory,
      fsync: 'never',
      maintenanceIntervalMs: 0,
      warn: console.error,
    })
    const broker = log.broker()
    await broker.connect()
    const shared = { broker, functions, clock: systemClock, timer: systemTimer, random: Math.random }
    const running = { broker, clock: systemClock, timer: systemTimer, config: CONFIG }
    const own = new InProcessRegistry({ rules: rulesOf })
    const registry = external ?? own
    const schemas = new LoadedSchemas({ fetch: schemaFetcher(registry), clock: systemClock, timer: systemTimer })
    const workers = inProcessWorkers({ ...running, functions, random: Math.random, schemas })
    const runtime = createQueryRuntime({ ...running, workers })
    const engine = await createEngine({
      ...shared,
      runtime,
      connectors: inProcessConnectors({ ...shared, serviceId: CONFIG['ksql.service.id'] ?? '' }),
      registry,
      writerSchemas: schemas,
      connect: openConnect({ config: createConfig(CONFIG), timer: systemTimer }),
      config: createConfig(CONFIG),
      version: '0.0.0-test',
    })
    const metrics = { contentType: 'text/plain', metrics: async () => '' }
    const server = await startServer(
      { engine: Promise.resolve(engine), metrics, log: silentLog, clock: systemClock },
      serverOptions((name) => CONFIG[name]),
    )
    return new World({ directory, log, broker, runtime, engine, server, schemas: new CaseSchemas(own.state) })
  }

  get url(): string {
    return this.#parts.server.urls[0]!
  }

  /** The schemas of the topics. */
  get schemas(): CaseSchemas {
    return this.#parts.schemas
  }

  get pushQueries(): number {
    return this.#parts.engine.metered.pushQueries()
  }

  async createTopics(partitions: ReadonlyMap<string, number>): Promise<void> {
    for (const [name, count] of partitions) await this.#parts.broker.createTopic({ name, partitions: count })
  }

  /** A stream or table that uses the topic. */
  sourceOf(topic: string): DataSource {
    const { sources } = this.#parts.engine.metered.catalog().metastore
    const source = [...sources.values()].find((candidate) => candidate.topic === topic)
    if (source === undefined) throw new CheckFailure(`no stream or table uses the topic ${topic}`)
    return source
  }

  async produce(topic: string, record: TopicRecord): Promise<void> {
    const description = await this.#parts.broker.describeTopic(topic)
    const partitions = description?.partitions ?? 1
    const builder = new RecordBatchBuilder()
    builder.append(record.timestamp, record.key, record.value, record.headers)
    const partition = record.key === null ? 0 : partitionForKey(record.key, partitions)
    await this.#producer.send(topic, partition, builder.finish())
  }

  /** Everything that queries have to do is done. */
  settled(): Promise<void> {
    return this.#parts.runtime.settled()
  }

  /** All records of a topic, partition by partition. */
  async consume(topic: string): Promise<TopicRecord[]> {
    const { broker } = this.#parts
    const ends = await broker.endOffsets(topic)
    const fetcher = broker.fetcher()
    const waiting = new Set(ends.filter(({ offset }) => offset > 0).map(({ partition }) => partition))
    for (const partition of waiting) fetcher.assign({ topic, partition, offset: 0 })
    const records: TopicRecord[] = []
    const cursor = new RecordBatchCursor()
    while (waiting.size > 0) {
      for (const { batches, fetchOffset, nextOffset, partition, error } of await fetcher.poll(1000)) {
        if (error !== null) throw error
        cursor.reset(batches, fetchOffset)
        while (cursor.next()) records.push(copyRecord(cursor))
        if (nextOffset >= ends[partition]!.offset) waiting.delete(partition)
      }
    }
    await fetcher.close()
    return records
  }

  async close(): Promise<void> {
    const { server, engine, broker, log, directory } = this.#parts
    await this.#producer.close()
    await server.close()
    await engine.close()
    await broker.close()
    await log.close()
    await rm(directory, { recursive: true, force: true })
  }
}
