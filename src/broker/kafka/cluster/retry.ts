/** Trying again, with pauses that grow. */

import { doublingPause, sleep, type Timer } from '../../../clock.ts'
import { BrokerError } from '../../broker-error.ts'

/** The pause after so many failures, counted from 0, ms. `initialMs`: that after the first one. Default 20. */
export type Backoff = (failures: number, initialMs?: number) => number

export interface RetryOptions {
  readonly timer: Timer
  readonly backoff: Backoff
  /** No new attempt starts later than this after the first, ms. */
  readonly forMs: number
  /** Pause after the first failure, ms; it doubles with each further one, to at most a second. Default 20. */
  readonly initialMs?: number
  /** Whether to try again after an error. Default: when it is a retriable BrokerError. */
  readonly retries?: (error: unknown) => boolean
  /** Ends the wait between attempts; the last error is then thrown. */
  readonly signal?: AbortSignal
}

const INITIAL_MS = 20
const LONGEST_MS = 1000

export const isRetriable = (error: unknown) => error instanceof BrokerError && error.retriable

/** Runs `attempt` until it succeeds, fails for good, or the time is over; then the last error is thrown. */
export async function retry<Result>(options: RetryOptions, attempt: () => Promise<Result>): Promise<Result> {
  const { timer, backoff, forMs, initialMs, retries = isRetriable, signal } = options
  const deadline = timer.elapsed() + forMs
  for (let failures = 0; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!retries(error) || timer.elapsed() >= deadline || signal?.aborted) throw error
      await sleep(timer, backoff(failures, initialMs), signal === undefined ? {} : { signal })
      if (signal?.aborted) throw error
    }
  }
}

/** Pauses double with each failure, with a jitter of a fifth so that many do not come back together. `random`: in [0, 1). */
export const jitteredBackoff =
  (random: () => number): Backoff =>
  (failures, initialMs = INITIAL_MS) =>
    doublingPause({ firstMs: initialMs, longestMs: LONGEST_MS }, failures) * (0.8 + 0.4 * random())
