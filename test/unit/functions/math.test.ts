import { describe, expect, test } from 'vitest'
import { call, dec, resultType, type TypedArgument } from './call.ts'

const D = 'DECIMAL(4, 2)'
const cases: [string, TypedArgument[], unknown][] = [
  ['ABS', [['INT', -1]], 1],
  ['ABS', [['INT', -2147483648]], -2147483648],
  ['ABS', [['BIGINT', -9223372036854775807n]], 9223372036854775807n],
  ['ABS', [['DOUBLE', -3.1]], 3.1],
  ['ABS', [[D, dec('-3.20')]], '3.20'],
  ['SIGN', [['INT', -7]], -1],
  ['SIGN', [['BIGINT', 9223372036854775807n]], 1],
  ['SIGN', [['DOUBLE', Number.NaN]], 0],
  ['SIGN', [['DOUBLE', -0]], 0],
  ['CEIL', [['DOUBLE', 1.2]], 2],
  ['CEIL', [['INT', 3]], 3],
  ['CEIL', [[D, dec('-3.20')]], '-3.00'],
  ['FLOOR', [['DOUBLE', -1.2]], -2],
  ['FLOOR', [['BIGINT', 3]], 3],
  ['FLOOR', [[D, dec('-3.20')]], '-4.00'],
  ['ROUND', [['DOUBLE', 1.5]], 2],
  ['ROUND', [['DOUBLE', -1.5]], -1],
  ['ROUND', [['DOUBLE', Number.NaN]], 0],
  ['ROUND', [['INT', 5]], 5],
  ['ROUND', [[D, dec('1.50')]], '2'],
  ['ROUND', [[D, dec('-1.50')]], '-1'],
  [
    'ROUND',
    [
      ['DOUBLE', 1.234567],
      ['INT', 2],
    ],
    1.23,
  ],
  [
    'ROUND',
    [
      ['DOUBLE', 2.675],
      ['INT', 2],
    ],
    2.68,
  ],
  [
    'ROUND',
    [
      ['DOUBLE', 12345.678],
      ['INT', -2],
    ],
    12300,
  ],
  [
    'ROUND',
    [
      ['DOUBLE', 1.2],
      ['INT', 10],
    ],
    1.2,
  ],
  [
    'ROUND',
    [
      [D, dec('-1.25')],
      ['INT', 1],
    ],
    '-1.20',
  ],
  [
    'ROUND',
    [
      [D, dec('55.25')],
      ['INT', -1],
    ],
    '60.00',
  ],
  ['TRUNC', [['DOUBLE', -1.7]], -1],
  ['TRUNC', [['INT', 7]], 7],
  ['TRUNC', [['BIGINT', 9223372036854775807n]], 9223372036854775807n],
  ['TRUNC', [[D, dec('-1.70')]], '-1'],
  [
    'TRUNC',
    [
      ['DOUBLE', 12345.678],
      ['INT', -1],
    ],
    12340,
  ],
  [
    'TRUNC',
    [
      [D, dec('1.25')],
      ['INT', 1],
    ],
    '1.20',
  ],
]

test.each(cases)('%s%o', (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected)
})

test.each(['ABS', 'SIGN', 'CEIL', 'FLOOR', 'TRUNC', 'ROUND'])('%s of NULL is NULL', (name) => {
  expect(call(name, ['DOUBLE', null])).toBeNull()
  expect(call(name === 'SIGN' ? 'ABS' : name, [D, null])).toBeNull()
})

test('ROUND of a NULL integer is an error: its parameter is a primitive', () => {
  expect(() => call('ROUND', ['INT', null])).toThrow('Argument 1 of round must not be NULL')
})

describe('DECIMAL results', () => {
  test('keep the type, or lose the fraction', () => {
    expect(resultType('ABS', [D, null])).toBe('DECIMAL(4, 2)')
    expect(resultType('ROUND', [D, null])).toBe('DECIMAL(2, 0)')
    expect(resultType('ROUND', [D, null], ['INT', 1])).toBe('DECIMAL(4, 2)')
    expect(resultType('TRUNC', ['DECIMAL(2, 2)', null])).toBe('DECIMAL(1, 0)')
  })
})

test('infinities have no decimal places', () => {
  expect(() => call('ROUND', ['DOUBLE', Number.POSITIVE_INFINITY], ['INT', 1])).toThrow()
})
