/** `Decimal`, with which a function computes exactly. */
export const DECIMAL = String.raw`
const powerOfTen = (n) => 10n ** NativeBigInt(n)
const MAX_SCALE = 1000
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
const exec = uncurry(RegExp.prototype.exec)

class DecimalValue {
  #unscaled
  #scale
  constructor(unscaled, scale) {
    this.#unscaled = unscaled
    this.#scale = scale
  }
  static is(value) { return typeof value === 'object' && value !== null && #unscaled in value }
  /** The unscaled value at a larger scale. */
  static at(value, scale) {
    return value.#scale === scale ? value.#unscaled : value.#unscaled * powerOfTen(scale - value.#scale)
  }
  static rescaled(value, scale) {
    if (value.#scale === scale) return value.#unscaled
    if (!(scale >= 0 && scale <= MAX_SCALE) || scale % 1 !== 0) throw new NativeRangeError('A scale is an integer from 0 to ' + MAX_SCALE)
    return scale > value.#scale ? at(value, scale) : quotient(value.#unscaled, powerOfTen(value.#scale - scale))
  }
  get unscaled() { return this.#unscaled }
  get scale() { return this.#scale }
  get sign() { return this.#unscaled < 0n ? -1 : this.#unscaled > 0n ? 1 : 0 }
  add(other) {
    const b = parseDecimal(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) + at(b, scale), scale)
  }
  subtract(other) {
    const b = parseDecimal(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) - at(b, scale), scale)
  }
  multiply(other) {
    const b = parseDecimal(other)
    return new DecimalValue(this.#unscaled * b.#unscaled, this.#scale + b.#scale)
  }
  divide(other, scale = 16) {
    const b = parseDecimal(other)
    const shift = scale + b.#scale - this.#scale
    return shift >= 0
      ? new DecimalValue(quotient(this.#unscaled * powerOfTen(shift), b.#unscaled), scale)
      : new DecimalValue(quotient(this.#unscaled, b.#unscaled * powerOfTen(-shift)), scale)
  }
  remainder(other) {
    const b = parseDecimal(other)
    if (b.#unscaled === 0n) throw new NativeRangeError('Division by zero')
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    return new DecimalValue(at(this, scale) % at(b, scale), scale)
  }
  negate() { return new DecimalValue(-this.#unscaled, this.#scale) }
  abs() { return this.#unscaled < 0n ? new DecimalValue(-this.#unscaled, this.#scale) : this }
  round(scale = 0) { return new DecimalValue(rescaled(this, scale), scale) }
  compare(other) {
    const b = parseDecimal(other)
    const scale = this.#scale > b.#scale ? this.#scale : b.#scale
    const x = at(this, scale), y = at(b, scale)
    return x < y ? -1 : x > y ? 1 : 0
  }
  equals(other) { return this.compare(other) === 0 }
  isLess(other) { return this.compare(other) < 0 }
  isGreater(other) { return this.compare(other) > 0 }
  toNumber() { return NativeNumber(this.toString()) }
  toString() {
    if (this.#scale === 0) return bigintText(this.#unscaled)
    const isNegative = this.#unscaled < 0n
    const digits = padStart(bigintText(isNegative ? -this.#unscaled : this.#unscaled), this.#scale + 1, '0')
    return (isNegative ? '-' : '') + slice(digits, 0, -this.#scale) + '.' + slice(digits, -this.#scale)
  }
  toJSON() { return this.toString() }
  valueOf() { throw new NativeTypeError('Decimals have no operators: write a.add(b), a.compare(b), a.toNumber()') }
}
const { is: isDecimal, at, rescaled } = DecimalValue
const decimalString = DecimalValue.prototype.toString
const decimalToText = (value) => apply(decimalString, value, [])

/** Half away from zero, as SQL rounds. */
function quotient(n, d) {
  if (d === 0n) throw new NativeRangeError('Division by zero')
  const whole = n / d, rest = n % d
  const twice = 2n * (rest < 0n ? -rest : rest)
  if (twice < (d < 0n ? -d : d)) return whole
  return whole + ((n < 0n) === (d < 0n) ? 1n : -1n)
}

function parseDecimal(value) {
  if (isDecimal(value)) return value
  if (typeof value === 'bigint') return new DecimalValue(value, 0)
  if (typeof value !== 'string' && typeof value !== 'number') throw new NativeTypeError('Not a decimal number: ' + typeof value)
  const text = NativeString(value)
  const match = exec(DECIMAL, text)
  if (match === null || (match[2] === '' && (match[3] === undefined || match[3] === ''))) {
    throw new NativeTypeError('Not a decimal number: ' + slice(text, 0, 100))
  }
  const fraction = match[3] ?? ''
  const scale = fraction.length - (match[4] === undefined ? 0 : NativeNumber(match[4]))
  if (scale > MAX_SCALE || scale < -MAX_SCALE) throw new NativeRangeError('Exponent out of range: ' + slice(text, 0, 100))
  const digits = NativeBigInt(match[2] + fraction)
  const unscaled = match[1] === '-' ? -digits : digits
  return scale >= 0 ? new DecimalValue(unscaled, scale) : new DecimalValue(unscaled * powerOfTen(-scale), 0)
}

/** 'Decimal('1.50')', with or without 'new'. */
function Decimal(value) { return parseDecimal(value) }
Decimal.prototype = DecimalValue.prototype
hidden(DecimalValue.prototype, 'constructor', Decimal)
hidden(globalThis, 'Decimal', Decimal)
`
