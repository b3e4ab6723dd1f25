/** Where the statements of a text are wrong: by the grammar while they are written, and by the server when they were sent. */
import { type Location, ParseError } from '../../../errors.ts'
import { parseStatements } from '../../../sql/parse.ts'
import { offsetOf, type Piece, piecesOf, withSemicolon } from './pieces.ts'

export interface Diagnostic {
  /** Offsets in the whole text, half-open. */
  readonly from: number
  readonly to: number
  readonly message: string
}

/** Parsing takes longer than a keystroke may in a larger text. */
const MOST_CHARACTERS = 100_000

/** The first fault of each statement. A statement with variables is left out, since their values decide whether it is valid. */
export function syntaxFaults(text: string): Diagnostic[] {
  if (text.length > MOST_CHARACTERS) return []
  return piecesOf(text)
    .filter((piece) => !piece.text.includes('${'))
    .flatMap((piece) => faultOf(piece, text) ?? [])
}

function faultOf(piece: Piece, text: string): Diagnostic | null {
  try {
    parseStatements(withSemicolon(piece.text), { start: piece.location })
    return null
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    const from = error.location === undefined ? piece.from : offsetOf(text, error.location)
    return { ...wordAt(text, Math.min(from, piece.to)), message: shortMessage(error.message) }
  }
}

/** The place that a refusal names, in the text in which `piece` stands; the whole statement where it names none. */
export function serverFault(message: string, piece: Piece, text: string): Diagnostic {
  const place = placeIn(message)
  if (place === null) return { from: piece.from, to: piece.to, message: shortMessage(message) }
  const from = piece.from + offsetOf(piece.text, place)
  return { ...wordAt(text, Math.min(from, piece.to)), message: shortMessage(message) }
}

/** Line and column that a message names, counted from the statement's start. */
export function placeIn(message: string): Location | null {
  const [, line, column] = /\bline (\d+):(\d+)/.exec(message) ?? /\bLine: (\d+), Col: (\d+)/.exec(message) ?? []
  return line === undefined ? null : { line: Number(line), column: Number(column) }
}

/** A message without the statement below it and the place before it, which an editor shows by itself. */
export const shortMessage = (message: string): string =>
  message
    .replace(/\nStatement: [\s\S]*$/, '')
    .replace(/^line \d+:\d+: (?:Syntax Error\n)?/, '')
    .replace(/^Line: \d+, Col: \d+: /, '')

function wordAt(text: string, from: number): { from: number; to: number } {
  const word = /^(?:\w+|`[^`\n]*`?|'[^'\n]*'?|[^\s\w])/.exec(text.slice(from))?.[0]
  if (word !== undefined) return { from, to: from + word.length }
  // At the end of a text the last character is marked.
  return { from: Math.max(0, Math.min(from, text.length) - 1), to: Math.max(from, Math.min(text.length, 1)) }
}
