/** Statements that the grammar knows and this server does not run. */
import { StatementError } from '../../errors.ts'
import type { Statement } from '../../sql/ast/statement.ts'
import { checked } from './handler.ts'

/** Refuses the statement. `what`: subject and verb of the message. */
export const unsupported = (what: string) =>
  checked<Statement>(({ location }) => {
    throw new StatementError(`${what} not supported yet by this server.`, { location })
  })

/** Refuses SELECT and PRINT, whose rows POST /ksql cannot stream. The wording is that of ksqlDB. */
export const queryEndpointOnly = checked<Statement>(({ location }) => {
  throw new StatementError(
    "The following statement types should be issued to the websocket endpoint '/query':\n\t* PRINT\n\t* SELECT",
    { code: 'USE_QUERY_ENDPOINT', location },
  )
})

/** Refuses the statements of ksqlDB's test runner. */
export const testOnly = checked<Statement>(({ location }) => {
  throw new StatementError('This statement belongs into test scripts and is not run by a server.', { location })
})
