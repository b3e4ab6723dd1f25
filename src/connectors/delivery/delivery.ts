/** Brings records into a target: writes again what may be taken later, and treats what is refused as the connector's options say. */
import type { Refusal, SinkRecord, SinkTask, WriteResult } from '../connector.ts'
import { RetriableError } from '../connector.ts'
import type { Backoff } from './backoff.ts'

export interface DeliveryOptions {
  readonly task: Pick<SinkTask, 'write'>
  readonly backoff: Backoff
  /** Aborted when no further try is to be made. */
  readonly stopping: AbortSignal
  /** Called for refused records; rejects if the task must not go past them. */
  readonly onRefused: (refused: readonly Refusal[]) => Promise<void>
  /** Called before each further try, with the reason. */
  readonly onRetry: (reason: string) => void
}

/** The task was stopped before its records were taken. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError'
}

/** Resolves when each record was taken or refused. Rejects with a StoppedError, and with what `write` and `onRefused` reject with. */
export async function deliver(records: readonly SinkRecord[], options: DeliveryOptions): Promise<void> {
  const { backoff, stopping, onRefused, onRetry } = options
  let left = records
  while (left.length > 0) {
    const { refused, again, retryAfterMs = null, reason } = await tried(left, options)
    if (refused.length > 0) await onRefused(refused)
    if (again.length === 0) break
    if (again.length < left.length) backoff.reset()
    left = again
    onRetry(reason)
    await backoff.wait(retryAfterMs, stopping)
    if (stopping.aborted) throw new StoppedError('The connector was stopped.')
  }
  backoff.reset()
}

/** A write that can be made again leaves all its records. */
async function tried(
  records: readonly SinkRecord[],
  { task }: DeliveryOptions,
): Promise<WriteResult & { readonly reason: string }> {
  try {
    const result = await task.write(records)
    return { reason: `The target put off ${result.again.length} of ${records.length} records.`, ...result }
  } catch (error) {
    if (!(error instanceof RetriableError)) throw error
    return { refused: [], again: records, retryAfterMs: error.retryAfterMs, reason: error.message }
  }
}
