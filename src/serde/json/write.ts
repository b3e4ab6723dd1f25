/** Strings and numbers as JSON, written as bytes. Escapes are Jackson's: only `"`, `\` and control characters, those in upper-case hex. */
import type { ByteSink } from '../format.ts'
import { writeAscii } from '../text.ts'
import { BACKSLASH, MINUS, QUOTE } from './syntax.ts'

/** Up to this length characters are written one by one; beyond, the native calls pay for themselves. */
const SHORT = 24
const ZERO = 0x30

export function writeString(text: string, out: ByteSink): void {
  const length = text.length
  if (length > SHORT) {
    writeLongString(text, out)
    return
  }
  out.reserve(length + 2)
  const { buffer, position } = out
  buffer[position] = QUOTE
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80 || code < 0x20 || code === QUOTE || code === BACKSLASH) {
      writeLongString(text, out)
      return
    }
    buffer[position + 1 + i] = code
  }
  buffer[position + 1 + length] = QUOTE
  out.position = position + length + 2
}

function writeLongString(text: string, out: ByteSink): void {
  const quoted = quote(text)
  out.reserve(3 * quoted.length)
  out.position += out.buffer.utf8Write(quoted, out.position)
}

/** JSON.stringify escapes the same characters as Jackson, but writes `\u001f` where Jackson writes `\u001F`. */
function quote(text: string): string {
  const quoted = JSON.stringify(text)
  return quoted.length >= text.length + 7 ? quoted.replace(UNICODE_ESCAPE, upperCaseHex) : quoted
}

/** An escape of a control character, or another escape that is passed over so that `\\u001f` is not taken for one. */
const UNICODE_ESCAPE = /\\u00[01][0-9a-f]|\\./g
const upperCaseHex = (match: string): string => (match.length === 2 ? match : `\\u${match.slice(2).toUpperCase()}`)

/** An INTEGER, BIGINT or time value. */
export function writeInteger(value: number | bigint, out: ByteSink): void {
  if (typeof value === 'bigint') {
    writeAscii(value.toString(), out)
    return
  }
  out.reserve(17)
  let rest = value
  if (value < 0) {
    out.buffer[out.position++] = MINUS
    rest = -value
  }
  if (rest < 1e9) {
    writeDigits(rest, digitCount(rest), out)
    return
  }
  const high = Math.floor(rest / 1e9)
  // A safe integer has at most 16 digits, so the high part has at most 7.
  writeDigits(high, digitCount(high), out)
  writeDigits(rest - high * 1e9, 9, out)
}

/** `value` < 10^9 in exactly `count` digits. */
function writeDigits(value: number, count: number, out: ByteSink): void {
  const { buffer, position } = out
  let rest = value | 0
  for (let at = position + count - 1; at >= position; at--) {
    const next = (rest / 10) | 0
    buffer[at] = ZERO + rest - next * 10
    rest = next
  }
  out.position = position + count
}

function digitCount(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 1_000_000) return value < 100_000 ? 5 : 6
  return value < 10_000_000 ? 7 : value < 100_000_000 ? 8 : 9
}
