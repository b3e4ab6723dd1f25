/** JSON text as bytes: what a scanner compares with, and how to step over what it does not want. */

export const QUOTE = 0x22
export const COMMA = 0x2c
export const MINUS = 0x2d
export const COLON = 0x3a
export const OPEN_BRACKET = 0x5b
export const BACKSLASH = 0x5c
export const CLOSE_BRACKET = 0x5d
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
const LETTER_F = 0x66
export const LETTER_N = 0x6e
const LETTER_T = 0x74
export const SPACE = 0x20

/** As Jackson's default limit. */
const MAX_DEPTH = 1000

/** A string longer than this is searched by the native indexOf: measured break-even of its call with the loop. */
const LOOP_BYTES = 32

/** The byte is a blank, tab, CR or LF; other control characters stand where nothing may stand, and what reads next finds them. */
export const isSpace = (byte: number): boolean => byte === SPACE || (byte <= 0x0d && byte >= 0x09 && byte !== 0x0b)

export const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

/** Position of the first byte from `position` on that is no white space; `end` if there is none. */
export function skipSpace(bytes: Buffer, position: number, end: number): number {
  let at = position
  while (at < end && isSpace(bytes[at]!)) at++
  return at
}

/** Position of the quote that closes the string whose text starts at `start`; -1 if there is none before `end`. */
export function closingQuote(bytes: Buffer, start: number, end: number): number {
  const near = Math.min(end, start + LOOP_BYTES)
  let at = start
  for (;;) {
    while (at < near && bytes[at] !== QUOTE) at++
    if (at >= near) {
      if (at < end) at = bytes.indexOf(QUOTE, at)
      if (at < 0 || at >= end) return -1
    }
    if (bytes[at - 1] !== BACKSLASH || !isEscaped(bytes, start, at)) return at
    at++
  }
}

/** Whether the byte at `position` of a string that starts at `start` is escaped: it is behind an odd number of backslashes. */
export function isEscaped(bytes: Buffer, start: number, position: number): boolean {
  let at = position
  while (at > start && bytes[at - 1] === BACKSLASH) at--
  return ((position - at) & 1) === 1
}

/**
 * Position behind the value that starts at `position` (no white space before it); -1 if it is malformed or cut off. Checks the structure
 * that it walks over, not what is inside strings and numbers.
 */
export function skipValue(bytes: Buffer, position: number, end: number): number {
  if (position >= end) return -1
  const first = bytes[position]!
  if (isDigit(first)) return numberEnd(bytes, position + 1, end)
  if (first === QUOTE) {
    const quote = closingQuote(bytes, position + 1, end)
    return quote < 0 ? -1 : quote + 1
  }
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipContainer(bytes, position, end)
  return skipScalar(bytes, position, end)
}

function skipScalar(bytes: Buffer, position: number, end: number): number {
  const first = bytes[position]!
  if (first === LETTER_N) return skipWord(bytes, position, end, NULL)
  if (first === LETTER_T) return skipWord(bytes, position, end, TRUE)
  if (first === LETTER_F) return skipWord(bytes, position, end, FALSE)
  const digits = position + 1
  return first === MINUS && digits < end && isDigit(bytes[digits]!) ? numberEnd(bytes, digits, end) : -1
}

/** Position behind the characters that a number can have. */
export function numberEnd(bytes: Buffer, position: number, end: number): number {
  let at = position
  while (at < end && isDigit(bytes[at]!)) at++
  while (at < end && (isDigit(bytes[at]!) || isNumberMark(bytes[at]!))) at++
  return at
}

/** `.`, `+`, `-`, `e` or `E`. */
const isNumberMark = (byte: number): boolean =>
  byte === 0x2e || byte === 0x2b || byte === MINUS || byte === 0x65 || byte === 0x45

export const NULL: Buffer = Buffer.from('null')
export const TRUE: Buffer = Buffer.from('true')
export const FALSE: Buffer = Buffer.from('false')

/** Position behind `word` if it stands at `position`, else -1. */
export function skipWord(bytes: Buffer, position: number, end: number, word: Buffer): number {
  if (position + word.length > end) return -1
  for (let i = 0; i < word.length; i++) if (bytes[position + i] !== word[i]) return -1
  return position + word.length
}

/** Counts brackets; which kind closes which is not checked, since nothing inside is read. */
function skipContainer(bytes: Buffer, position: number, end: number): number {
  let depth = 0
  let at = position
  while (at < end) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      at = closingQuote(bytes, at + 1, end)
      if (at < 0) return -1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) return -1
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (--depth === 0) return at + 1
    }
    at++
  }
  return -1
}
