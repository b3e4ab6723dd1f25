/** A statement as an error shows it, with a caret under the place at fault. */
import type { Location, StatementError } from '../errors.ts'
import { subjectLocation } from './subject.ts'

/** The statement, with a caret and a hint below the line that holds `offset`. A long line at fault is cut around the place. */
export function excerpt(statement: string, offset: number, hint = ''): string {
  const start = statement.lastIndexOf('\n', offset - 1) + 1
  const newline = statement.indexOf('\n', offset)
  const end = newline === -1 ? statement.length : newline
  const { shown, column } = cut(statement.slice(start, end).replace(/\r$/, ''), offset - start)
  const label = 'Statement: '
  const indent = (start === 0 ? label : '') + shown.slice(0, column)
  return `${label}${statement.slice(0, start)}${shown}\n${indent.replace(/[^\t]/g, ' ')}^${hint}${statement.slice(end)}`
}

const LONGEST_LINE = 160

/** A line of at most `LONGEST_LINE` characters around the place; `...` marks where it was cut. */
function cut(line: string, column: number): { shown: string; column: number } {
  const from = line.length <= LONGEST_LINE ? 0 : Math.max(0, column - LONGEST_LINE / 2)
  const before = from === 0 ? '' : '...'
  const after = from + LONGEST_LINE < line.length ? '...' : ''
  return { shown: before + line.slice(from, from + LONGEST_LINE) + after, column: before.length + column - from }
}

/** A statement's text, and where it starts in the text that its places count in. */
export interface PlacedText {
  readonly text: string
  readonly location?: Location | undefined
}

/** What is shown of a text: `text` itself, or a copy in which values are masked. */
export interface ShownText {
  readonly text: string
  /** Where the character at an offset of the original is shown. */
  readonly offset: (offset: number) => number
}

export const plainText = (text: string): ShownText => ({ text, offset: (offset) => offset })

/** The error with its statement and a caret. An error without a place points to what the statement is about. */
export function placed(
  error: StatementError,
  statement: PlacedText,
  shown = plainText(statement.text),
): StatementError {
  if (error.statement !== undefined) return error
  const location = error.location ?? subjectLocation(statement.text, statement.location)
  const mark = excerptAt(location, statement, shown, hintFor(error, location))
  return mark === null ? error.inStatement(shown.text) : error.at(location).inStatement(shown.text, mark)
}

/** `shown` with a caret under the place; null if the place lies outside of the statement. */
export function excerptAt(place: Location, { text, location }: PlacedText, shown: ShownText, hint = ''): string | null {
  const offset = offsetOf(place, text, location)
  return offset === null ? null : excerpt(shown.text, shown.offset(offset), hint)
}

/** The place, unless the message names it, and the advice. Empty, or with a space before it. */
function hintFor({ message, hint }: StatementError, { line, column }: Location): string {
  const parts = [namesPlace(message) ? [] : `line ${line}:${column}`, hint ?? []].flat()
  return parts.length === 0 ? '' : ` ${parts.join(': ')}`
}

/** Whether a message says where it is about. */
export const namesPlace = (message: string): boolean => /\bline \d+:\d+|\bLine: \d+, Col: \d+/.test(message)

/** The offset of a place in `text`, which starts at `start`; null if it lies outside. */
function offsetOf({ line, column }: Location, text: string, start: Location = { line: 1, column: 1 }): number | null {
  const lines = text.split('\n')
  const row = line - start.line
  if (row < 0 || row >= lines.length) return null
  const inLine = column - (row === 0 ? start.column : 1)
  if (inLine < 0 || inLine > lines[row]!.length) return null
  return lines.slice(0, row).reduce((total, before) => total + before.length + 1, inLine)
}
