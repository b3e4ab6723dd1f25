/** JSON numbers as exact values. Numbers of at most 15 digits are computed from their bytes; others go through their text. */
import { type Int64, wrapInt64 } from '../../types/bigint64.ts'
import { Decimal } from '../../types/decimal.ts'
import { malformed } from './failure.ts'
import type { JsonInput } from './input.ts'
import { isDigit, MINUS, numberEnd } from './syntax.ts'

/** Every integer of 15 digits is a safe integer. */
const EXACT_DIGITS = 15
const ZERO = 0x30
const POINT = 0x2e
/** Exact as doubles. */
const TENS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The number at the input's position, which it moves behind; checked to be one by JSON's grammar. */
export function readNumberText(input: JsonInput): string {
  const { bytes, position, end } = input
  const behind = numberEnd(bytes, position, end)
  const text = bytes.latin1Slice(position, behind)
  if (!NUMBER.test(text)) throw malformed(`Malformed number: ${text}`)
  input.position = behind
  return text
}

/** An integer of at most 15 digits, moving behind it; NaN, and no move, for every other number. */
function readShortInteger(input: JsonInput): number {
  const { bytes, position, end } = input
  const negative = bytes[position] === MINUS
  const from = negative ? position + 1 : position
  let at = from
  let value = 0
  while (at < end && isDigit(bytes[at]!)) value = value * 10 + (bytes[at++]! - ZERO)
  const digits = at - from
  const plain = digits > 0 && digits <= EXACT_DIGITS && (digits === 1 || bytes[from] !== ZERO)
  if (!plain || (at < end && !endsNumber(bytes[at]!))) return Number.NaN
  input.position = at
  return negative ? 0 - value : value
}

/** Neither `.` nor an exponent nor a sign: what follows is no part of the number. */
const endsNumber = (byte: number): boolean =>
  byte !== POINT && byte !== 0x65 && byte !== 0x45 && byte !== 0x2b && byte !== MINUS

/** Java's intValue: the fraction is cut, then the low 32 bits. */
export function readInt32(input: JsonInput): number {
  const short = readShortInteger(input)
  return Number.isNaN(short) ? Number(BigInt.asIntN(32, wholePart(readNumberText(input)))) : short | 0
}

/** Java's longValue: the fraction is cut, then the low 64 bits. */
export function readInt64(input: JsonInput): Int64 {
  const short = readShortInteger(input)
  return Number.isNaN(short) ? wrapInt64(wholePart(readNumberText(input))) : short
}

const wholePart = (text: string): bigint => Decimal.parse(text).toBigInt()

/** The nearest double. Jackson's integers and decimals have no negative zero. */
export function readDouble(input: JsonInput): number {
  const digits = readShortDecimal(input)
  if (Number.isNaN(digits)) return Number(readNumberText(input)) + 0
  // Both operands are exact, so the quotient is the correctly rounded one.
  return input.fraction === 0 ? digits : digits / TENS[input.fraction]!
}

export function readDecimal(input: JsonInput): Decimal {
  const digits = readShortDecimal(input)
  return Number.isNaN(digits) ? Decimal.parse(readNumberText(input)) : new Decimal(BigInt(digits), input.fraction)
}

/**
 * All digits of a number without exponent that has at most 15, as an integer, moving behind it; `input.fraction` says how many are behind
 * the point. NaN, and no move, for every other number.
 */
function readShortDecimal(input: JsonInput): number {
  const { bytes, position, end } = input
  const negative = bytes[position] === MINUS
  const from = negative ? position + 1 : position
  let at = from
  let value = 0
  while (at < end && isDigit(bytes[at]!)) value = value * 10 + (bytes[at++]! - ZERO)
  const whole = at - from
  if (at < end && bytes[at] === POINT) {
    at++
    while (at < end && isDigit(bytes[at]!)) value = value * 10 + (bytes[at++]! - ZERO)
    input.fraction = at - from - whole - 1
    if (input.fraction === 0) return Number.NaN
  } else input.fraction = 0
  const plain =
    whole > 0 &&
    whole + input.fraction <= EXACT_DIGITS &&
    (whole === 1 || bytes[from] !== ZERO) &&
    (at === end || endsNumber(bytes[at]!))
  if (!plain) return Number.NaN
  input.position = at
  return negative ? 0 - value : value
}
