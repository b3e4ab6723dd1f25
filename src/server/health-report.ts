/** The server's health, read from the engine at most once in an interval: probes are frequent, and each reading reaches the brokers. */
import type { Clock } from '../clock.ts'
import type { HealthCheck } from '../engine/api.ts'
import type { Lifecycle } from './lifecycle.ts'

export class HealthReport {
  readonly #lifecycle: Lifecycle
  readonly #clock: Clock
  readonly #intervalMs: number
  #cached: { readonly at: number; readonly health: HealthCheck } | null = null

  constructor(lifecycle: Lifecycle, clock: Clock, intervalMs: number) {
    this.#lifecycle = lifecycle
    this.#clock = clock
    this.#intervalMs = intervalMs
  }

  /** Never rejects: trouble is an answer. */
  async read(): Promise<HealthCheck> {
    if (this.#lifecycle.isStopping) return unhealthy('TERMINATING')
    const now = this.#clock.now()
    if (this.#cached !== null && Math.abs(now - this.#cached.at) < this.#intervalMs) return this.#cached.health
    try {
      const health = await this.#lifecycle.engine.health()
      this.#cached = { at: now, health }
      return health
    } catch {
      return unhealthy('INITIALIZING')
    }
  }
}

function unhealthy(serverState: HealthCheck['serverState']): HealthCheck {
  const trouble = { isHealthy: false }
  return { isHealthy: false, details: { metastore: trouble, kafka: trouble, commandRunner: trouble }, serverState }
}
