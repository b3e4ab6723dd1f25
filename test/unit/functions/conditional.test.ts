import { describe, expect, test } from 'vitest'
import { call, dec, resultType } from './call.ts'

describe('COALESCE', () => {
  test('gives the first value that is not NULL', () => {
    expect(call('COALESCE', ['INT', null], ['INT', 0], ['INT', 2])).toBe(0)
    expect(call('COALESCE', ['INT', null])).toBeNull()
  })

  test('takes its type from any argument that has one', () => {
    expect(resultType('COALESCE', ['NULL', null], ['STRING', 'x'])).toBe('STRING')
  })

  test('needs an argument, and one type', () => {
    expect(() => call('COALESCE')).toThrow("Function 'COALESCE' does not accept parameters ()")
    expect(() => call('COALESCE', ['INT', 1], ['STRING', 'x'])).toThrow('does not accept parameters (INTEGER, STRING)')
  })
})

test('IFNULL replaces NULL only', () => {
  expect(call('IFNULL', ['INT', null], ['INT', 10])).toBe(10)
  expect(call('IFNULL', ['BOOLEAN', false], ['BOOLEAN', true])).toBe(false)
  expect(call('IFNULL', ['INT', null], ['INT', null])).toBeNull()
})

test('NULLIF compares by value', () => {
  expect(call('NULLIF', ['ARRAY<INT>', [1, 2]], ['ARRAY<INT>', [1, 2]])).toBeNull()
  expect(call('NULLIF', ['STRING', 'X'], ['STRING', 'x'])).toBe('X')
  expect(call('NULLIF', ['DECIMAL(4, 2)', dec('1.00')], ['DECIMAL(4, 2)', dec('1.0')])).toBeNull()
  expect(call('NULLIF', ['INT', null], ['INT', 1])).toBeNull()
  expect(call('NULLIF', ['INT', 1], ['INT', null])).toBe(1)
})

test('AS_VALUE copies', () => {
  expect(call('AS_VALUE', ['INT', 5])).toBe(5)
  expect(call('AS_VALUE', ['INT', null])).toBeNull()
  expect(resultType('AS_VALUE', ['DECIMAL(4, 2)', null])).toBe('DECIMAL(4, 2)')
})

describe('GREATEST and LEAST', () => {
  test('pass over NULLs', () => {
    expect(call('GREATEST', ['INT', 2147483647], ['INT', null], ['NULL', null], ['INT', 5])).toBe(2147483647)
    expect(call('LEAST', ['BIGINT', 9223372036854775807n], ['BIGINT', null])).toBe(9223372036854775807n)
    expect(call('LEAST', ['STRING', null], ['STRING', null])).toBeNull()
  })

  test('compare text, bytes and times', () => {
    expect(call('GREATEST', ['STRING', 'Z'], ['STRING', 'a'])).toBe('a')
    expect(call('LEAST', ['BYTES', new Uint8Array([1])], ['BYTES', new Uint8Array([0x80])])).toEqual(
      new Uint8Array([0x80]),
    )
    expect(call('GREATEST', ['TIME', 10], ['NULL', null], ['STRING', '09:16:00'])).toBe(33_360_000)
  })

  test('widen the type of DECIMALs, not the value', () => {
    expect(resultType('GREATEST', ['DECIMAL(9, 2)', null], ['DECIMAL(7, 6)', null])).toBe('DECIMAL(13, 6)')
    expect(call('GREATEST', ['DECIMAL(9, 2)', dec('1234567.89')], ['DECIMAL(7, 6)', dec('0.123456')])).toBe(
      '1234567.89',
    )
  })

  test('refuse mixed types', () => {
    expect(() => call('GREATEST', ['INT', 1], ['BIGINT', 2])).toThrow(
      "Function 'greatest' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT).",
    )
    expect(() => call('LEAST', ['NULL', null], ['NULL', null])).toThrow('ambiguous method parameters (null, null).')
    expect(() => call('LEAST', ['STRING', 'x'], ['INT', 2])).toThrow(
      "Function 'least' does not accept parameters (STRING, INTEGER).",
    )
    expect(() => call('GREATEST')).toThrow("Function 'greatest' does not accept parameters ().")
  })

  test('widen an integer next to a double', () => {
    expect(call('GREATEST', ['INT', 2], ['DOUBLE', 1.5])).toBe(2)
  })
})
