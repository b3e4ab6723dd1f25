/** Brings records into a target: writes again what may be taken later, and treats what is refused as the connector's options say. */
import { type Refusal, RetriableError, type SinkRecord, type SinkTask } from '../connector.ts'
import { retrying, type Tries } from './retrying.ts'

export interface DeliveryOptions extends Tries {
  readonly task: Pick<SinkTask, 'write'>
  /** Called for refused records; rejects if the task must not go past them. */
  readonly onRefused: (refused: readonly Refusal[]) => Promise<void>
}

/** Resolves when each record was taken or refused. Rejects as `retrying` does, and with what `onRefused` rejects with. */
export async function deliver(records: readonly SinkRecord[], options: DeliveryOptions): Promise<void> {
  const { task, backoff, onRefused } = options
  let left = records
  /** Each call writes what the ones before have left. */
  const write = async () => {
    const { refused, again, retryAfterMs = null, reason } = await task.write(left)
    if (refused.length > 0) await onRefused(refused)
    if (again.length === 0) return
    const putOff = `The target put off ${again.length} of ${left.length} records.`
    if (again.length < left.length) backoff.reset()
    left = again
    throw new RetriableError(reason ?? putOff, { retryAfterMs })
  }
  if (records.length > 0) await retrying(write, options)
}
