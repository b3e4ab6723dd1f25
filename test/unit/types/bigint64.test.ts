import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as int64 from '../../../src/types/bigint64.ts'

const any64 = fc.oneof(
  fc.bigInt(int64.MIN_INT64, int64.MAX_INT64),
  fc.bigInt(-(2n ** 54n), 2n ** 54n),
  fc.bigInt(-10n, 10n),
  fc.constantFrom(int64.MIN_INT64, int64.MAX_INT64, 2n ** 53n, -(2n ** 53n), 2n ** 53n - 1n),
)

describe('64-bit arithmetic', () => {
  const agrees = (
    operation: (a: int64.Int64, b: int64.Int64) => int64.Int64,
    exact: (a: bigint, b: bigint) => bigint,
    divisor = false,
  ) =>
    fc.assert(
      fc.property(any64, any64, (a, b) => {
        if (divisor && b === 0n) return
        const expected = int64.wrapInt64(exact(a, b))
        expect(operation(int64.fromBigInt(a), int64.fromBigInt(b))).toBe(expected)
      }),
      { numRuns: 2000 },
    )

  test('wraps around and keeps the value form', () => {
    agrees(int64.addInt64, (a, b) => a + b)
    agrees(int64.subtractInt64, (a, b) => a - b)
    agrees(int64.multiplyInt64, (a, b) => a * b)
    agrees(int64.divideInt64, (a, b) => a / b, true)
    agrees(int64.remainderInt64, (a, b) => a % b, true)
  })

  test('the smallest value has no counterpart', () => {
    expect(int64.negateInt64(int64.MIN_INT64)).toBe(int64.MIN_INT64)
    expect(int64.absInt64(int64.MIN_INT64)).toBe(int64.MIN_INT64)
    expect(int64.negateInt64(0)).toBe(0)
  })

  test('never gives a negative zero', () => {
    expect(int64.multiplyInt64(0, -5)).toBe(0)
    expect(int64.divideInt64(0, -5)).toBe(0)
    expect(int64.remainderInt64(-4, 2)).toBe(0)
  })

  test('division by zero is an error', () => {
    expect(() => int64.divideInt64(1, 0)).toThrow('/ by zero')
    expect(() => int64.remainderInt64(2n ** 60n, 0)).toThrow('/ by zero')
  })
})

describe('32-bit arithmetic', () => {
  test('wraps around', () => {
    expect(int64.addInt32(int64.MAX_INT32, 1)).toBe(int64.MIN_INT32)
    expect(int64.subtractInt32(int64.MIN_INT32, 1)).toBe(int64.MAX_INT32)
    expect(int64.multiplyInt32(65536, 65536)).toBe(0)
    expect(int64.divideInt32(int64.MIN_INT32, -1)).toBe(int64.MIN_INT32)
    expect(int64.divideInt32(-7, 2)).toBe(-3)
    expect(int64.remainderInt32(-7, 2)).toBe(-1)
    expect(int64.negateInt32(int64.MIN_INT32)).toBe(int64.MIN_INT32)
    expect(() => int64.divideInt32(1, 0)).toThrow('/ by zero')
  })
})

describe('conversions', () => {
  test('a BIGINT is cut to 32 bits', () => {
    expect(int64.toInt32(2147483648)).toBe(-2147483648)
    expect(int64.toInt32(int64.MAX_INT64)).toBe(-1)
  })

  test('a double is cut toward zero and saturates', () => {
    expect(int64.doubleToInt32(-1.9)).toBe(-1)
    expect(int64.doubleToInt32(1e10)).toBe(int64.MAX_INT32)
    expect(int64.doubleToInt32(Number.NaN)).toBe(0)
    expect(int64.doubleToInt64(-0.5)).toBe(0)
    expect(int64.doubleToInt64(1e30)).toBe(int64.MAX_INT64)
    expect(int64.doubleToInt64(-1e30)).toBe(int64.MIN_INT64)
    expect(int64.doubleToInt64(2 ** 60)).toBe(2n ** 60n)
    expect(int64.doubleToInt64(Number.NaN)).toBe(0)
  })
})
