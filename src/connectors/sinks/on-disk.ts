/** Calls of the file system by a sink: what a failure means for its task. */
import { isDiskFull, messageOf } from '../../errors.ts'
import { RetriableError } from '../connector.ts'

/** Codes of failures, other than a full disk, that may pass: a file system that is away, too many open files. */
const PASSING: ReadonlySet<string> = new Set(['EIO', 'EAGAIN', 'EBUSY', 'EMFILE', 'ENFILE', 'ENOENT', 'ESTALE'])

/**
 * `path`: file or directory that the call is about; Node names none where it has only a handle. Rejects with a RetriableError for what may pass,
 * otherwise with Node's error.
 */
export async function onDisk<Result>(path: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    if (isDiskFull(error)) {
      throw new RetriableError(
        `No space is left on the disk of ${path}. Free some: the connector tries again, and has lost nothing.`,
        { cause: error },
      )
    }
    const { code = '' } = error as NodeJS.ErrnoException
    if (PASSING.has(code)) throw new RetriableError(`${path} cannot be used: ${messageOf(error)}`, { cause: error })
    throw error
  }
}
