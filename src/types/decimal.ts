/** Exact decimal numbers: `unscaled * 10^-scale`, as Java's BigDecimal with a scale of zero or more. */

/** As Java's RoundingMode. UNNECESSARY: an error if a digit other than zero would be lost. */
export type Rounding = 'HALF_UP' | 'HALF_DOWN' | 'DOWN' | 'CEILING' | 'FLOOR' | 'UNNECESSARY'

export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  /** `scale` >= 0. */
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /**
   * From `-1.50`, `.5`, `5.`, `1.5E-3`: every digit written is kept, so `1.50` has scale 2. A result without fraction has scale 0.
   * White space is not trimmed. Throws an Error on anything else, NaN and Infinity included.
   */
  static parse(text: string): Decimal {
    const match = DECIMAL_TEXT.exec(text)
    if (match === null) throw new Error(`Invalid decimal number: '${text}'`)
    const fraction = match[2] ?? match[3] ?? ''
    const scale = fraction.length - Number(match[4] ?? 0)
    if (Math.abs(scale) > MAX_SCALE) throw new Error(`Exponent out of range: '${text}'`)
    const digits = BigInt((match[1] ?? '') + fraction)
    const unscaled = text.charCodeAt(0) === MINUS ? -digits : digits
    return scale >= 0 ? new Decimal(unscaled, scale) : new Decimal(unscaled * powerOfTen(-scale), 0)
  }

  /** The shortest decimal that reads back as this double (BigDecimal.valueOf); an integer has scale 0. Throws on NaN and infinities. */
  static fromNumber(value: number): Decimal {
    if (Number.isSafeInteger(value)) return new Decimal(BigInt(value), 0)
    if (!Number.isFinite(value)) throw new Error(`${value} has no decimal value`)
    return Decimal.parse(String(value))
  }

  /** Exactly the value of a double, which may have up to 1,074 fraction digits. Throws an Error for NaN and infinities. */
  static fromExactNumber(value: number): Decimal {
    if (!Number.isFinite(value)) throw new Error(`${value} has no decimal value`)
    const { significand, exponent } = binaryParts(value)
    if (exponent >= 0) return new Decimal(significand << BigInt(exponent), 0)
    return new Decimal(significand * powerOfFive(-exponent), -exponent)
  }

  /** From an INTEGER or BIGINT value; scale 0. */
  static fromInteger(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0)
  }

  /** Plain text with exactly `scale` fraction digits, never an exponent: `-0.50`. */
  toString(): string {
    if (this.scale === 0) return this.unscaled.toString()
    const negative = this.unscaled < 0n
    const digits = (negative ? -this.unscaled : this.unscaled).toString().padStart(this.scale + 1, '0')
    const cut = digits.length - this.scale
    return `${negative ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
  }

  /** The nearest double. */
  toNumber(): number {
    return this.scale === 0 ? Number(this.unscaled) : Number(this.toString())
  }

  /** The integer part, toward zero. */
  toBigInt(): bigint {
    return this.scale === 0 ? this.unscaled : this.unscaled / powerOfTen(this.scale)
  }

  /** -1, 0 or 1. */
  sign(): number {
    return this.unscaled < 0n ? -1 : this.unscaled > 0n ? 1 : 0
  }

  /** Decimal digits of the unscaled value; 1 for zero. */
  precision(): number {
    return (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString().length
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale)
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this
  }

  /** Exact; the scale is the larger of both. */
  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(unscaledAt(this, scale) + unscaledAt(other, scale), scale)
  }

  /** Exact; the scale is the larger of both. */
  subtract(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(unscaledAt(this, scale) - unscaledAt(other, scale), scale)
  }

  /** Exact; the scale is the sum of both. */
  multiply(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale)
  }

  /** Quotient with `scale` fraction digits. Throws on zero, and as `rounding` says. */
  divide(other: Decimal, scale: number, rounding: Rounding): Decimal {
    if (other.unscaled === 0n) throw new Error('Division by zero')
    const shift = scale + other.scale - this.scale
    const numerator = shift >= 0 ? this.unscaled * powerOfTen(shift) : this.unscaled
    const denominator = shift >= 0 ? other.unscaled : other.unscaled * powerOfTen(-shift)
    return new Decimal(divideRounded(numerator, denominator, rounding), scale)
  }

  /** Exact, with the sign of this number; the scale is the larger of both. Throws on zero. */
  remainder(other: Decimal): Decimal {
    if (other.unscaled === 0n) throw new Error('Division by zero')
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(unscaledAt(this, scale) % unscaledAt(other, scale), scale)
  }

  /** The same number with `scale` fraction digits. A negative `scale` rounds before the point and gives scale 0. */
  rescale(scale: number, rounding: Rounding): Decimal {
    if (scale === this.scale) return this
    if (scale > this.scale) return new Decimal(unscaledAt(this, scale), scale)
    const rounded = divideRounded(this.unscaled, powerOfTen(this.scale - scale), rounding)
    return scale >= 0 ? new Decimal(rounded, scale) : new Decimal(rounded * powerOfTen(-scale), 0)
  }

  /** Rounded HALF_UP to so many digits, counted from the first one that is not zero; scale 0 or more. */
  roundToPrecision(digits: number): Decimal {
    const surplus = this.precision() - digits
    return surplus <= 0 ? this : this.rescale(this.scale - surplus, 'HALF_UP')
  }

  /** Negative, zero or positive; 1.0 and 1.00 compare as equal. */
  compare(other: Decimal): number {
    const scale = Math.max(this.scale, other.scale)
    const left = unscaledAt(this, scale)
    const right = unscaledAt(other, scale)
    return left < right ? -1 : left > right ? 1 : 0
  }

  /** By number: 1.0 equals 1.00. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0
  }
}

/** A DECIMAL(precision, scale) holds absolute values below 10^(precision - scale). */
function fitsPrecision(value: Decimal, precision: number, scale: number): boolean {
  const limit = powerOfTen(precision - scale + value.scale)
  return value.unscaled < limit && value.unscaled > -limit
}

/** Throws ksqlDB's overflow error unless `value` has at most `precision - scale` digits before the point. */
export function ensureFits(value: Decimal, precision: number, scale: number): void {
  if (!fitsPrecision(value, precision, scale)) throw overflow(value, precision, scale)
}

/** `value` as a DECIMAL(precision, scale), rounded HALF_UP. Throws ksqlDB's overflow error where it does not fit. */
export function toDecimalType(value: Decimal, precision: number, scale: number): Decimal {
  const rounded = value.rescale(scale, 'HALF_UP')
  if (!fitsPrecision(rounded, precision, scale)) throw overflow(value, precision, scale)
  return rounded
}

const overflow = (value: Decimal, precision: number, scale: number): Error =>
  new Error(
    `Numeric field overflow: A field with precision ${precision} and scale ${scale} must round to an absolute value ` +
      `less than 10^${precision - scale}. Got ${value}`,
  )

const DECIMAL_TEXT = /^[+-]?(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/
const MINUS = 45
/** A bound on memory: a text of a dozen characters must not stand for a number of a million digits. */
const MAX_SCALE = 10_000
const POWERS: bigint[] = Array.from({ length: 80 }, (_, exponent) => 10n ** BigInt(exponent))

/** 10^exponent, exponent >= 0. */
export const powerOfTen = (exponent: number): bigint => POWERS[exponent] ?? 10n ** BigInt(exponent)

const POWERS_OF_FIVE: bigint[] = []

/** 5^exponent; 0 <= exponent <= 1074. */
function powerOfFive(exponent: number): bigint {
  POWERS_OF_FIVE[exponent] ??= 5n ** BigInt(exponent)
  return POWERS_OF_FIVE[exponent]
}

const DOUBLE = new DataView(new ArrayBuffer(8))
const FRACTION_BITS = 52
const EXPONENT_BIAS = 1023

/** `value` = `significand` x 2^`exponent`; the significand is odd or zero. `value` is finite. Source: IEEE 754, binary64. */
function binaryParts(value: number): { significand: bigint; exponent: number } {
  DOUBLE.setFloat64(0, value)
  const high = DOUBLE.getUint32(0)
  const biased = (high >>> 20) & 0x7ff
  // Numbers next to zero have no hidden bit, and the exponent of 1.
  const hidden = biased === 0 ? 0 : 0x100000
  let significand = (BigInt((high & 0xfffff) | hidden) << 32n) | BigInt(DOUBLE.getUint32(4))
  let exponent = Math.max(biased, 1) - EXPONENT_BIAS - FRACTION_BITS
  if (significand === 0n) return { significand, exponent: 0 }
  while ((significand & 1n) === 0n) {
    significand >>= 1n
    exponent++
  }
  return { significand: value < 0 ? -significand : significand, exponent }
}

/** The unscaled value at a scale that is not smaller than the number's own. */
const unscaledAt = (value: Decimal, scale: number): bigint =>
  value.scale === scale ? value.unscaled : value.unscaled * powerOfTen(scale - value.scale)

function divideRounded(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  const quotient = numerator / denominator
  const rest = numerator % denominator
  if (rest === 0n) return quotient
  const negative = numerator < 0n !== denominator < 0n
  return roundsAway(rest, denominator, negative, rounding) ? quotient + (negative ? -1n : 1n) : quotient
}

function roundsAway(rest: bigint, denominator: bigint, negative: boolean, rounding: Rounding): boolean {
  switch (rounding) {
    case 'UNNECESSARY':
      throw new Error('Rounding necessary')
    case 'DOWN':
      return false
    case 'CEILING':
      return !negative
    case 'FLOOR':
      return negative
    default: {
      const twice = 2n * magnitude(rest)
      const whole = magnitude(denominator)
      return rounding === 'HALF_UP' ? twice >= whole : twice > whole
    }
  }
}

const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)
