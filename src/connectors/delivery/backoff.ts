/** Pauses between tries: each is twice the one before, up to a bound, and is spread at random so that many clients do not come at once. */
import { type DoublingPauses, doublingPause, sleep, type Timer } from '../../clock.ts'

export interface BackoffOptions extends DoublingPauses {
  readonly timer: Timer
  /** In [0, 1). */
  readonly random: () => number
}

/** No target is left alone for longer, whatever it says. */
const LONGEST_WANTED_MS = 3_600_000

export class Backoff {
  readonly #options: BackoffOptions
  #tries = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** The next pause begins at the shortest again. */
  reset(): void {
    this.#tries = 0
  }

  /** Waits, at least for what the target wants; ends early when `signal` is aborted. */
  async wait(wantedMs: number | null, signal: AbortSignal): Promise<void> {
    const { timer, random } = this.#options
    const full = doublingPause(this.#options, this.#tries++)
    const spread = full * (0.5 + random() / 2)
    await sleep(timer, Math.max(spread, Math.min(wantedMs ?? 0, LONGEST_WANTED_MS)), { signal })
  }
}
