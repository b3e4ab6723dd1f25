/** What the file system refused, in the broker's words. */

import { isDiskFull } from '../../../errors.ts'
import { BrokerError } from '../../broker-error.ts'

/** `what`: an infinitive with its object, "append to t-0". A `BrokerError` is passed through. */
export function storageError(what: string, cause: unknown): BrokerError {
  if (cause instanceof BrokerError) return cause
  if (isDiskFull(cause)) {
    const { path } = cause as NodeJS.ErrnoException
    const disk = path === undefined ? 'the disk' : `the disk of ${path}`
    const message = `No space is left on ${disk} to ${what}. Free some, or lower the retention of topics.`
    return new BrokerError('STORAGE_FULL', message, { retriable: true, cause })
  }
  return new BrokerError('UNAVAILABLE', `Could not ${what}: ${(cause as Error).message}`, { retriable: true, cause })
}

/** Makes a call about the file at `path`, and names the file in its error. */
export function namingFile<Result>(path: string, call: () => Result): Result {
  try {
    return call()
  } catch (cause) {
    throw ofFile(path, cause)
  }
}

/** The error of a call about the file at `path`, with that name: Node names none where bytes could not be written. */
export const ofFile = (path: string, cause: unknown): unknown =>
  cause instanceof Error ? Object.assign(cause, { path }) : cause
