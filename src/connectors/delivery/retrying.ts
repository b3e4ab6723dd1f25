/** Tries again what may succeed later: what a sink writes, what a source reads, and what a source stores. */
import { RetriableError } from '../connector.ts'
import type { Backoff } from './backoff.ts'

export interface Tries {
  readonly backoff: Backoff
  /** Aborted when no further try is to be made. */
  readonly stopping: AbortSignal
  /** Called before each pause, with the reason. */
  readonly onRetry: (reason: string) => void
}

/** The task was stopped before the work succeeded. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/**
 * Tries until the work succeeds, with a pause behind each RetriableError. Rejects with any other error of the work, and with a StoppedError,
 * whose cause is the last failure, when `stopping` is aborted meanwhile.
 */
export async function retrying<Result>(
  work: () => Promise<Result>,
  { backoff, stopping, onRetry }: Tries,
): Promise<Result> {
  for (;;) {
    try {
      const result = await work()
      backoff.reset()
      return result
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error
      onRetry(error.message)
      await backoff.wait(error.retryAfterMs, stopping)
      if (stopping.aborted) throw new StoppedError('The connector was stopped.', { cause: error })
    }
  }
}
