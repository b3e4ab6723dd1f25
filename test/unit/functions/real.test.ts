import { describe, expect, test } from 'vitest'
import { call, type TypedArgument } from './call.ts'

const unary: [string, number, number][] = [
  ['ACOS', 1, 0],
  ['ASIN', -0.43, -0.4444927769358],
  ['ATAN', -1.1, -0.8329812666744],
  ['CBRT', 27, 3],
  ['COS', 0, 1],
  ['COSH', 6, 201.7156361224559],
  ['COT', 6, -3.4363530041801],
  ['DEGREES', Math.PI, 180],
  ['EXP', 1, Math.E],
  ['LN', 13, 2.5649493574615],
  ['LOG', 13, 2.5649493574615],
  ['RADIANS', 114, 1.9896753472735],
  ['SIN', 0.5, 0.4794255386042],
  ['SINH', -6, -201.7131573702792],
  ['SQRT', 3, 1.7320508075689],
  ['TAN', 6, -0.2910061913847],
  ['TANH', -6, -0.9999877116508],
]

describe.each(unary)('%s', (name, value, expected) => {
  test('computes', () => {
    expect(call(name, ['DOUBLE', value])).toBeCloseTo(expected, 12)
  })

  test('takes integers', () => {
    expect(call(name, ['INT', 1])).toBe(call(name, ['DOUBLE', 1]))
    expect(call(name, ['BIGINT', 9007199254740993n])).toBe(call(name, ['DOUBLE', 9007199254740992]))
  })

  test('of NULL is NULL', () => {
    expect(call(name, ['INT', null])).toBeNull()
  })
})

const edges: [string, TypedArgument[], number][] = [
  ['ACOS', [['INT', 2]], Number.NaN],
  ['COT', [['INT', 0]], Number.POSITIVE_INFINITY],
  ['LN', [['INT', 0]], Number.NEGATIVE_INFINITY],
  ['LOG', [['INT', -13]], Number.NaN],
  ['SQRT', [['INT', -1]], Number.NaN],
  [
    'LOG',
    [
      ['INT', 15],
      ['INT', 13],
    ],
    0.9471572411831843,
  ],
  [
    'LOG',
    [
      ['INT', 15],
      ['INT', 0],
    ],
    Number.NEGATIVE_INFINITY,
  ],
  [
    'LOG',
    [
      ['DOUBLE', 1],
      ['DOUBLE', 13],
    ],
    Number.NaN,
  ],
  [
    'LOG',
    [
      ['BIGINT', -15],
      ['BIGINT', 13],
    ],
    Number.NaN,
  ],
  [
    'POWER',
    [
      ['INT', 15],
      ['INT', -1],
    ],
    0.06666666666666667,
  ],
  [
    'POWER',
    [
      ['BIGINT', 15],
      ['BIGINT', 13],
    ],
    1946195068359375,
  ],
  [
    'POWER',
    [
      ['DOUBLE', 0],
      ['DOUBLE', 0],
    ],
    1,
  ],
  [
    'ATAN2',
    [
      ['DOUBLE', -1.1],
      ['DOUBLE', 0],
    ],
    -Math.PI / 2,
  ],
  ['PI', [], Math.PI],
  ['RANDOM', [], 0.5],
]

test.each(edges)('%s%o', (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected)
})

test.each(['LOG', 'POWER', 'ATAN2'])('%s with a NULL is NULL', (name) => {
  expect(call(name, ['INT', null], ['INT', 1])).toBeNull()
  expect(call(name, ['INT', 1], ['INT', null])).toBeNull()
})
