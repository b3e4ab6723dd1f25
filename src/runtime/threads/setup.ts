/** What a worker thread is started with: plain data, and how it becomes a worker there. */
import type { Broker } from '../../broker/broker.ts'
import type { EmbeddedLogAttachment } from '../../broker/embedded/embedded-log.ts'
import type { KafkaOptions } from '../../broker/kafka/cluster/kafka-connection-options.ts'
import type { Clock, Timer } from '../../clock.ts'
import { Budget, limitsFrom } from '../../functions/budget.ts'
import { BUILT_IN_FUNCTIONS } from '../../functions/index.ts'
import { JavaScriptHost } from '../../functions/javascript/host.ts'
import { loadFunctionModules } from '../../functions/load-modules.ts'
import { createRegistry } from '../../functions/registry.ts'
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import { LoadedSchemas } from '../../serde/loaded-schemas.ts'
import { type Config, compressionOf, mergeConfig } from '../query-config.ts'
import { memoryStores } from '../stores/memory-stores.ts'
import { logRestores } from '../stores/restore-log.ts'
import type { StoreProvider } from '../stores/task-stores.ts'
import type { LocalWorkerOptions } from '../worker/local-worker.ts'
import type { LogMessage } from './protocol.ts'

/** How a worker reaches the broker. An embedded log's attachment has a port, which goes into the transfer list. */
export type BrokerConnection =
  | { readonly kind: 'embedded'; readonly attachment: EmbeddedLogAttachment }
  | { readonly kind: 'kafka'; readonly options: KafkaOptions }

/** Where a worker keeps the state of its tasks. */
export type StoresSetup =
  | { readonly kind: 'memory' }
  | {
      readonly kind: 'disk'
      readonly directory: string
      /** Bound on the caches of each worker. */
      readonly cacheBytes: number
      /** Whether changes go to changelog topics too. */
      readonly changelogs: boolean
    }

export interface WorkerSetup {
  readonly index: number
  /** Identifies the server: unique among running servers, and the same after a restart. */
  readonly serverId: string
  readonly config: Config
  readonly broker: BrokerConnection
  readonly stores: StoresSetup
  /** URLs of modules whose `functions` are available beside the built-in ones. */
  readonly functionModules: readonly string[]
  /** See `LocalWorkerOptions.watched`. */
  readonly watched: SharedArrayBuffer
}

/** What the thread itself hands in. */
export interface WorkerSurroundings {
  readonly clock: Clock
  readonly timer: Timer
  /** Passes a line to the server's log. */
  readonly log: (message: Omit<LogMessage, 'kind'>) => void
  /** Gives a registered schema, or a text: why there is none. */
  readonly fetchSchema: (id: number) => Promise<ResolvedSchema | string>
  /** See `Pace`. */
  readonly isAwaited: () => boolean
}

export interface OpenedWorkerOptions extends Omit<LocalWorkerOptions, 'listener'> {
  readonly watched: Int32Array
  readonly schemas: LoadedSchemas
}

/** Opens what the worker needs. The caller closes the broker and the schemas after the worker. */
export async function workerOptions(
  setup: WorkerSetup,
  surroundings: WorkerSurroundings,
): Promise<OpenedWorkerOptions> {
  const { index, serverId, watched } = setup
  const { clock, timer, fetchSchema } = surroundings
  const config = mergeConfig(setup.config, {})
  const broker = await openThreadBroker(setup.broker)
  await broker.connect()
  return {
    broker,
    functions: createRegistry(
      [...BUILT_IN_FUNCTIONS, ...(await loadFunctionModules(setup.functionModules))],
      new JavaScriptHost({
        now: () => clock.now(),
        random: Math.random,
        elapsed: () => timer.elapsed(),
        config: (name) => config[name],
      }),
    ),
    functionContext: {
      now: () => clock.now(),
      random: Math.random,
      config: (key) => config[`ksql.functions.${key}`],
      budget: new Budget({ ...limitsFrom((name) => config[name]), elapsed: () => timer.elapsed() }),
    },
    clock,
    timer,
    stores: await openStores(setup.stores, broker, surroundings),
    transactionalId: `${serverId}-${index}`,
    compression: compressionOf(config),
    schemas: new LoadedSchemas({ fetch: fetchSchema, clock, timer }),
    watched: new Int32Array(watched),
  }
}

/** A broker of a thread's own, not connected yet. Loads only the one that is used. */
export async function openThreadBroker(connection: BrokerConnection): Promise<Broker> {
  if (connection.kind === 'kafka') {
    const { KafkaBroker } = await import('../../broker/kafka/kafka-broker.ts')
    return new KafkaBroker(connection.options)
  }
  const { attachEmbeddedLog } = await import('../../broker/embedded/embedded-log.ts')
  return attachEmbeddedLog(connection.attachment)
}

async function openStores(
  setup: StoresSetup,
  broker: Broker,
  { clock, timer, log, isAwaited }: WorkerSurroundings,
): Promise<StoreProvider> {
  if (setup.kind === 'memory') return memoryStores()
  const { durableStores } = await import('../stores/durable-stores.ts')
  const { directory, cacheBytes, changelogs } = setup
  return durableStores({
    directory,
    cacheBytes,
    changelogs: changelogs ? broker : null,
    clock,
    timer,
    isAwaited,
    onWarning: (text) => log({ level: 'warn', text }),
    onRestore: logRestores((text) => log({ level: 'info', text })),
  })
}
