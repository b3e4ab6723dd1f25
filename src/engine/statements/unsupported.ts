/** Statements of the grammar that this server does not carry out. */
import { StatementError } from '../../errors.ts'
import type { Statement } from '../../sql/ast.ts'
import { checked } from './handler.ts'

export const unsupported = (what: string) =>
  checked<Statement>(({ location }) => {
    throw new StatementError(`${what} not supported yet by this server.`, { location })
  })

/** SELECT and PRINT stream rows, which POST /ksql cannot. Wording: ksqlDB. */
export const queryEndpointOnly = checked<Statement>(({ location }) => {
  throw new StatementError(
    "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT",
    { code: 'USE_QUERY_ENDPOINT', location },
  )
})

export const testOnly = checked<Statement>(({ location }) => {
  throw new StatementError('This statement belongs into test scripts and is not run by a server.', { location })
})
