/** The parts of the server that routes use. */
import type { Timer } from '../clock.ts'
import type { ConsoleData } from './console/console-data.ts'
import type { HealthReport } from './health-report.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { RequestMetrics } from './request-metrics.ts'

/** Metrics as text; a registry of prom-client is of this shape. */
export interface MetricsSource {
  readonly contentType: string
  metrics(): Promise<string>
}

export interface ServerContext {
  readonly lifecycle: Lifecycle
  readonly health: HealthReport
  readonly metrics: MetricsSource
  readonly counts: RequestMetrics
  readonly console: ConsoleData
  readonly log: Log
  readonly timer: Timer
  /** Limit for a body, for a line of /inserts-stream, and for a message of a websocket. */
  readonly maxBodyBytes: number
}
