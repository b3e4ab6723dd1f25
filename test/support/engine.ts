/** An engine over an embedded log in a directory of its own, with the real runtime in this thread. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../../src/broker/broker.ts'
import { type EmbeddedLog, openEmbeddedLog } from '../../src/broker/embedded/embedded-log.ts'
import { systemClock, systemTimer } from '../../src/clock.ts'
import { inProcessConnectors } from '../../src/connectors/run/in-process-connectors.ts'
import type { SecretVault } from '../../src/connectors/secret-vault.ts'
import type { Engine, LineStream, RowStream, StreamEnd } from '../../src/engine/api.ts'
import type { Peers } from '../../src/engine/cluster/peers.ts'
import { createConfig } from '../../src/engine/config/config.ts'
import type { Entity } from '../../src/engine/describe/entities.ts'
import { createEngine } from '../../src/engine/engine.ts'
import type { QueryRequest } from '../../src/engine/requests.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { JavaScriptHost } from '../../src/functions/javascript/host.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { openConnect } from '../../src/main/open-connect.ts'
import { schemaFetcher } from '../../src/main/open-registry.ts'
import type { SchemaRegistry } from '../../src/registry/schema-registry.ts'
import { createQueryRuntime, type SettlingQueryRuntime } from '../../src/runtime/queries/runtime.ts'
import { durableStores } from '../../src/runtime/stores/durable-stores.ts'
import type { StoreProvider } from '../../src/runtime/stores/task-stores.ts'
import { inProcessWorkers } from '../../src/runtime/worker/in-process-workers.ts'
import { LoadedSchemas } from '../../src/serde/loaded-schemas.ts'
import type { Row } from '../../src/types/value.ts'

const functions = createRegistry(
  BUILT_IN_FUNCTIONS,
  new JavaScriptHost({
    now: () => systemClock.now(),
    random: Math.random,
    elapsed: () => systemTimer.elapsed(),
    config: () => undefined,
  }),
)

export interface EngineTestParts {
  readonly stores?: StoreProvider
  /** Makes the engine of a server that is not alone: its slots come by `runtime.takeSlots`. */
  readonly sharesSlots?: boolean
  readonly peers?: Peers
  readonly warn?: (message: string) => void
  /** Closed by the caller. Default: there is none. */
  readonly registry?: SchemaRegistry
  /** Directory whose files connectors may use. Default: none. */
  readonly files?: string
  /** Key for secrets. Default: there is none. */
  readonly vault?: SecretVault
  /** Variables that options of connectors may name. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface DurableOptions {
  readonly properties?: Readonly<Record<string, string>>
  /** Receives what the server's log would say. */
  readonly warn?: (message: string) => void
}

export class TestEngine {
  readonly engine: Engine
  readonly runtime: SettlingQueryRuntime
  readonly broker: Broker
  readonly #log: EmbeddedLog

  constructor(engine: Engine, runtime: SettlingQueryRuntime, log: EmbeddedLog, broker: Broker) {
    this.engine = engine
    this.runtime = runtime
    this.broker = broker
    this.#log = log
  }

  static async open(dataDir: string, properties: Readonly<Record<string, string>> = {}): Promise<TestEngine> {
    return TestEngine.over(
      await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error }),
      properties,
    )
  }

  /** With a schema registry. */
  static async openWithRegistry(
    dataDir: string,
    registry: SchemaRegistry,
    properties: Readonly<Record<string, string>> = {},
  ): Promise<TestEngine> {
    const log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn: console.error })
    return TestEngine.over(log, properties, { registry })
  }

  /** With state on disk, as servers have it. */
  static async openDurable(dataDir: string, options: DurableOptions = {}): Promise<TestEngine> {
    const { warn = console.error } = options
    const log = await openEmbeddedLog({ dataDir, fsync: 'never', maintenanceIntervalMs: 0, warn })
    return TestEngine.#overDurable(log, dataDir, options)
  }

  static #overDurable(
    log: EmbeddedLog,
    dataDir: string,
    { properties = {}, warn = console.error }: DurableOptions,
  ): Promise<TestEngine> {
    const stores = durableStores({
      directory: join(dataDir, 'state'),
      cacheBytes: 1e7,
      changelogs: null,
      clock: systemClock,
      timer: systemTimer,
      onWarning: warn,
    })
    return TestEngine.over(log, properties, { stores, warn })
  }

  /** As `another`, knowing of each other. Close it by `closeEngine`. */
  member(parts: EngineTestParts, properties: Readonly<Record<string, string>> = {}): Promise<TestEngine> {
    return TestEngine.over(this.#log, properties, { ...parts, sharesSlots: true })
  }

  /** A second server of the same cluster, over the same log. Close it by `closeEngine`, before this one. */
  another(): Promise<TestEngine> {
    return TestEngine.over(this.#log, { 'ksql.server.command.response.timeout.ms': '300' })
  }

  /** The next server over the same log, after `closeEngine`. */
  withRegistry(registry: SchemaRegistry): Promise<TestEngine> {
    return TestEngine.over(this.#log, {}, { registry })
  }

  static async over(
    log: EmbeddedLog,
    properties: Readonly<Record<string, string>>,
    { peers, stores, sharesSlots, warn, registry, files, environment, vault }: EngineTestParts = {},
  ): Promise<TestEngine> {
    const config: Readonly<Record<string, string>> = {
      'auto.offset.reset': 'earliest',
      'commit.interval.ms': '20',
      'cache.max.bytes.buffering': '0',
      ...properties,
    }
    const broker = log.broker()
    await broker.connect()
    const writerSchemas = new LoadedSchemas({
      fetch: schemaFetcher(registry ?? null),
      clock: systemClock,
      timer: systemTimer,
    })
    const plain = { broker, clock: systemClock, timer: systemTimer, config }
    const workers = inProcessWorkers({
      ...plain,
      functions,
      schemas: writerSchemas,
      random: () => 0.5,
      ...(stores !== undefined && { stores }),
    })
    const runtime = createQueryRuntime({
      ...plain,
      workers,
      ...(sharesSlots !== undefined && { sharesSlots }),
      ...(warn !== undefined && {
        onFailure: (queryId, { message }) => warn(`Query ${queryId} has failed: ${message}`),
        onNotice: (queryId, message) => warn(`Query ${queryId}: ${message}`),
      }),
    })
    const connectors = inProcessConnectors({
      broker,
      clock: systemClock,
      timer: systemTimer,
      random: () => 0.5,
      serviceId: config['ksql.service.id'] ?? 'default_',
      schemas: writerSchemas,
      ...(files !== undefined && { directories: [files] }),
      ...(environment !== undefined && { environment }),
      ...(vault !== undefined && { vault }),
      ...(warn !== undefined && { warn }),
    })
    const engine = await createEngine({
      broker,
      runtime,
      connectors,
      clock: systemClock,
      timer: systemTimer,
      random: Math.random,
      config: createConfig(config),
      functions,
      version: '0.0.0-test',
      writerSchemas,
      connect: openConnect({ config: createConfig(config), timer: systemTimer }),
      ...(registry !== undefined && { registry }),
      ...(vault !== undefined && { vault }),
      ...(peers !== undefined && { peers }),
      ...(warn !== undefined && { warn }),
    })
    return new TestEngine(engine, runtime, log, broker)
  }

  execute(sql: string, request: Omit<QueryRequest, 'sql'> = {}): Promise<Entity[]> {
    return this.engine.execute({ sql, ...request })
  }

  /** The rows of a query that ends by itself, and how it ended. */
  async rows(sql: string, request: Omit<QueryRequest, 'sql'> = {}): Promise<{ rows: Row[]; end: StreamEnd }> {
    const stream = (await this.engine.openQuery({ sql, ...request })) as RowStream
    const { items, end } = await collect(stream)
    return { rows: items.map(({ row }) => row), end }
  }

  /** Closes the engine, lets `meanwhile` change the log, and opens another over the same log and the state in `dataDir`. */
  async reopened(
    dataDir: string,
    options: DurableOptions,
    meanwhile: (broker: Broker) => Promise<void> = async () => {},
  ): Promise<TestEngine> {
    await this.closeEngine()
    const broker = this.#log.broker()
    await meanwhile(broker)
    await broker.close()
    return TestEngine.#overDurable(this.#log, dataDir, options)
  }

  settled(): Promise<void> {
    return this.runtime.settled()
  }

  async closeEngine(): Promise<void> {
    await this.engine.close()
    await this.broker.close()
  }

  async close(): Promise<void> {
    await this.closeEngine()
    await this.#log.close()
  }
}

/** Everything until the end. */
export function collect<Item>(stream: {
  subscribe: (subscriber: { onItems: (items: readonly Item[]) => void; onEnd: (end: StreamEnd) => void }) => void
}): Promise<{ items: Item[]; end: StreamEnd }> {
  const items: Item[] = []
  return new Promise((resolve) => {
    stream.subscribe({
      onItems: (more) => {
        items.push(...more)
      },
      onEnd: (end) => resolve({ items, end }),
    })
  })
}

export type { LineStream, RowStream }

export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'millrace-engine-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
