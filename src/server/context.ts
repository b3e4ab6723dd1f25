/** What routes are given. */
import type { HealthReport } from './health-report.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'

/** Metrics as text; a registry of prom-client is of this shape. */
export interface MetricsSource {
  readonly contentType: string
  metrics(): Promise<string>
}

export interface ServerContext {
  readonly lifecycle: Lifecycle
  readonly health: HealthReport
  readonly metrics: MetricsSource
  readonly log: Log
  /** Of a body, of a line of /inserts-stream, and of a websocket's request. */
  readonly maxBodyBytes: number
}
