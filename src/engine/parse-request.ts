/** Parses the text of a request. Variables are replaced statement by statement, because DEFINE affects the statements after it. */
import { ParseError } from '../errors.ts'
import type { Statement } from '../sql/ast/statement.ts'
import { excerptAt, type PlacedText } from '../sql/excerpt.ts'
import { parseStatements } from '../sql/parse.ts'
import { type StatementPiece, splitStatements } from '../sql/split.ts'
import { substituteVariables } from '../sql/variables.ts'
import { inOwnForm } from './connector-class.ts'
import type { Session } from './session.ts'
import { StatementFailure } from './statement-failure.ts'
import { shownMessage, shownSource } from './statement-text.ts'

/** Throws StatementFailure for the first statement that does not parse. Does not change `session`. */
export function parseRequest(sql: string, session: Session): Statement[] {
  const ahead = session.copy()
  const hasConnect = session.config.server.has('ksql.connect.url')
  return splitStatements(sql).flatMap((piece) => {
    const statements = parsePiece(piece, ahead).map((statement) => inOwnForm(statement, { hasConnect }))
    for (const statement of statements) follow(statement, ahead)
    return statements
  })
}

function parsePiece({ text, location }: StatementPiece, session: Session): Statement[] {
  const enabled = session.config.flag('ksql.variable.substitution.enable')
  let replaced = text
  try {
    if (enabled) replaced = substituteVariables(text, session.variables)
    return parseStatements(replaced, { start: location })
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const shown = shownSource(text)
    throw new StatementFailure(failureText(error, { text: replaced, location }), {
      code: error.code,
      statementText: shown.text,
      entities: [],
      cause: error,
    })
  }
}

/** The error's own excerpt shows the statement as it is, with the values of an INSERT. */
function failureText(error: ParseError, statement: PlacedText): string {
  const shown = shownSource(statement.text)
  if (shown.text === statement.text) return error.inStatement(statement.text).fullMessage
  const mark = error.location === undefined ? null : excerptAt(error.location, statement, shown)
  return `${shownMessage(error.message, statement.text)}\n${mark ?? `Statement: ${shown.text}`}`
}

function follow(statement: Statement, session: Session): void {
  if (statement.kind === 'define') session.define(statement.name, statement.value)
  if (statement.kind === 'undefine') session.undefine(statement.name)
}
