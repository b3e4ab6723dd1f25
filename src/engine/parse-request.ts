/** Parses the text of a request. Variables are replaced statement by statement, because DEFINE affects the statements after it. */
import { ParseError } from '../errors.ts'
import type { Statement } from '../sql/ast.ts'
import { parseStatements } from '../sql/parse.ts'
import { type StatementPiece, splitStatements } from '../sql/split.ts'
import { substituteVariables } from '../sql/variables.ts'
import type { Session } from './session.ts'
import { StatementFailure } from './statement-failure.ts'
import { shownSource } from './statement-text.ts'

/** Throws StatementFailure for the first statement that does not parse. Does not change `session`. */
export function parseRequest(sql: string, session: Session): Statement[] {
  const ahead = session.copy()
  return splitStatements(sql).flatMap((piece) => {
    const statements = parsePiece(piece, ahead)
    for (const statement of statements) follow(statement, ahead)
    return statements
  })
}

function parsePiece({ text, location }: StatementPiece, session: Session): Statement[] {
  try {
    const enabled = session.config.flag('ksql.variable.substitution.enable')
    const replaced = enabled ? substituteVariables(text, session.variables) : text
    return parseStatements(replaced, { start: location })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const shown = shownSource(text)
    const message = shown === text ? error.inStatement(text).fullMessage : `${error.message}\nStatement: ${shown}`
    throw new StatementFailure(message, {
      code: error.code,
      statementText: shown,
      entities: [],
      cause: error,
    })
  }
}

function follow(statement: Statement, session: Session): void {
  if (statement.kind === 'define') session.define(statement.name, statement.value)
  if (statement.kind === 'undefine') session.undefine(statement.name)
}
