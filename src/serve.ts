/** A server in this process: the engine, and the HTTP ports in front of it. */
import { readVersion } from './cli/version.ts'
import { systemClock } from './clock.ts'
import type { Engine } from './engine/api.ts'
import { createConfig } from './engine/config/config.ts'
import { checkProperties, effectiveProperties, shownProperties } from './engine/config/given-properties.ts'
import { kafkaOptions } from './engine/config/kafka-options.ts'
import { registryChoice } from './engine/config/registry-options.ts'
import { createLog, type LogOutput, standardError } from './main/create-log.ts'
import { dataDirectory, givenProperties, type ServerOptions } from './main/server-properties.ts'
import { type ServerParts, startServerParts } from './main.ts'
import { limitHeapGrowth } from './runtime/threads/heap-limits.ts'
import { sweepOilpanInThread } from './runtime/threads/oilpan-sweeping.ts'
import { serverOptions } from './server/options.ts'
import { RequestMetrics } from './server/request-metrics.ts'
import { startServer } from './server/server.ts'

export interface ServeOptions extends ServerOptions {
  /** True: only check the configuration and load the server. */
  readonly check?: boolean
  /** Default: standard error. */
  readonly logOutput?: LogOutput
}

/** A started server. */
export interface Serving {
  readonly urls: readonly string[]
  /** Where records are stored, in words for the user. */
  readonly storage: string
  /** Resolves when the server accepts statements; rejects if its parts cannot be opened. */
  readonly ready: Promise<void>
  /** Ends streams, finishes running requests, commits, and closes everything. */
  close(): Promise<void>
}

/**
 * Opens the ports first, so that a server whose ports are taken touches no data. Null with `check`. Throws an Error whose message is for
 * the user.
 */
export async function serve(options: ServeOptions): Promise<Serving | null> {
  const { logOutput = standardError() } = options
  const given = await givenProperties(options)
  const { unknown, invalid } = checkProperties(given)
  if (invalid.length > 0 || (options.check && unknown.length > 0)) throw new Error([...unknown, ...invalid].join('\n'))
  const properties = effectiveProperties(given)
  const config = createConfig(properties)
  const listening = serverOptions(config.get)
  const servers = config.get('bootstrap.servers')
  if (servers !== undefined) kafkaOptions(servers, config)
  registryChoice(config, servers === undefined)
  if (options.check) {
    await Promise.all([import('./broker/embedded/embedded-log.ts'), createLog(config, logOutput)])
    return null
  }
  limitHeapGrowth()
  sweepOilpanInThread()
  const parts = Promise.withResolvers<ServerParts>()
  const engine = parts.promise.then((opened) => opened.engine)
  const log = await createLog(config, logOutput)
  log.info(
    { properties: shownProperties(given) },
    `Millrace ${readVersion()} starts, on Node ${process.versions.node}.`,
  )
  for (const fault of unknown) log.warn({}, fault)
  const counts = new RequestMetrics()
  const metrics = metricsOf(parts.promise)
  const server = await startServer({ engine, metrics, counts, log, clock: systemClock }, listening)
  const dataDir = dataDirectory(config)
  const opened = startServerParts({
    dataDir,
    properties,
    metrics: counts.families(),
    warn: (message) => log.warn({}, message),
    inform: (message) => log.info({}, message),
    ...(server.urls[0] !== undefined && { address: server.urls[0] }),
  })
  parts.resolve(opened)
  return {
    urls: server.urls,
    storage: servers === undefined ? `embedded log in ${dataDir}` : `Kafka at ${servers}`,
    ready: ready(engine),
    async close() {
      await server.close()
      await opened.close()
    },
  }
}

async function ready(engine: Promise<Engine>): Promise<void> {
  await engine
}

const metricsOf = (parts: Promise<ServerParts>): ServerParts['metrics'] => ({
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  metrics: async () => (await parts).metrics.metrics(),
})
