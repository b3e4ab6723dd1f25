// A server on a free port of the loopback interface, over a given engine.

import { systemClock } from '../../src/clock.ts'
import type { Engine } from '../../src/engine/api.ts'
import { type Log, silentLog } from '../../src/server/log.ts'
import { serverOptions } from '../../src/server/options.ts'
import { RequestMetrics } from '../../src/server/request-metrics.ts'
import { type RunningServer, type ServerParts, startServer } from '../../src/server/server.ts'

export interface TestServer extends RunningServer {
  readonly url: string
  readonly port: number
  readonly counts: RequestMetrics
}

/** `config`: configuration by name, over the defaults. `parts`: in place of those that are made here. */
export async function startTestServer(
  engine: Engine | Promise<Engine>,
  config: Readonly<Record<string, string>> = {},
  log: Log = silentLog,
  parts: Partial<ServerParts> = {},
): Promise<TestServer> {
  const properties: Readonly<Record<string, string>> = { listeners: 'http://127.0.0.1:0', ...config }
  const metrics = { contentType: 'text/plain; version=0.0.4', metrics: async () => 'millrace_up 1\n' }
  const counts = new RequestMetrics()
  const server = await startServer(
    { engine: Promise.resolve(engine), metrics, counts, log, clock: systemClock, ...parts },
    serverOptions((name) => properties[name]),
  )
  const url = server.urls[0]!
  return { ...server, url, port: Number(new URL(url).port), counts }
}
