import fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubleToText, parseDouble } from '../../../src/types/double-text.ts'

test.each([
  [1, '1.0'],
  [-0, '-0.0'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [9999999.999, '9999999.999'],
  [1e7, '1.0E7'],
  [-1.25e300, '-1.25E300'],
  [Number.MIN_VALUE, '4.9E-324'],
  [2e-323, '2.0E-323'],
  [9e22, '9.0E22'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
])('%d prints as Java does: %s', (value, expected) => {
  expect(doubleToText(value)).toBe(expected)
})

test('what is printed reads back', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(parseDouble(doubleToText(value))).toBe(value)
    }),
  )
})

test.each([
  [' 1.5 ', 1.5],
  ['1.', 1],
  ['.5e1', 5],
  ['2d', 2],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['0x1.8p1', 3],
  ['-0X.8P-1d', -0.25],
  ['0x1p-1074', Number.MIN_VALUE],
  ['0x1p-1075', 0],
  ['0x1.8p-1075', Number.MIN_VALUE],
  ['0x1.fffffffffffffp1023', Number.MAX_VALUE],
  ['0x1.fffffffffffff8p1023', Number.POSITIVE_INFINITY],
  ['0x20000000000001p0', 2 ** 53],
  ['0x20000000000003p0', 2 ** 53 + 4],
  ['0x0.0p99', 0],
])('%j reads as %d', (text, expected) => {
  expect(parseDouble(text)).toBe(expected)
})

test.each(['', 'abc', '1,5', 'nan', 'infinity', '1 2', '0x10', '0x.p1', '0x1p'])('%j is not a double', (text) => {
  expect(() => parseDouble(text)).toThrow(`For input string: "${text}"`)
})
