/** What a server is started with: the caller's options, with every default decided. */
import { availableParallelism, hostname } from 'node:os'
import { type Clock, systemClock, systemTimer, type Timer } from '../clock.ts'
import { type Config, createConfig } from '../engine/config/config.ts'
import type { MetricFamily } from '../engine/observe/metric-family.ts'

export interface ServerPartsOptions {
  /** Directory of the embedded log and of the state of queries. Created if it does not exist. */
  readonly dataDir: string
  /** `host:port,...` of a Kafka cluster; absent: the embedded log. Overrides `bootstrap.servers` of the properties. */
  readonly bootstrapServers?: string
  /** Configuration by name, with or without `ksql.streams.`. */
  readonly properties?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly timer?: Timer
  /** Receives damage, failed queries and failed upkeep, in words for the operator. Default: standard error. */
  readonly warn?: (message: string) => void
  /** Receives the progress of restores and changes in this server's share of a cluster, in words for the operator. Default: they are dropped. */
  readonly inform?: (message: string) => void
  /** URL at which the other servers of a cluster reach this one, unless the configuration names one. */
  readonly address?: string
  /** Metrics to be written beside the engine's. */
  readonly metrics?: readonly MetricFamily[]
  /**
   * Modules that export `functions`, an array of declarations: they are there beside the built-in ones, in this thread and in the workers, without a
   * sandbox. See docs/functions-in-javascript.md#functions-of-a-program-that-embeds-millrace.
   */
  readonly functions?: readonly (URL | string)[]
}

/** The options with every default decided. */
export interface ServerSetup {
  readonly dataDir: string
  /** `host:port,...` of a Kafka cluster; undefined: the embedded log. */
  readonly kafka: string | undefined
  readonly properties: Readonly<Record<string, string>>
  readonly config: Config
  readonly clock: Clock
  readonly timer: Timer
  readonly warn: (message: string) => void
  readonly inform: (message: string) => void
  /** URL at which the other servers of a cluster reach this one. */
  readonly address: string
  /** Worker threads: by default as many as there are cores. */
  readonly threads: number
  /** URLs of modules with functions. */
  readonly functionModules: readonly string[]
}

/** Reads the configuration once and decides what follows from it. */
export function serverSetup(options: ServerPartsOptions): ServerSetup {
  const { dataDir, clock = systemClock, timer = systemTimer, warn = writeWarning, inform = () => {} } = options
  const given = createConfig(options.properties ?? {})
  const kafka = options.bootstrapServers ?? given.get('bootstrap.servers')
  const properties = withGuarantee(options.properties ?? {}, given, kafka === undefined)
  const config = createConfig(properties)
  const threads = Math.max(1, Number(config.get('num.stream.threads') ?? availableParallelism()))
  const address = reachableAddress(config, options.address)
  const functionModules = (options.functions ?? []).map(String)
  return { dataDir, kafka, properties, config, clock, timer, warn, inform, address, threads, functionModules }
}

/**
 * The embedded log, its positions and its state are on one disk, so exactly once costs next to nothing there; on Kafka it must be chosen.
 */
function withGuarantee(
  properties: Readonly<Record<string, string>>,
  config: Config,
  isEmbedded: boolean,
): Readonly<Record<string, string>> {
  if (!isEmbedded || config.server.has('processing.guarantee')) return properties
  return { ...properties, 'processing.guarantee': 'exactly_once_v2' }
}

/** A listener on all addresses of the machine is reached by the machine's name. */
function reachableAddress(config: Config, given: string | undefined): string {
  const [first = ''] = (config.get('listeners') ?? '').split(',')
  const address =
    config.get('ksql.advertised.listener') ?? config.get('ksql.internal.listener') ?? given ?? first.trim()
  return address.replace(/(?<=^https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=:|$)/i, hostname())
}

/** For programs that embed the engine and have no log of their own. */
function writeWarning(message: string): void {
  process.stderr.write(`${message}\n`)
}
