/**
 * 64-bit and 32-bit two's complement arithmetic, wrapping around as Java's. A BIGINT value is a `number` while that is a safe integer,
 * else a `bigint`; every function here takes and gives that form. The fast path is the one where both operands and the result are safe.
 */

export type Int64 = number | bigint

export const MIN_INT32 = -(2 ** 31)
export const MAX_INT32 = 2 ** 31 - 1
export const MIN_INT64 = -(2n ** 63n)
export const MAX_INT64 = 2n ** 63n - 1n

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER)
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** The value form of a bigint that is within 64 bits. */
export const fromBigInt = (value: bigint): Int64 => (value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value)

/** The value form of the low 64 bits. */
export const wrapInt64 = (value: bigint): Int64 => fromBigInt(BigInt.asIntN(64, value))

export const isInt64 = (value: bigint): boolean => value >= MIN_INT64 && value <= MAX_INT64

const isSafe = (value: number): boolean => value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER

export function addInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (isSafe(sum)) return sum
  }
  return wrapInt64(BigInt(a) + BigInt(b))
}

export function subtractInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (isSafe(difference)) return difference
  }
  return wrapInt64(BigInt(a) - BigInt(b))
}

export function multiplyInt64(a: Int64, b: Int64): Int64 {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    // A product that is not exact is beyond 2^53 and so never passes; `+ 0` turns -0 into 0.
    if (isSafe(product)) return product + 0
  }
  return wrapInt64(BigInt(a) * BigInt(b))
}

/** Toward zero. Throws on zero. */
export function divideInt64(a: Int64, b: Int64): Int64 {
  if (b === 0) throw new Error('/ by zero')
  if (typeof a === 'number' && typeof b === 'number') {
    const quotient = a / b
    const whole = Math.trunc(quotient)
    // A quotient with a fraction was not rounded past an integer. Without one it may have been, but `a - a % b` is an exact multiple of b.
    return (whole !== quotient ? whole : (a - (a % b)) / b) + 0
  }
  return wrapInt64(BigInt(a) / BigInt(b))
}

/** With the sign of the dividend. Throws on zero. */
export function remainderInt64(a: Int64, b: Int64): Int64 {
  if (b === 0) throw new Error('/ by zero')
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0
  return fromBigInt(BigInt(a) % BigInt(b))
}

export const negateInt64 = (a: Int64): Int64 => (typeof a === 'number' ? 0 - a : wrapInt64(-a))

/** The smallest value has no positive counterpart and stays as it is, as in Java. */
export const absInt64 = (a: Int64): Int64 => (typeof a === 'number' ? Math.abs(a) : a < 0n ? wrapInt64(-a) : a)

/** The low 32 bits: Java's `(int) long`. */
export const toInt32 = (a: Int64): number => {
  if (typeof a === 'number') return a | 0
  return Number(BigInt.asIntN(32, a))
}

/** Java's `(int) double`: toward zero, NaN is 0, saturating. */
export const doubleToInt32 = (value: number): number =>
  value >= MAX_INT32 ? MAX_INT32 : value <= MIN_INT32 ? MIN_INT32 : value | 0

/** Java's `(long) double`: toward zero, NaN is 0, saturating. */
export function doubleToInt64(value: number): Int64 {
  if (isSafe(value)) return Math.trunc(value) + 0
  if (Number.isNaN(value)) return 0
  if (value >= 2 ** 63) return MAX_INT64
  return value <= -(2 ** 63) ? MIN_INT64 : BigInt(value)
}

export const addInt32 = (a: number, b: number): number => (a + b) | 0
export const subtractInt32 = (a: number, b: number): number => (a - b) | 0
export const multiplyInt32 = (a: number, b: number): number => Math.imul(a, b)
export const negateInt32 = (a: number): number => -a | 0

/** Toward zero. Throws on zero. */
export function divideInt32(a: number, b: number): number {
  if (b === 0) throw new Error('/ by zero')
  return (a / b) | 0
}

/** With the sign of the dividend. Throws on zero. */
export function remainderInt32(a: number, b: number): number {
  if (b === 0) throw new Error('/ by zero')
  return (a % b) | 0
}
