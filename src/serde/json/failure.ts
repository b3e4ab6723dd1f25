/** Why a document cannot be read. Thrown inside the reader and turned into a ReadError at its edge. */
import { formatType, type SqlType } from '../../types/sql-type.ts'
import { isDigit, MINUS, NULL, numberEnd, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipWord } from './syntax.ts'

/** Not an Error: taking a stack trace would cost more than reading several records. */
export class ReadFailure {
  readonly message: string
  /** Where in the document, grown from the inside out: `[1].F`. Null for a malformed document. */
  readonly path: string | null

  constructor(message: string, path: string | null) {
    this.message = message
    this.path = path
  }

  /** The same failure, seen from the container in which `step` leads to it. */
  within(step: string): ReadFailure {
    return this.path === null ? this : new ReadFailure(this.message, step + this.path)
  }
}

/** `error` with `step` before its path, if it is a ReadFailure; anything else is a bug and stays as it is. */
export const failureWithin = (error: unknown, step: string): unknown =>
  error instanceof ReadFailure ? error.within(step) : error

export const malformed = (message: string): ReadFailure => new ReadFailure(message, null)

/** What is wrong at `position`, for a document that does not continue as JSON must. */
export function unexpectedAt(bytes: Buffer, start: number, position: number, end: number): ReadFailure {
  if (position >= end || position < start) return malformed('Unexpected end-of-input: the JSON document is cut off')
  const byte = bytes[position]!
  return malformed(`Unexpected character (code ${byte}) at byte ${position - start} of the JSON document`)
}

/** The value at `position` is of another kind than `type` takes. Word for word as ksqlDB's JSON deserializer. */
export const wrongKind = (bytes: Buffer, position: number, end: number, type: SqlType): ReadFailure =>
  new ReadFailure(
    `Can't convert type. sourceType: ${nodeName(bytes, position, end)}, requiredType: ${formatType(type)}`,
    '',
  )

/** The text is no number of this type. */
export const wrongText = (type: SqlType): ReadFailure =>
  new ReadFailure(`Can't coerce string to type. targetType: ${type.kind}`, '')

/** Jackson's class for the value at `position`, as messages show it. */
function nodeName(bytes: Buffer, position: number, end: number): string {
  const first = bytes[position]!
  if (first === QUOTE) return 'TextNode'
  if (first === OPEN_BRACE) return 'ObjectNode'
  if (first === OPEN_BRACKET) return 'ArrayNode'
  if (first !== MINUS && !isDigit(first)) return skipWord(bytes, position, end, NULL) < 0 ? 'BooleanNode' : 'NullNode'
  const text = bytes.latin1Slice(position, numberEnd(bytes, position, end))
  if (/[.eE]/.test(text)) return 'DecimalNode'
  const size = Math.abs(Number(text))
  return size < 2 ** 31 ? 'IntNode' : size < 2 ** 63 ? 'LongNode' : 'BigIntegerNode'
}
