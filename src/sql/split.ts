// A text cut into statements, by tokens: semicolons inside strings, quoted names and comments do not count.

import type { IToken } from 'chevrotain'
import { Semicolon, tokenize, Unrecognized } from '../../grammar/tokens.ts'
import type { Location } from '../errors.ts'
import { tokenLocation } from './build-names.ts'

/** The tokens of one statement; the last is its semicolon, unless the text ended first. */
export type StatementTokens = readonly IToken[]

/** Cuts after each semicolon. Empty statements are left out. */
export function splitTokens(tokens: readonly IToken[]): StatementTokens[] {
  const statements: IToken[][] = []
  let current: IToken[] = []
  for (const token of tokens) {
    const isEnd = token.tokenType === Semicolon
    if (isEnd && current.length === 0) continue
    current.push(token)
    if (!isEnd) continue
    statements.push(current)
    current = []
  }
  if (current.length > 0) statements.push(current)
  return statements
}

export interface StatementPiece {
  /** Exact text from the first token to the semicolon; comments before it are left out, those inside are kept. */
  readonly text: string
  /** Where it starts in the whole text. */
  readonly location: Location
  /** False for a last piece without a semicolon, or with a quote that is never closed: more is to come. */
  readonly isComplete: boolean
}

/** The statements of a text that need not be valid: for the CLI, scripts, and texts whose variables are not replaced yet. */
export function splitStatements(text: string): StatementPiece[] {
  const { tokens } = tokenize(text)
  const unclosed = tokens.findIndex(
    ({ tokenType, image, startOffset }) =>
      tokenType === Unrecognized && (`'"\``.includes(image.charAt(0)) || OPEN_DOLLARS.test(text.slice(startOffset))),
  )
  const statements = splitTokens(unclosed === -1 ? tokens : tokens.slice(0, unclosed))
  const pieces = statements.map((statement) => pieceOf(statement, text))
  if (unclosed === -1) return pieces
  return withOpenQuote(pieces, tokens[unclosed]!, text)
}

/** The begin of a string in dollars; the lexer takes one that is closed. */
const OPEN_DOLLARS = /^\$(?:\$(?!\{)|[A-Za-z_][A-Za-z0-9_]*\$)/

function pieceOf(tokens: StatementTokens, text: string): StatementPiece {
  const last = tokens.at(-1)!
  return {
    text: text.slice(tokens[0]!.startOffset, last.endOffset! + 1),
    location: tokenLocation(tokens[0]!),
    isComplete: last.tokenType === Semicolon,
  }
}

/** Everything from an unclosed quote on belongs to the statement that holds it. */
function withOpenQuote(pieces: StatementPiece[], quote: IToken, text: string): StatementPiece[] {
  const open = pieces.at(-1)
  const location = open === undefined || open.isComplete ? tokenLocation(quote) : open.location
  const closed = pieces.filter(({ isComplete }) => isComplete)
  const offset =
    open === undefined || open.isComplete ? quote.startOffset : text.lastIndexOf(open.text, quote.startOffset)
  return [...closed, { text: text.slice(offset), location, isComplete: false }]
}

/** A comment `--@name: value` of a test script. */
export interface Directive {
  readonly name: string
  readonly value: string
  readonly location: Location
}

/** The directives of a test script, in order; place them among the statements by their lines. */
export function directivesOf(text: string): Directive[] {
  return tokenize(text).comments.flatMap((comment) => {
    const match = /^--@([^:]+):(.*)$/.exec(comment.image)
    return match === null ? [] : [{ name: match[1]!.trim(), value: match[2]!.trim(), location: tokenLocation(comment) }]
  })
}
