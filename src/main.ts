/**
 * Puts a server's parts together: the only place that picks Kafka or the embedded log, disk or memory. What only one of them needs is
 * imported when it is picked, so that the other starts without it.
 */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism, hostname } from 'node:os'
import { join as joinPath } from 'node:path'
import type { Broker } from './broker/broker.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Engine } from './engine/api.ts'
import type { Peers } from './engine/cluster/peers.ts'
import { type Config, createConfig } from './engine/config/config.ts'
import { parseProperties } from './engine/config/properties-file.ts'
import { createEngine, type RunningEngine } from './engine/engine.ts'
import { BUILT_IN_FUNCTIONS } from './functions/index.ts'
import { createRegistry } from './functions/registry.ts'
import type { ClusterMembership, ClusterMembershipOptions } from './runtime/cluster/cluster-membership.ts'
import { createQueryRuntime } from './runtime/queries/runtime.ts'
import type { QueryRuntime } from './runtime/query-runtime.ts'
import { SLOTS } from './runtime/slots.ts'
import type { StoresSetup } from './runtime/threads/setup.ts'
import { workerThreads } from './runtime/threads/worker-threads.ts'
import type { WorkerProvider } from './runtime/worker.ts'

export interface ServerPartsOptions {
  /** Where the embedded log and the state of queries lie. Made if it is not there. */
  readonly dataDir: string
  /** `host:port,...` of a Kafka cluster; absent: the embedded log. Overrides `bootstrap.servers` of the properties. */
  readonly bootstrapServers?: string
  /** Configuration by name, with or without `ksql.streams.`. */
  readonly properties?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Told of damage and failed upkeep, in words for the operator. Default: to standard error. */
  readonly warn?: (message: string) => void
  /** Told which part of a cluster's work this server has, in words for the operator. Default: nobody. */
  readonly inform?: (message: string) => void
  /** Where the other servers of a cluster reach this one, unless the configuration says so. */
  readonly address?: string
}

export interface ServerParts {
  readonly config: Config
  /** Resolves when the command log has been replayed; rejects with BrokerError. */
  readonly engine: Promise<Engine>
  /** The metrics as Prometheus reads them. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> }
  /** Ends open queries, commits what is done, and closes everything, the log last. Twice is allowed. */
  close(): Promise<void>
}

/** Returns at once, so that a server can answer that it is starting; failures come by `engine`. */
export function startServerParts(given: ServerPartsOptions): ServerParts {
  const { clock = systemClock } = given
  const properties = withGuarantee(given)
  const options = { ...given, properties }
  const config = createConfig(properties)
  const parts = open(options, config, clock)
  const engine = parts.then((opened) => opened.engine)
  engine.catch(() => {})
  let closing: Promise<void> | null = null
  return {
    config,
    engine,
    metrics: lazyMetrics(parts),
    close() {
      closing ??= parts.then(
        (opened) => opened.close(),
        () => {},
      )
      return closing
    },
  }
}

/** The embedded log, its positions and its state are on one disk, so exactly once costs next to nothing there; on Kafka it must be chosen. */
function withGuarantee({ bootstrapServers, properties = {} }: ServerPartsOptions): Readonly<Record<string, string>> {
  const config = createConfig(properties)
  const isEmbedded = (bootstrapServers ?? config.get('bootstrap.servers')) === undefined
  if (!isEmbedded || config.server.has('processing.guarantee')) return properties
  return { ...properties, 'processing.guarantee': 'exactly_once_v2' }
}

interface OpenedParts {
  readonly engine: RunningEngine
  readonly runtime: QueryRuntime
  readonly close: () => Promise<void>
}

async function open(options: ServerPartsOptions, config: Config, clock: Clock): Promise<OpenedParts> {
  const { warn = warnOnStandardError } = options
  const { broker, connect, join, serverId, close } = await openBroker(options, config, clock)
  let cluster: ClusterMembership | null = null
  try {
    const functions = createRegistry(BUILT_IN_FUNCTIONS)
    const random = Math.random
    const stores = storesSetup(options, config)
    const workers = openWorkers(options, config, { connect, serverId, stores })
    const runtime = createQueryRuntime({
      broker,
      functions,
      clock,
      random,
      config: options.properties ?? {},
      workers,
      changelogs: stores.changelogs,
      sharesSlots: join !== null,
      onFailure: (queryId, { message }) => warn(`Query ${queryId} has failed: ${message.replaceAll('\n', ' ')}`),
    })
    if (join !== null) cluster = await joinCluster(options, { runtime, clock, join })
    const peers = cluster === null ? {} : { peers: await openPeers(cluster, options, config) }
    const engine = await createEngine({
      broker,
      runtime,
      clock,
      random,
      config,
      functions,
      version: version(),
      warn,
      ...peers,
    })
    return {
      engine,
      runtime,
      async close() {
        await engine.close()
        await cluster?.leave()
        await close()
      },
    }
  } catch (error) {
    await cluster?.leave()
    await close()
    throw error
  }
}

async function openPeers(cluster: ClusterMembership, { address }: ServerPartsOptions, config: Config): Promise<Peers> {
  const { peerHttp } = await import('./server/peer-http.ts')
  const authorities = config.get('ssl.ca.location')
  return {
    address: reachableAddress(config, address),
    owners: () => cluster.owners(),
    leave: () => cluster.leave(),
    post: peerHttp({ ca: authorities === undefined ? undefined : await readFile(authorities, 'utf8') }),
  }
}

/** Does not wait for the first slots. */
async function joinCluster(
  { inform = () => {}, warn = warnOnStandardError }: ServerPartsOptions,
  parts: Pick<ClusterMembershipOptions, 'runtime' | 'clock' | 'join'>,
): Promise<ClusterMembership> {
  const { ClusterMembership } = await import('./runtime/cluster/cluster-membership.ts')
  return new ClusterMembership({ ...parts, inform, warn })
}

/** Tasks run in threads, as many as there are cores; each is started when the first task is placed on it. */
function openWorkers(
  { properties = {}, warn }: ServerPartsOptions,
  config: Config,
  { connect, serverId, stores }: { readonly connect: Connect; readonly serverId: string; readonly stores: StoresSetup },
): WorkerProvider {
  return workerThreads({
    count: threadCount(config),
    serverId,
    config: properties,
    connect,
    stores,
    onDeath: (error) => (warn ?? warnOnStandardError)(`A worker thread died: ${error.stack ?? error.message}`),
  })
}

const threadCount = (config: Config): number =>
  Math.max(1, Number(config.get('num.stream.threads') ?? availableParallelism()))

/** State beside the embedded log is on the same disk and as safe: changelogs would write everything twice. */
function storesSetup({ dataDir, bootstrapServers }: ServerPartsOptions, config: Config) {
  const cacheBytes = config.number('millrace.state.cache.bytes')
  const changelogs = (bootstrapServers ?? config.get('bootstrap.servers')) !== undefined
  return { kind: 'disk', directory: joinPath(dataDir, 'state'), cacheBytes, changelogs } as const
}

function warnOnStandardError(message: string): void {
  process.stderr.write(`${message}\n`)
}

/** How a thread gets a connection of its own. */
type Connect = Parameters<typeof workerThreads>[0]['connect']

interface OpenedBroker {
  readonly broker: Broker
  readonly connect: Connect
  /** Null: this server is alone. */
  readonly join: ClusterMembershipOptions['join'] | null
  /** See `WorkerSetup`. */
  readonly serverId: string
  readonly close: () => Promise<void>
}

async function openBroker(options: ServerPartsOptions, config: Config, clock: Clock): Promise<OpenedBroker> {
  const servers = options.bootstrapServers ?? config.get('bootstrap.servers')
  return servers === undefined ? openEmbedded(options, config, clock) : openKafka(servers, options, config)
}

async function openEmbedded(
  { dataDir, warn = warnOnStandardError }: ServerPartsOptions,
  config: Config,
  clock: Clock,
): Promise<OpenedBroker> {
  const { openEmbeddedLog } = await import('./broker/embedded/embedded-log.ts')
  const log = await openEmbeddedLog({ dataDir: joinPath(dataDir, 'log'), clock, warn })
  const broker = log.broker()
  await broker.connect()
  return {
    broker,
    connect() {
      const attachment = log.attachment()
      return { connection: { kind: 'embedded', attachment }, transfer: [attachment.port] }
    },
    join: null,
    serverId: config.get('ksql.service.id') ?? '',
    async close() {
      await broker.close()
      await log.close()
    },
  }
}

/** Servers of one cluster have the same service id, and state of their own. */
async function openKafka(
  servers: string,
  { dataDir, address }: ServerPartsOptions,
  config: Config,
): Promise<OpenedBroker> {
  const [{ KafkaBroker }, { joinSlots }, { kafkaOptions }, { lockDataDir }, { serverIdentity }] = await Promise.all([
    import('./broker/kafka/kafka-broker.ts'),
    import('./broker/kafka/groups/slot-group.ts'),
    import('./engine/config/kafka-options.ts'),
    import('./broker/embedded/data-dir-lock.ts'),
    import('./runtime/cluster/server-identity.ts'),
  ])
  const kafka = kafkaOptions(servers, config)
  const serviceId = config.get('ksql.service.id') ?? ''
  const identity = await serverIdentity(dataDir)
  const unlock = lockDataDir(dataDir)
  const broker = new KafkaBroker(kafka)
  const close = async () => {
    await broker.close()
    unlock()
  }
  try {
    await broker.connect()
  } catch (error) {
    await close()
    throw error
  }
  return {
    broker,
    connect: () => ({ connection: { kind: 'kafka', options: kafka }, transfer: [] }),
    join: (events, signal) =>
      joinSlots({
        ...events,
        signal,
        kafka,
        prefix: `_confluent-ksql-${serviceId}_`,
        slots: SLOTS,
        lanes: threadCount(config),
        address: reachableAddress(config, address),
        identity,
        sessionTimeoutMs: config.number('session.timeout.ms'),
      }),
    serverId: `${serviceId}-${identity}`,
    close,
  }
}

/** A listener on all addresses of the machine is reached by the machine's name. */
function reachableAddress(config: Config, given: string | undefined): string {
  const [first = ''] = (config.get('listeners') ?? '').split(',')
  const address =
    config.get('ksql.advertised.listener') ?? config.get('ksql.internal.listener') ?? given ?? first.trim()
  return address.replace(/(?<=^https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=:|$)/i, hostname())
}

/** Prometheus's client is loaded by the first scrape. */
function lazyMetrics(parts: Promise<OpenedParts>): ServerParts['metrics'] {
  let registry: Promise<{ metrics(): Promise<string> }> | null = null
  const load = async () => {
    const { createMetrics } = await import('./engine/observe/metrics.ts')
    const { engine, runtime } = await parts
    return createMetrics(runtime, engine.metered)
  }
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    async metrics() {
      registry ??= load()
      return (await registry).metrics()
    },
  }
}

/** Properties of a configuration file. Rejects if it cannot be read. */
export async function readPropertiesFile(path: string): Promise<Record<string, string>> {
  return parseProperties(await readFile(path, 'utf8'))
}

/** The package's version; the file is one folder up from the sources, and two from what is published. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Record<
        string,
        string
      >
      if (name === 'millrace' && version !== undefined) return version
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return 'unknown'
}
