/** Hexadecimal floating-point text, as Java reads it. Source: JDK `Double.valueOf(String)`, HexFloatingPointLiteral of the Java language. */

const HEX_DOUBLE = /^([+-]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/

/** `0x1.8p1` is 3. The nearest double, ties to even. Null: the text is not of this form. */
export function parseHexDouble(text: string): number | null {
  const [, sign, whole, fraction, power] = HEX_DOUBLE.exec(text) ?? []
  const digits = `${whole ?? ''}${fraction ?? ''}`
  if (digits === '') return null
  const size = scaled(BigInt(`0x${digits}`), Number(power) - 4 * fraction!.length)
  return sign === '-' ? -size : size
}

/** Bits of a double's significand. */
const PRECISION = 53
/** Exponent of the smallest double, and the one from which numbers are infinite. */
const MIN_EXPONENT = -1074
const END_EXPONENT = 1024

/** `significand` x 2^`exponent`, rounded once: numbers next to zero have fewer bits. */
function scaled(significand: bigint, exponent: number): number {
  if (significand === 0n) return 0
  const length = significand.toString(2).length
  const top = length + exponent
  if (top > END_EXPONENT) return Number.POSITIVE_INFINITY
  const bits = Math.min(PRECISION, top - MIN_EXPONENT)
  if (bits < 0) return 0
  const dropped = Math.max(0, length - bits)
  return Number(withoutLowBits(significand, dropped)) * 2 ** (exponent + dropped)
}

/** `value` / 2^`count`, to the nearest, ties to even. */
function withoutLowBits(value: bigint, count: number): bigint {
  if (count === 0) return value
  const quotient = value >> BigInt(count)
  const rest = value - (quotient << BigInt(count))
  const half = 1n << BigInt(count - 1)
  const up = rest > half || (rest === half && (quotient & 1n) === 1n)
  return up ? quotient + 1n : quotient
}
