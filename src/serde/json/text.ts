/** JSON strings, and what a STRING column takes instead of one: numbers, booleans, arrays and objects as text. */
import { Decimal } from '../../types/decimal.ts'
import { formatJsonValue, JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { readShortUtf8, readUtf8, SHORT_READ, shortAscii } from '../text.ts'
import { malformed, unexpectedAt } from './failure.ts'
import type { JsonInput } from './input.ts'
import { BACKSLASH, closingQuote, isEscaped, QUOTE, SPACE, skipValue } from './syntax.ts'

/** Longer strings are looked through by native calls. */
const LOOP_BYTES = 64

/** Instead of a number of bytes. */
export const UNKNOWN = -1

/**
 * The string whose opening quote is at the input's position. Invalid UTF-8 becomes U+FFFD. `behind` is how many bytes followed the string,
 * up to the end, in earlier documents, or UNKNOWN: with escapes in it a long string's end takes long to find, so that place is tried first.
 */
export function readString(input: JsonInput, behind: number): string {
  const { bytes, end } = input
  const start = input.position + 1
  const near = Math.min(end, start + LOOP_BYTES)
  let all = 0
  let at = start
  for (; at < near; at++) {
    const byte = bytes[at]!
    // Most characters are above the quote. What is done about the others stands behind the loop, which makes it a third faster (measured).
    if (byte === BACKSLASH || (byte <= QUOTE && (byte === QUOTE || byte < SPACE))) break
    all |= byte
  }
  if (at === near) return readLongString(input, start, behind)
  if (bytes[at] === BACKSLASH) return readEscaped(input, start, behind)
  if (bytes[at] !== QUOTE) throw controlCharacter()
  input.position = at + 1
  if (at - start > SHORT_READ) return all < 0x80 ? bytes.latin1Slice(start, at) : bytes.utf8Slice(start, at)
  return all < 0x80 ? shortAscii(bytes, start, at - start) : readShortUtf8(bytes, start, at)
}

/** Moves over the string whose opening quote is at the input's position; throws what `readString` would throw. */
export function checkString(input: JsonInput): void {
  const { bytes, end } = input
  const start = input.position + 1
  const near = Math.min(end, start + LOOP_BYTES)
  let at = start
  for (; at < near; at++) {
    const byte = bytes[at]!
    if (byte === BACKSLASH || (byte <= QUOTE && (byte === QUOTE || byte < SPACE))) break
  }
  if (at < near && bytes[at] === QUOTE) input.position = at + 1
  else if (at < near || !skipLongString(input, start)) readString(input, UNKNOWN)
}

/** Moves over a string without escapes whose text starts at `start`. False, and no move, for any other. */
function skipLongString(input: JsonInput, start: number): boolean {
  const { bytes, end } = input
  const quote = bytes.indexOf(QUOTE, start)
  if (quote < 0 || quote >= end || input.nextBackslash(start) < quote) return false
  input.position = quote + 1
  return true
}

function readLongString(input: JsonInput, start: number, behind: number): string {
  const { bytes, end } = input
  const quote = bytes.indexOf(QUOTE, start)
  if (quote < 0 || quote >= end) throw unexpectedAt(bytes, input.start, end, end)
  if (bytes[quote - 1] === BACKSLASH) return readLongEscaped(input, start, behind)
  const text = bytes.utf8Slice(start, quote)
  input.position = quote + 1
  return text.includes('\\') ? parseString(`"${text}"`) : text
}

/** As readString, for the last value of a document. A document with a long escaped text there is followed by others like it. */
export function readLastString(input: JsonInput, behind: number): string {
  return input.longEscapes ? readLongEscaped(input, input.position + 1, behind) : readString(input, behind)
}

/** A long string that may have quotes in it. In ASCII text, where characters are bytes, they are found faster than in the bytes. */
function readLongEscaped(input: JsonInput, start: number, behind: number): string {
  const { bytes, end } = input
  const known = end - behind - 1
  if (behind !== UNKNOWN && bytes[known] === QUOTE) {
    // Text with an end of its own before that is no single string.
    const string = parsedString(bytes.utf8Slice(start - 1, known + 1))
    if (string !== null) {
      input.position = known + 1
      input.longEscapes = string.length < known - start && known - start > LOOP_BYTES
      return string
    }
  }
  const text = bytes.utf8Slice(start - 1, end)
  const isAscii = text.length === end - start + 1
  const quote = isAscii ? closingQuoteInText(text, bytes, start) : closingQuote(bytes, start, end)
  if (quote < 0) throw unexpectedAt(bytes, input.start, end, end)
  input.position = quote + 1
  return parseString(isAscii ? text.slice(0, quote - start + 2) : bytes.utf8Slice(start - 1, quote + 1))
}

/** As closingQuote; `text` is the ASCII text of the bytes from the opening quote, at `start - 1`, on. */
function closingQuoteInText(text: string, bytes: Buffer, start: number): number {
  let quote = text.indexOf('"', 1)
  while (quote >= 0 && isEscaped(bytes, start, start - 1 + quote)) quote = text.indexOf('"', quote + 1)
  return quote < 0 ? -1 : start - 1 + quote
}

const controlCharacter = () => malformed('Illegal unquoted control character in a string')

export const badEscape = () => malformed('Unrecognized character escape in a string')

/** Text between quotes, its escapes resolved; null if one of them is none. */
export const resolvedEscapes = (text: string): string | null => parsedString(`"${text}"`)

function parseString(quoted: string): string {
  const string = parsedString(quoted)
  if (string === null) throw badEscape()
  return string
}

/** What JSON.parse makes of a text in quotes; null for one that is no string. */
function parsedString(quoted: string): string | null {
  try {
    return JSON.parse(quoted) as string
  } catch {
    return null
  }
}

/** Strings with escapes are put together here as UTF-8, if they are not longer. */
const scratch = Buffer.alloc(128)

/** What the letter behind a backslash stands for; 0 for letters that may not stand there, and for `u`. */
const ESCAPED = new Uint8Array(256)
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  ESCAPED[letter!.charCodeAt(0)] = character!.charCodeAt(0)
}

/** A string with escapes: a short one with the usual escapes byte by byte, any other by JSON.parse. */
function readEscaped(input: JsonInput, start: number, behind: number): string {
  const { bytes } = input
  const near = Math.min(input.end, start + scratch.length)
  let length = 0
  for (let at = start; at < near; at++) {
    let byte = bytes[at]!
    if (byte === QUOTE) {
      input.position = at + 1
      return readUtf8(scratch, 0, length)
    }
    if (byte === BACKSLASH) byte = ++at < near ? ESCAPED[bytes[at]!]! : 0
    else if (byte < 0x20) throw controlCharacter()
    if (byte === 0) break
    scratch[length++] = byte
  }
  return readLongEscaped(input, start, behind)
}

/** What a STRING column takes from a value that is no string: its text; an array's elements are joined by `, ` in brackets. */
export function readAsText(input: JsonInput): string {
  const { bytes, position, end } = input
  const behind = skipValue(bytes, position, end)
  if (behind < 0) throw unexpectedAt(bytes, input.start, position, end)
  input.position = behind
  return textOf(parse(bytes.utf8Slice(position, behind)))
}

function parse(text: string): JsonValue {
  try {
    return parseJsonValue(text)
  } catch {
    throw malformed('Malformed value')
  }
}

function textOf(value: JsonValue): string {
  if (typeof value === 'string') return value
  if (value instanceof JsonNumber) return value.isInteger() ? BigInt(value.text).toString() : decimalText(value.text)
  return Array.isArray(value) ? `[${value.map(textOf).join(', ')}]` : formatJsonValue(value)
}

/** As BigDecimal.toString: an exponent where the number is below 10^-6 or has trailing zeros that are not written. */
function decimalText(text: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = NUMBER_PARTS.exec(text)!
  const digits = (whole! + fraction).replace(/^0+(?=\d)/, '')
  const scale = fraction.length - Number(exponent)
  const magnitude = digits.length - 1 - scale
  const negative = sign === '-' && digits !== '0' ? '-' : ''
  if (scale >= 0 && magnitude >= -6) return negative + new Decimal(BigInt(digits), scale).toString()
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${negative}${mantissa}E${magnitude < 0 ? '' : '+'}${magnitude}`
}

const NUMBER_PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
