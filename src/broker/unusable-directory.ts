/** The refusal of a data directory that the file system does not let the server use. */

import { isDiskFull } from '../errors.ts'
import { BrokerError } from './broker-error.ts'

/** `cause`: Node's error; any other error is passed through, as it says itself what to do. */
export function unusableDirectory(directory: string, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException
  if (cause instanceof BrokerError || code === undefined || isDiskFull(cause)) return cause
  return new BrokerError(
    'UNAVAILABLE',
    `Cannot use the data directory ${directory}: ${message}. Name one that this user may write to, by --data-dir or by state.dir in the configuration.`,
    { cause },
  )
}
