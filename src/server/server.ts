/** The server: HTTP/1.1, HTTP/2 and websockets on its ports, from start to a graceful end. */
import type { Server } from 'node:net'
import { type Clock, sleep, systemTimer, type Timer } from '../clock.ts'
import type { Engine } from '../engine/api.ts'
import { createApp } from './app.ts'
import { Connections } from './connections.ts'
import { ConsoleData } from './console/console-data.ts'
import type { ConsoleFiles } from './console/console-files.ts'
import type { MetricsSource, ServerContext } from './context.ts'
import type { Access } from './guards.ts'
import { HealthReport } from './health-report.ts'
import { Lifecycle } from './lifecycle.ts'
import { formatListener, type Listener } from './listener.ts'
import type { Log } from './log.ts'
import { boundListener, listen } from './net/listen.ts'
import type { ServerOptions } from './options.ts'
import { RequestMetrics } from './request-metrics.ts'
import { WebSocketEndpoint } from './websocket.ts'

export interface ServerParts {
  /** The server listens before the engine is ready, and says so. */
  readonly engine: Promise<Engine>
  readonly metrics: MetricsSource
  readonly log: Log
  readonly clock: Clock
  /** Default: the system's. */
  readonly timer?: Timer
  /** Default: counts that nobody reads. */
  readonly counts?: RequestMetrics
  /** Default: those that the build has made. */
  readonly consoleFiles?: ConsoleFiles
}

export interface RunningServer {
  /** Its addresses, with the ports that the system has given it. */
  readonly urls: readonly string[]
  /** Refuses new requests, ends open queries, answers what is under way, closes all connections. The engine stays open. */
  close(): Promise<void>
}

/** Time that requests under way have to end when the server stops. */
const GRACE_MS = 10_000

/** Opens the ports. Throws an Error with advice if one cannot be opened; none is open then. */
export async function startServer(parts: ServerParts, options: ServerOptions): Promise<RunningServer> {
  const lifecycle = new Lifecycle(parts.engine)
  const health = new HealthReport(lifecycle, parts.clock, options.healthIntervalMs)
  const { metrics, log, timer = systemTimer, counts = new RequestMetrics() } = parts
  const { maxBodyBytes } = options
  const { clock, consoleFiles: files } = parts
  const data = new ConsoleData({
    overview: async () => lifecycle.engine.overview(),
    clock,
    timer,
    ...(files && { files }),
  })
  const context: ServerContext = { lifecycle, health, metrics, counts, console: data, log, timer, maxBodyBytes }
  const access: Access = { hosts: options.hosts, origins: options.origins, users: options.users }
  const websocket = new WebSocketEndpoint(context, access, options.webSocketMaxAgeMs)
  const connections = new Connections(await createApp(context, access), websocket, {
    timeouts: options.timeouts,
    timer,
    open: counts.connections,
  })
  const ports = await openPorts(options, connections, timer)
  const urls = [...new Set(ports.map(({ server, listener }) => formatListener(boundListener(server, listener))))]
  const close = () => {
    data.close()
    return closeServer({ ports: ports.map(({ server }) => server), lifecycle, connections, websocket, timer })
  }
  let closing: Promise<void> | null = null
  return { urls, close: () => (closing ??= close()) }
}

interface OpenPort {
  readonly server: Server
  readonly listener: Listener
}

async function openPorts(options: ServerOptions, connections: Connections, timer: Timer): Promise<OpenPort[]> {
  const open: OpenPort[] = []
  try {
    for (const listener of options.listeners) {
      const details = { tls: options.tls, firstBytesMs: options.timeouts.headMs, timer }
      for (const server of await listen(listener, connections, details)) open.push({ server, listener })
    }
  } catch (error) {
    for (const { server } of open) server.close()
    throw error
  }
  return open
}

interface Running {
  readonly ports: readonly Server[]
  readonly lifecycle: Lifecycle
  readonly connections: Connections
  readonly websocket: WebSocketEndpoint
  readonly timer: Timer
}

/** New connections are still taken until the requests under way are answered, so that clients read a 503 and not a refusal. */
async function closeServer({ ports, lifecycle, connections, websocket, timer }: Running): Promise<void> {
  await within(GRACE_MS, lifecycle.stop(), timer)
  const closed = ports.map((port) => new Promise<void>((resolve) => port.close(() => resolve())))
  connections.closeIdle()
  await within(CLOSE_MS, Promise.all(closed), timer)
  websocket.closeAll()
  connections.closeAll()
  await within(CLOSE_MS, Promise.all(closed), timer)
}

/** Time that answers have to leave after the last request has ended. */
const CLOSE_MS = 500

/** Resolves when `work` has ended or `ms` have passed. */
async function within(ms: number, work: Promise<unknown>, timer: Timer): Promise<void> {
  const given = new AbortController()
  await Promise.race([work.finally(() => given.abort()), sleep(timer, ms, given)])
}
