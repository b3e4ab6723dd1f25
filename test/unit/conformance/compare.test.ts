import { describe, expect, test } from 'vitest'
import { type Actual, actualJson, exactDecimal } from '../../../src/testing/json/actual.ts'
import { matchesValue } from '../../../src/testing/json/compare.ts'
import { parseJsonValue } from '../../../src/types/json-parse.ts'

const matches = (expected: string, actual: Actual) => matchesValue(parseJsonValue(expected), actual)
/** Both as JSON, numbers exact. */
const same = (expected: string, actual: string) => matches(expected, actualJson(parseJsonValue(actual), true))

describe('numbers', () => {
  test.each([
    ['1', '1', true],
    ['3.7', '3', true],
    ['2.0', '2', true],
    ['2', '2.0', false],
    ['1.50', '1.5', false],
    ['1.5', '1.5', true],
    ['1e+18', '1E18', true],
    ['1.0E18', '1E18', false],
    ['100', '1E2', true],
    ['9223372036854775807', '9223372036854775807', true],
    ['9223372036854775806', '9223372036854775807', false],
    ['9223372036854775808', '9223372036854775808', false],
    ['2147483648', '2147483648', true],
    ['1', '"1"', false],
  ])('expected %s, got %s: %s', (expected, actual, result) => {
    expect(same(expected, actual)).toBe(result)
  })

  test('a double has a tolerance', () => {
    expect(matches('0.1', { kind: 'double', value: 0.1000009 })).toBe(true)
    expect(matches('0.1', { kind: 'double', value: 0.100002 })).toBe(false)
  })

  test('a text matches an exact decimal with its scale', () => {
    const decimal: Actual = { kind: 'decimal', value: exactDecimal('1.10')! }
    expect(matches('"1.10"', decimal)).toBe(true)
    expect(matches('"1.1"', decimal)).toBe(false)
  })
})

describe('structures', () => {
  test.each([
    ['{"a":1}', '{"A":1}', true],
    ['{"A":1}', '{"a":1}', false],
    ['{"a":1}', '{"a":null,"A":1}', false],
    ['{"a":null}', '{"b":1}', true],
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":1}', '{"a":1,"b":null}', false],
    ['[1,2]', '[2,1]', false],
    ['[1]', '[1,2]', false],
    ['{}', 'null', false],
    ['null', '""', false],
    ['true', '"true"', false],
  ])('expected %s, got %s: %s', (expected, actual, result) => {
    expect(same(expected, actual)).toBe(result)
  })

  test('bytes match their base64', () => {
    expect(matches('"AQI="', new Uint8Array([1, 2]))).toBe(true)
    expect(matches('"AQ=="', new Uint8Array([1, 2]))).toBe(false)
  })
})
