/** What an error of PostgreSQL is about, by its SQLSTATE. Source: PostgreSQL documentation, appendix A. */
import { messageOf } from '../../errors.ts'
import { RetriableError } from '../connector.ts'
import { isCertificateError } from '../tls-options.ts'

/** Classes of errors that pass: connection, resources, rollback by the server, intervention of an operator, a lock. */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08', '40', '53', '55', '57'])
/** Classes of errors that are about the values of rows: they do not fit their type or a constraint. */
const DATA_CLASSES: ReadonlySet<string> = new Set(['22', '23'])

const stateOf = (error: unknown): string | null => {
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E') ? code : null
}

export const isOfTheRows = (error: unknown): boolean => DATA_CLASSES.has(stateOf(error)?.slice(0, 2) ?? '')

/** The error as the delivery understands it: whatever is not the server's own refusal is a connection that broke. */
export function deliveryError(error: unknown, address: string): Error {
  const state = stateOf(error)
  if (state !== null) {
    const words = `${messageOf(error)} (${state})`
    return PASSING_CLASSES.has(state.slice(0, 2))
      ? new RetriableError(`PostgreSQL at ${address} cannot do it now: ${words}.`, { cause: error })
      : new Error(`PostgreSQL at ${address} refuses: ${words}`, { cause: error })
  }
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'string' && isCertificateError(code)) {
    return new Error(`The certificate of PostgreSQL at ${address} is not accepted: ${messageOf(error)}`, {
      cause: error,
    })
  }
  return new RetriableError(`PostgreSQL at ${address} cannot be reached: ${messageOf(error) || String(code)}.`, {
    cause: error,
  })
}
