/** Whether a test failed as it expects. Source: the functional test runner of ksqlDB. */
import { isPeerClass, type PeerClass, StatementError } from '../errors.ts'

/** Classes by their full Java name; null: any. Texts: a part of the message; null: any. */
export interface ExpectedError {
  readonly type: string | null
  readonly message: string | null
  readonly cause: string | null
  readonly causeMessage: string | null
}

/** What differs, or null. */
export function errorDifference(expected: ExpectedError, error: unknown): string | null {
  return (
    difference(expected.type, expected.message, error) ??
    difference(expected.cause, expected.causeMessage, causeOf(error))
  )
}

function difference(type: string | null, message: string | null, error: unknown): string | null {
  if (type !== null && !isOfClass(error, type)) return `expected a ${type}, got ${errorText(error)}`
  if (message !== null && !errorText(error).includes(message)) {
    return `expected an error with the text: ${message}\ngot: ${errorText(error)}`
  }
  return null
}

function isOfClass(error: unknown, type: string): boolean {
  const tag = error instanceof Error && 'peerClass' in error ? (error.peerClass as PeerClass) : null
  return tag !== null && isPeerClass(tag, type)
}

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined)

/** A statement's error in its fuller form; one that is not the user's with its kind. */
export function errorText(error: unknown): string {
  if (error instanceof StatementError) return error.fullMessage
  return error instanceof Error ? error.message : String(error)
}
