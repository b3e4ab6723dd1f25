/**
 * Puts a server's parts together: the only place that picks Kafka or the embedded log, disk or memory. What only one of them needs is
 * imported when it is picked, so that the other starts without it.
 */

import { readFile } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { readVersion } from './cli/version.ts'
import type { ConnectCluster } from './connect/connect-cluster.ts'
import { ConnectorRuntime } from './connectors/run/connector-runtime.ts'
import type { ConnectorStatus } from './connectors/run/connector-spec.ts'
import { SecretVault } from './connectors/secret-vault.ts'
import { connectorThread } from './connectors/threads/connector-thread.ts'
import type { Engine } from './engine/api.ts'
import type { Peers } from './engine/cluster/peers.ts'
import { queriesFile } from './engine/commands/queries-file.ts'
import type { Config } from './engine/config/config.ts'
import { createEngine, type QueriesFile, type RunningEngine } from './engine/engine.ts'
import type { MetricFamily } from './engine/observe/metric-family.ts'
import { BUILT_IN_FUNCTIONS } from './functions/index.ts'
import { JavaScriptHost } from './functions/javascript/host.ts'
import { loadFunctionModules } from './functions/load-modules.ts'
import { createRegistry, type FunctionRegistry } from './functions/registry.ts'
import { type OpenedBroker, openBroker } from './main/open-broker.ts'
import { openConnect } from './main/open-connect.ts'
import { type OpenedRegistry, openRegistry, schemaFetcher } from './main/open-registry.ts'
import { readSecretKey } from './main/read-secret-key.ts'
import { type ServerPartsOptions, type ServerSetup, serverSetup } from './main/setup.ts'
import type { SchemaRegistry } from './registry/schema-registry.ts'
import type { ClusterMembership, ClusterMembershipOptions } from './runtime/cluster/cluster-membership.ts'
import { createQueryRuntime } from './runtime/queries/runtime.ts'
import type { QueryRuntime } from './runtime/query-runtime.ts'
import type { StoresSetup } from './runtime/threads/setup.ts'
import { workerThreads } from './runtime/threads/worker-threads.ts'
import { commandTopic } from './runtime/topic-names.ts'
import type { WorkerProvider } from './runtime/worker.ts'

/** An engine that starts or runs, with its configuration and metrics. */
export interface ServerParts {
  readonly config: Config
  /** Resolves when the command log has been replayed; rejects with BrokerError. */
  readonly engine: Promise<Engine>
  /** The metrics in the text format of Prometheus. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> }
  /** Ends open queries, commits what is done, and closes everything, the log last. Idempotent. */
  close(): Promise<void>
}

/** Returns at once, so that a server can answer that it is starting; failures reject `engine`. */
export function startServerParts(options: ServerPartsOptions): ServerParts {
  const setup = serverSetup(options)
  const stopping = new AbortController()
  const parts = open(setup, stopping.signal)
  const engine = parts.then((opened) => opened.engine)
  engine.catch(() => {})
  let closing: Promise<void> | null = null
  return {
    config: setup.config,
    engine,
    metrics: lazyMetrics(setup, parts, options.metrics ?? []),
    close() {
      stopping.abort()
      closing ??= parts.then(
        (opened) => opened.close(),
        () => {},
      )
      return closing
    },
  }
}

interface OpenedParts {
  readonly engine: RunningEngine
  readonly runtime: QueryRuntime
  readonly connectors: ConnectorRuntime
  readonly close: () => Promise<void>
}

async function open(setup: ServerSetup, signal: AbortSignal): Promise<OpenedParts> {
  const connection = await openBroker(setup, signal)
  let cluster: ClusterMembership | null = null
  let registry: OpenedRegistry | null = null
  try {
    registry = await openRegistry(setup)
    const connect = openConnect(setup)
    const functions = createRegistry(
      [...BUILT_IN_FUNCTIONS, ...(await loadFunctionModules(setup.functionModules))],
      javaScriptHost(setup),
    )
    const runtime = openRuntime(setup, connection, registry.registry)
    const secretKey = readSecretKey(setup)
    const connectors = openConnectors(setup, connection, { registry: registry.registry, secretKey })
    if (connection.join !== null) cluster = await joinCluster(setup, { runtime, connectors, join: connection.join })
    const engine = await openEngine(setup, {
      connection,
      functions,
      runtime,
      connectors,
      vault: secretKey === null ? null : new SecretVault(secretKey),
      cluster,
      registry,
      connect,
    })
    engine.started.then(
      () => cluster?.noteQueries(),
      () => {},
    )
    await cluster?.settled(signal)
    return {
      engine,
      runtime,
      connectors,
      async close() {
        await engine.close()
        await cluster?.leave()
        connect.close()
        await registry?.close()
        await connection.close()
      },
    }
  } catch (error) {
    await cluster?.leave()
    await registry?.close()
    await connection.close()
    throw error
  }
}

const javaScriptHost = ({ clock, timer, config }: ServerSetup): JavaScriptHost =>
  new JavaScriptHost({
    now: () => clock.now(),
    random: Math.random,
    elapsed: () => timer.elapsed(),
    config: config.get,
  })

function openRuntime(setup: ServerSetup, connection: OpenedBroker, registry: SchemaRegistry | null): QueryRuntime {
  const { clock, timer, properties, warn } = setup
  const stores = storesSetup(setup)
  return createQueryRuntime({
    broker: connection.broker,
    clock,
    timer,
    config: properties,
    workers: openWorkers(setup, { connection, stores, registry }),
    changelogs: stores.changelogs,
    sharesSlots: connection.join !== null,
    serverId: connection.serverId,
    onNotice: (queryId, message) => warn(`Query ${queryId}: ${message}`),
    onFailure: (queryId, { message }, statement) =>
      warn(onOneLine(`Query ${queryId} has failed: ${message} Statement: ${statement ?? 'not known'}`)),
  })
}

/** Connectors run in a thread, which is started for the first of them. */
function openConnectors(
  setup: ServerSetup,
  connection: OpenedBroker,
  { registry, secretKey }: { readonly registry: SchemaRegistry | null; readonly secretKey: Uint8Array | null },
): ConnectorRuntime {
  const { timer, config, dataDir, warn, inform } = setup
  const serviceId = config.get('ksql.service.id') ?? ''
  const directories = config.get('millrace.connectors.directories') ?? joinPath(dataDir, 'files')
  return new ConnectorRuntime({
    broker: connection.broker,
    timer,
    serviceId,
    sharesSlots: connection.join !== null,
    warn,
    open: connectorThread({
      connect: connection.connect,
      serviceId,
      directories: directories.split(',').flatMap((path) => (path.trim() === '' ? [] : [path.trim()])),
      secretKey,
      environmentPrefix: config.get('millrace.connectors.environment.prefix') ?? '',
      fetchSchema: schemaFetcher(registry),
      onDeath: (error) => warn(`The thread of connectors died, and is started again: ${error.stack ?? error.message}`),
      log: ({ level, text }) => (level === 'warn' ? warn(text) : inform(text)),
    }),
  })
}

const onOneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ')

interface OpenedRuntime {
  readonly connection: OpenedBroker
  readonly functions: FunctionRegistry
  readonly runtime: QueryRuntime
  readonly connectors: ConnectorRuntime
  readonly vault: SecretVault | null
  readonly cluster: ClusterMembership | null
  readonly registry: OpenedRegistry
  readonly connect: ConnectCluster
}

async function openEngine(
  setup: ServerSetup,
  { connection, functions, runtime, connectors, vault, cluster, registry, connect }: OpenedRuntime,
): Promise<RunningEngine> {
  const { clock, timer, config, warn, inform } = setup
  return createEngine({
    broker: connection.broker,
    runtime,
    connectors,
    vault,
    clock,
    timer,
    random: Math.random,
    config,
    functions,
    connect,
    registry: registry.registry,
    writerSchemas: registry.schemas,
    version: readVersion(),
    queriesFile: await readQueriesFile(config),
    warn,
    inform,
    ...(cluster !== null && { peers: await openPeers(cluster, setup) }),
  })
}

async function readQueriesFile(config: Config): Promise<QueriesFile | null> {
  const path = queriesFile(config)
  if (path === undefined) return null
  try {
    return { path, sql: await readFile(path, 'utf8') }
  } catch (cause) {
    throw new Error(`Cannot read ksql.queries.file: ${(cause as Error).message}`, { cause })
  }
}

async function openPeers(cluster: ClusterMembership, { address, config }: ServerSetup): Promise<Peers> {
  const { peerHttp } = await import('./server/peer-http.ts')
  const authorities = config.get('ssl.ca.location')
  return {
    address,
    owners: () => cluster.owners(),
    get isMember() {
      return cluster.isMember
    },
    leave: () => cluster.leave(),
    post: peerHttp({ ca: authorities === undefined ? undefined : await readFile(authorities, 'utf8') }),
  }
}

interface ClusterParts {
  readonly runtime: QueryRuntime
  readonly connectors: ConnectorRuntime
  readonly join: ClusterMembershipOptions['join']
}

/** Does not wait for the first slots: see `settled`. */
async function joinCluster(
  { clock, timer, config, inform, warn }: ServerSetup,
  { runtime, connectors, join }: ClusterParts,
): Promise<ClusterMembership> {
  const { ClusterMembership } = await import('./runtime/cluster/cluster-membership.ts')
  const serviceId = config.get('ksql.service.id') ?? ''
  const topic = commandTopic(serviceId)
  const writerPrefix = (identity: string) => `${serviceId}-${identity}-`
  const slots: ClusterMembershipOptions['runtime'] = {
    setMember: (member) => runtime.setMember(member),
    takeSlots(taken) {
      runtime.takeSlots(taken)
      connectors.takeSlots(taken)
    },
    async dropSlots(dropped, options) {
      await Promise.all([runtime.dropSlots(dropped, options), connectors.dropSlots(dropped)])
    },
    followSlots: (followed) => runtime.followSlots(followed),
    warmSlots: () => runtime.warmSlots(),
  }
  return new ClusterMembership({ runtime: slots, topic, writerPrefix, clock, timer, join, inform, warn })
}

/** Tasks run in threads; each is started when the first task is placed on it. */
interface OpenedWorkers {
  readonly connection: OpenedBroker
  readonly stores: StoresSetup
  readonly registry: SchemaRegistry | null
}

function openWorkers(setup: ServerSetup, { connection, stores, registry }: OpenedWorkers): WorkerProvider {
  const { properties, threads, timer, inform, warn, functionModules } = setup
  return workerThreads({
    functionModules,
    count: threads,
    serverId: connection.serverId,
    config: properties,
    connect: connection.connect,
    stores,
    fetchSchema: schemaFetcher(registry),
    timer,
    onDeath: (error) => warn(`A worker thread died: ${error.stack ?? error.message}`),
    log: ({ level, text }) => (level === 'warn' ? warn(text) : inform(text)),
  })
}

/** State beside the embedded log is on the same disk and as safe: changelogs would write everything twice. */
function storesSetup({ dataDir, kafka, config }: ServerSetup) {
  const cacheBytes = config.number('millrace.state.cache.bytes')
  return { kind: 'disk', directory: joinPath(dataDir, 'state'), cacheBytes, changelogs: kafka !== undefined } as const
}

/**
 * Prometheus's client is loaded by the first scrape. While the server starts, the metrics of queries have no samples. `others`: metrics to be
 * written beside the engine's.
 */
function lazyMetrics(
  { dataDir, timer }: ServerSetup,
  parts: Promise<OpenedParts>,
  others: readonly MetricFamily[],
): ServerParts['metrics'] {
  let opened: OpenedParts | null = null
  parts.then(
    (ready) => {
      opened = ready
    },
    () => {},
  )
  let registry: Promise<{ metrics(): Promise<string> }> | null = null
  let statuses: readonly ConnectorStatus[] = []
  const load = async () => {
    const [{ createMetrics, engineMetrics }, { connectorMetrics }, { diskMetrics }, { buildMetric }] =
      await Promise.all([
        import('./engine/observe/metrics.ts'),
        import('./engine/observe/connector-metrics.ts'),
        import('./engine/observe/disk-metrics.ts'),
        import('./engine/observe/build-metric.ts'),
      ])
    const families = [
      buildMetric(readVersion()),
      ...engineMetrics(() => opened && { runtime: opened.runtime, engine: opened.engine.metered }),
      ...connectorMetrics(() => statuses),
      ...diskMetrics(dataDir, timer),
      ...others,
    ]
    return createMetrics(families, async () => {
      if (opened === null) return
      const { runtime, connectors } = opened
      statuses = (await Promise.all([connectors.status(), runtime.refresh()]))[0]
    })
  }
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async metrics() {
      registry ??= load()
      return (await registry).metrics()
    },
  }
}
