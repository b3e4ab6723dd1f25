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
])('%j reads as %d', (text, expected) => {
  expect(parseDouble(text)).toBe(expected)
})

test.each(['', 'abc', '1,5', 'nan', 'infinity', '1 2', '0x10'])('%j is not a double', (text) => {
  expect(() => parseDouble(text)).toThrow(`For input string: "${text}"`)
})
