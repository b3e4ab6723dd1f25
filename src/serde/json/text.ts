/** JSON strings, and what a STRING column takes instead of one: numbers, booleans, arrays and objects as text. */
import { Decimal } from '../../types/decimal.ts'
import { formatJsonValue, JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import { malformed, unexpectedAt } from './failure.ts'
import type { JsonInput } from './input.ts'
import { BACKSLASH, closingQuote, QUOTE, skipValue } from './syntax.ts'

/** Longer strings are looked through by native calls. */
const LOOP_BYTES = 32

/** The string whose opening quote is at the input's position. Invalid UTF-8 becomes U+FFFD. */
export function readString(input: JsonInput): string {
  const { bytes, end } = input
  const start = input.position + 1
  const near = Math.min(end, start + LOOP_BYTES)
  let all = 0
  let lowest = 0
  for (let at = start; at < near; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      if (lowest < 0) throw controlCharacter()
      input.position = at + 1
      return all < 0x80 ? input.ascii(start, at) : bytes.utf8Slice(start, at)
    }
    if (byte === BACKSLASH) break
    all |= byte
    // Becomes negative when a control character goes by.
    lowest |= byte - 0x20
  }
  return readLongString(input, start)
}

function readLongString(input: JsonInput, start: number): string {
  const { bytes, end } = input
  const quote = closingQuote(bytes, start, end)
  if (quote < 0) throw unexpectedAt(bytes, input.start, end, end)
  const text = bytes.utf8Slice(start, quote)
  input.position = quote + 1
  return text.includes('\\') ? resolveEscapes(text) : text
}

const controlCharacter = () => malformed('Illegal unquoted control character in a string')

/** Text between quotes, its escapes resolved. */
export function resolveEscapes(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    throw malformed('Unrecognized character escape in a string')
  }
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
