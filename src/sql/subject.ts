/** What a statement is about, for errors that concern all of it. */
import type { TokenType } from 'chevrotain'
import * as t from '../../grammar/tokens.ts'
import type { Location } from '../errors.ts'

const NAMES = new Set<TokenType>([t.BareIdentifier, t.QuotedIdentifier, t.BackQuotedIdentifier, t.StringValue])

/** Where the first name of `text` stands, which starts at `start`; the start itself for a SELECT, whose first name is a column. */
export function subjectLocation(text: string, start: Location = { line: 1, column: 1 }): Location {
  const { tokens } = t.tokenize(text)
  const name = tokens[0]?.tokenType === t.Select ? undefined : tokens.find(({ tokenType }) => NAMES.has(tokenType))
  if (name === undefined) return start
  const { startLine, startColumn } = name
  return {
    line: start.line + startLine! - 1,
    column: startLine === 1 ? start.column + startColumn! - 1 : startColumn!,
  }
}
