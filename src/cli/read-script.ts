/** Files that the user names. */
import { readFileSync } from 'node:fs'
import { ClientError } from './client/client-error.ts'

/** The text without the single quotes around it. */
export const unquote = (text: string): string => text.replace(/^'(.*)'$/s, '$1').replaceAll("''", "'")

/** Text of a UTF-8 file. Throws a ClientError if it cannot be read. */
export function readScript(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ClientError(`Cannot read ${path}: ${(error as Error).message}`, { cause: error })
  }
}
