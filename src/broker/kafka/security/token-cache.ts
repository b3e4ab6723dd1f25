/**
 * Keeps the token of a cluster's connections. It is fetched before its first use and again when most of its time is over, since a
 * broker ends the session of a connection with its token. While the old one still counts, a failure to get a new one is no failure.
 */
import type { Timer } from '../../../clock.ts'
import type { Token } from './oauth-token.ts'

/** Source: Kafka's `sasl.login.refresh.window.factor`. */
const USED_FRACTION = 0.8

interface Kept {
  readonly value: string
  /** On the timer's scale. */
  readonly renewAt: number
  readonly endsAt: number
}

export class TokenCache {
  readonly #obtain: () => Promise<Token>
  readonly #timer: Timer
  #kept: Kept | null = null
  #renewal: Promise<Kept> | null = null

  constructor(obtain: () => Promise<Token>, timer: Timer) {
    this.#obtain = obtain
    this.#timer = timer
  }

  /** Calls at the same time share one request. Rejects as `obtain` does. */
  async token(): Promise<string> {
    const kept = this.#kept
    const now = this.#timer.elapsed()
    if (kept !== null && now < kept.renewAt) return kept.value
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = null
    })
    try {
      return (await this.#renewal).value
    } catch (error) {
      if (kept !== null && this.#timer.elapsed() < kept.endsAt) return kept.value
      throw error
    }
  }

  async #renew(): Promise<Kept> {
    const { value, lifetimeMs } = await this.#obtain()
    const now = this.#timer.elapsed()
    this.#kept = { value, renewAt: now + lifetimeMs * USED_FRACTION, endsAt: now + lifetimeMs }
    return this.#kept
  }
}
