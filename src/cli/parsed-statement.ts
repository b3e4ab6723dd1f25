/** What the command line has to know of a statement that it sends to the server. */
import type { Statement } from '../sql/ast/statement.ts'
import { parseStatements } from '../sql/parse.ts'
import { substituteVariables } from '../sql/variables.ts'
import type { Session } from './cli-session.ts'

/** The statement with its variables replaced; undefined if it cannot be parsed: the server then says why. */
export function parsedStatement(statement: string, { variables }: Session): Statement | undefined {
  try {
    return parseStatements(substituteVariables(statement, variables))[0]
  } catch {
    return undefined
  }
}
