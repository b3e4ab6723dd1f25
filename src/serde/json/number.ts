/** JSON numbers as exact values. Numbers of at most 15 digits are computed from their bytes; others go through their text. */
import { fromBigInt, type Int64, isInt64 } from '../../types/bigint64.ts'
import { Decimal } from '../../types/decimal.ts'
import { malformed, ReadFailure } from './failure.ts'
import type { JsonInput } from './input.ts'
import { COMMA, isDigit, MINUS, numberEnd } from './syntax.ts'

/** Every integer of 15 digits is a safe integer. */
const EXACT_DIGITS = 15
/** Digits that fit a 32-bit integer. */
const CHUNK = 9
const ZERO = 0x30
const POINT = 0x2e
/** Exact as doubles. */
const TENS: readonly number[] = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent)
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The number at the input's position, which it moves behind; checked to be one by JSON's grammar. */
function readNumberText(input: JsonInput): string {
  const { bytes, position, end } = input
  const behind = numberEnd(bytes, position, end)
  const text = bytes.latin1Slice(position, behind)
  if (!NUMBER.test(text)) throw malformed(`Malformed number: ${text}`)
  input.position = behind
  return text
}

/**
 * An integer of at most 15 digits, moving behind it; NaN, and no move, for every other number. Digits are gathered nine at a time, which
 * keeps the sums 32-bit integers: twice as fast as doubles.
 */
function readShortInteger(input: JsonInput): number {
  const { bytes, position, end } = input
  const negative = bytes[position] === MINUS
  const from = negative ? position + 1 : position
  const split = Math.min(end, from + CHUNK)
  let at = from
  let high = 0
  for (; at < split; at++) {
    const digit = bytes[at]! - ZERO
    if (digit < 0 || digit > 9) break
    high = (high * 10 + digit) | 0
  }
  const rest = at
  let low = 0
  if (at === split) {
    const limit = Math.min(end, rest + CHUNK)
    while (at < limit && isDigit(bytes[at]!)) low = (low * 10 + (bytes[at++]! - ZERO)) | 0
  }
  const digits = at - from
  const plain = digits > 0 && digits <= EXACT_DIGITS && (digits === 1 || bytes[from] !== ZERO)
  if (!plain || (at < end && !endsNumber(bytes[at]!))) return Number.NaN
  input.position = at
  const value = at === rest ? high : high * TENS[at - rest]! + low
  return negative ? 0 - value : value
}

/** Neither `.` nor an exponent nor a sign: what follows is no part of the number. */
const endsNumber = (byte: number): boolean =>
  byte === COMMA || (byte !== POINT && byte !== 0x65 && byte !== 0x45 && byte !== 0x2b && byte !== MINUS)

/** The integer part. Throws a ReadFailure where 32 bits cannot hold it. */
export function readInt32(input: JsonInput): number {
  const short = readShortInteger(input)
  const value = Number.isNaN(short) ? Number(wholePart(readNumberText(input))) : short
  if ((value | 0) !== value) throw outOfRange(value, 'INTEGER')
  return value
}

/** The integer part. Throws a ReadFailure where 64 bits cannot hold it. */
export function readInt64(input: JsonInput): Int64 {
  const short = readShortInteger(input)
  if (!Number.isNaN(short)) return short
  const value = wholePart(readNumberText(input))
  if (!isInt64(value)) throw outOfRange(value, 'BIGINT')
  return fromBigInt(value)
}

const outOfRange = (value: Int64, type: string): ReadFailure =>
  new ReadFailure(`The number ${value} is out of the range of ${type}`, '')

function wholePart(text: string): bigint {
  try {
    return Decimal.parse(text).toBigInt()
  } catch (error) {
    // An exponent that stands for a number of many thousand digits; Jackson refuses such numbers too.
    throw new ReadFailure((error as Error).message, '')
  }
}

/** The nearest double. Jackson's integers and decimals have no negative zero. */
export function readDouble(input: JsonInput): number {
  const { bytes, position, end } = input
  const negative = bytes[position] === MINUS
  const from = negative ? position + 1 : position
  let at = from
  let point = -1
  let high = 0
  let low = 0
  /** Significant digits: zeros in front of the first other digit do not count. */
  let digits = 0
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (isDigit(byte)) {
      if (digits < CHUNK) high = (high * 10 + (byte - ZERO)) | 0
      else if (digits < 2 * CHUNK) low = (low * 10 + (byte - ZERO)) | 0
      if (high !== 0) digits++
    } else if (byte === POINT && point < 0) point = at
    else break
  }
  const fraction = point < 0 ? 0 : at - point - 1
  const whole = (point < 0 ? at : point) - from
  const plain = whole > 0 && (whole === 1 || bytes[from] !== ZERO) && (point < 0 || fraction > 0)
  if (plain && digits <= 2 * CHUNK && fraction <= MAX_EXACT_TEN && (at === end || endsNumber(bytes[at]!))) {
    const value = quotient(high, low, digits, fraction)
    if (!Number.isNaN(value)) {
      input.position = at
      return negative ? 0 - value : value
    }
  }
  return Number(readNumberText(input)) + 0
}

/** The nearest double of all digits divided by 10^fraction; NaN if that takes more to find out. */
function quotient(high: number, low: number, digits: number, fraction: number): number {
  const scale = TENS[Math.max(0, digits - CHUNK)]!
  if (digits > EXACT_DIGITS) return nearestQuotient(high, scale, low, TENS[fraction]!)
  // Both operands are exact, so the quotient is the correctly rounded one.
  const value = high * scale + low
  return fraction === 0 ? value : value / TENS[fraction]!
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

/** 10^22 is the largest power of ten that is exact as a double. */
const MAX_EXACT_TEN = 22

/**
 * `(head * scale + tail) / divisor`, correctly rounded, all four being exact; NaN if the result is too close to the middle of two doubles
 * to tell. Double-double arithmetic (Dekker): its relative error is far below the 2^-90 that is allowed for.
 */
function nearestQuotient(head: number, scale: number, tail: number, divisor: number): number {
  const product = head * scale
  const productError = multiplicationError(head, scale, product)
  const high = product + tail
  const low = tail - (high - product) + productError
  const quotient = high / divisor
  const back = quotient * divisor
  const rest = high - back - multiplicationError(quotient, divisor, back) + low
  const correction = rest / divisor
  const value = quotient + correction
  const error = correction - (value - quotient)
  const slack = Math.abs(value) * 2 ** -90
  return value + (error + slack) === value && value + (error - slack) === value ? value : Number.NaN
}

/** `a * b - product` exactly, where `product` is `a * b` rounded. */
function multiplicationError(a: number, b: number, product: number): number {
  const aHigh = upperHalf(a)
  const aLow = a - aHigh
  const bHigh = upperHalf(b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The upper 26 bits of a double (Veltkamp). */
function upperHalf(value: number): number {
  const scaled = value * 134_217_729
  return scaled - (scaled - value)
}
