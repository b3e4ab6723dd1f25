/** Errors as text for a terminal: what is wrong, and where. */
import { ClientError } from './client/client-error.ts'
import { printable } from './output/width.ts'

/** The message. If it names a place in `statement` without showing it, the line follows, with a mark under the place. */
export function errorText(error: unknown, statement: string): string {
  const { message } = error as Error
  const text = printable(message)
  if (!(error instanceof ClientError)) return text
  const place = placeIn(message)
  if (place === null || hasMark(message)) return text
  const line = statement.split('\n')[place.line - 1]
  return line === undefined ? text : `${text}\n${printable(line)}\n${' '.repeat(place.column - 1)}^`
}

/** The first place that a message names: `line 1:5` or `Line: 1, Col: 5`, both counted from 1. */
function placeIn(message: string): { line: number; column: number } | null {
  const match = /\bline (\d+):(\d+)|\bLine: (\d+), Col: (\d+)/.exec(message)
  if (match === null) return null
  const [, line = match[3], column = match[4]] = match
  return { line: Number(line), column: Math.max(1, Number(column)) }
}

const hasMark = (message: string): boolean => /^\s*\^/m.test(message)
