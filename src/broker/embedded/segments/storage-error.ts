/** What the file system refused, in the broker's words. */

import { BrokerError } from '../../broker-error.ts'

/** `what`: an infinitive with its object, "append to t-0". A `BrokerError` is passed through. */
export function storageError(what: string, cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause
  const { code, path } = cause as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const disk = path === undefined ? 'the disk' : `the disk of ${path}`
    const message = `No space is left on ${disk} to ${what}. Free some, or lower the retention of topics.`
    return new BrokerError('STORAGE_FULL', message, { retriable: true, cause })
  }
  return new BrokerError('UNAVAILABLE', `Could not ${what}: ${(cause as Error).message}`, { retriable: true, cause })
}

/** Makes a call about the file at `path`, and names the file in its error: Node names none where bytes could not be written. */
export function namingFile<Result>(path: string, call: () => Result): Result {
  try {
    return call()
  } catch (cause) {
    throw cause instanceof Error ? Object.assign(cause, { path }) : cause
  }
}
