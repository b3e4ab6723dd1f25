/** The statements of an editor's text, with their places. */
import type { Location } from '../../../errors.ts'
import { parseStatements } from '../../../sql/parse.ts'
import { splitStatements } from '../../../sql/split.ts'

export interface Piece {
  readonly text: string
  /** Offsets in the whole text, half-open. */
  readonly from: number
  readonly to: number
  readonly location: Location
}

/** The statements of `text`, which need not be valid. */
export function piecesOf(text: string): Piece[] {
  return splitStatements(text).map((piece) => {
    const from = offsetOf(text, piece.location)
    return { text: piece.text, from, to: from + piece.text.length, location: piece.location }
  })
}

/** The statement at an offset; between two statements the one before, on whose line a cursor often stands. Null: there is none. */
export function pieceAt(text: string, offset: number): Piece | null {
  const pieces = piecesOf(text)
  return (
    pieces.find(({ from, to }) => from <= offset && offset <= to) ??
    pieces.findLast(({ to }) => to < offset) ??
    pieces[0] ??
    null
  )
}

/** The offset of a place; the text's end for one beyond it. */
export function offsetOf(text: string, { line, column }: Location): number {
  let start = 0
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start)
    if (end < 0) return text.length
    start = end + 1
  }
  return Math.min(start + column - 1, text.length)
}

/** What the page does with a statement: sends it, opens a stream for it, or keeps a value for the statements after it. */
export type StatementUse =
  | { readonly kind: 'statement' }
  | { readonly kind: 'query' }
  | { readonly kind: 'print' }
  | SessionChange

/** A statement that changes the session of its tab. */
export type SessionChange =
  | { readonly kind: 'set'; readonly name: string; readonly value: string }
  | { readonly kind: 'unset'; readonly name: string }
  | { readonly kind: 'define'; readonly name: string; readonly value: string }
  | { readonly kind: 'undefine'; readonly name: string }

/** Throws a ParseError. `text`: one statement, its semicolon included, with its variables replaced. */
export function useOf(text: string): StatementUse {
  const [statement] = parseStatements(text)
  switch (statement?.kind) {
    case 'query':
    case 'print':
      return { kind: statement.kind }
    case 'set':
    case 'define':
      return { kind: statement.kind, name: statement.name, value: statement.value }
    case 'unset':
    case 'undefine':
      return { kind: statement.kind, name: statement.name }
    default:
      return { kind: 'statement' }
  }
}

/** A last statement needs no semicolon in an editor; the server's statements do. */
export const withSemicolon = (text: string): string => (text.trimEnd().endsWith(';') ? text : `${text.trimEnd()};`)
