/** Numbers as JSON, written as bytes without making a text first. */
import { doubleToJson } from '../../types/json-text.ts'
import type { ByteSink } from '../format.ts'
import { writeAscii } from '../text.ts'
import { MINUS } from './syntax.ts'

const ZERO = 0x30
const POINT = 0x2e
/** A sign and the 16 digits of a safe integer. */
const MAX_INTEGER_BYTES = 17
const TENS = [1, 10, 100, 1000, 10_000]
/** More than what the product of a number below 10^7 and 10^4 is off by rounding: an integer cannot be farther away. */
const PRODUCT_ERROR = 1e-4
/** A sign, 7 digits, the point, 4 digits. */
const MAX_FIXED_BYTES = 13

/** Appends an INTEGER, BIGINT or time value. */
export function writeInteger(value: number | bigint, out: ByteSink): void {
  if (typeof value === 'bigint') {
    writeAscii(value.toString(), out)
    return
  }
  out.reserve(MAX_INTEGER_BYTES)
  if (value < 0) out.buffer[out.position++] = MINUS
  const size = Math.abs(value)
  const high = Math.floor(size / 1e9)
  if (high > 0) writeDigits(high, digitCount(high), out)
  const low = size - high * 1e9
  writeDigits(low, high > 0 ? 9 : digitCount(low), out)
}

/**
 * Appends a DOUBLE in Java's form. One with few fraction digits is `units / 10^f` exactly; as that has at most 11 digits, no shorter text reads back as
 * the same double, so its digits are the text: measured, twice as fast as the engine's own way to a number's text.
 */
export function writeDouble(value: number, out: ByteSink): void {
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7 && Math.abs(size * 1e4 - Math.round(size * 1e4)) < PRODUCT_ERROR) {
    for (let fraction = 0; fraction < TENS.length; fraction++) {
      const units = Math.round(size * TENS[fraction]!)
      if (units / TENS[fraction]! !== size) continue
      writeFixed(value < 0, units, fraction, out)
      return
    }
  }
  writeAscii(isPlainDouble(value) ? `${value}` : doubleToJson(value), out)
}

/** With a fraction, and not so large or small that Java writes an exponent: the engine's text is Java's. */
export function isPlainDouble(value: number): boolean {
  const size = Math.abs(value)
  return size >= 1e-3 && size < 1e7 && !Number.isInteger(value)
}

function writeFixed(negative: boolean, units: number, fraction: number, out: ByteSink): void {
  out.reserve(MAX_FIXED_BYTES)
  if (negative) out.buffer[out.position++] = MINUS
  const whole = Math.floor(units / TENS[fraction]!)
  writeDigits(whole, digitCount(whole), out)
  out.buffer[out.position++] = POINT
  writeDigits(units - whole * TENS[fraction]!, Math.max(1, fraction), out)
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
