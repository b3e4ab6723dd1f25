import { describe, expect, test } from 'vitest'
import type { Value } from '../../../src/types/value.ts'
import { call, dec, resultType, type TypedArgument } from './call.ts'

const ints = (...values: (number | null)[]): TypedArgument => ['ARRAY<INT>', values]
const noInts: TypedArgument = ['ARRAY<INT>', null]
const texts = (...values: (string | null)[]): TypedArgument => ['ARRAY<STRING>', values]

const cases: [string, string, TypedArgument[], unknown][] = [
  ['joins in order', 'ARRAY_CONCAT', [ints(1, 2), ints(2)], [1, 2, 2]],
  ['gives the other array', 'ARRAY_CONCAT', [noInts, ints(2)], [2]],
  ['gives NULL for two NULLs', 'ARRAY_CONCAT', [noInts, noInts], null],
  ['finds a value', 'ARRAY_CONTAINS', [texts('a', 'b'), ['STRING', 'b']], true],
  ['finds NULL', 'ARRAY_CONTAINS', [texts('a', null), ['STRING', null]], true],
  [
    'finds nothing in NULL',
    'ARRAY_CONTAINS',
    [
      ['ARRAY<STRING>', null],
      ['STRING', 'a'],
    ],
    false,
  ],
  [
    'finds decimals by number',
    'ARRAY_CONTAINS',
    [
      ['ARRAY<DECIMAL(2, 1)>', [dec('1.0')]],
      ['DECIMAL(2, 1)', dec('1')],
    ],
    true,
  ],
  ['keeps first occurrences', 'ARRAY_DISTINCT', [ints(0, null, 1, 0, null)], [0, null, 1]],
  [
    'compares structures',
    'ARRAY_DISTINCT',
    [['ARRAY<ARRAY<STRING>>', [['a'], ['a'], ['a', null]]]],
    [['a'], ['a', null]],
  ],
  ['of NULL is NULL', 'ARRAY_DISTINCT', [noInts], null],
  ['leaves out', 'ARRAY_EXCEPT', [ints(0, 0, 1, null), ints(1, -2)], [0, null]],
  ['of NULL is NULL', 'ARRAY_EXCEPT', [ints(0), noInts], null],
  ['shares', 'ARRAY_INTERSECT', [ints(0, 1, 0, null), ints(null, 0)], [0, null]],
  ['of NULL is NULL', 'ARRAY_INTERSECT', [noInts, ints(1)], null],
  ['unites', 'ARRAY_UNION', [ints(0, 1, 0), ints(2, 1)], [0, 1, 2]],
  ['of NULL is NULL', 'ARRAY_UNION', [noInts, ints(1)], null],
  ['has a comma by default', 'ARRAY_JOIN', [['ARRAY<DOUBLE>', [1.23, null, 0]]], '1.23,null,0.0'],
  ['has no delimiter for NULL', 'ARRAY_JOIN', [ints(1, 23), ['NULL', null]], '123'],
  [
    'prints decimals',
    'ARRAY_JOIN',
    [
      ['ARRAY<DECIMAL(5, 2)>', [dec('123.45')]],
      ['STRING', '#'],
    ],
    '123.45',
  ],
  ['of NULL is NULL', 'ARRAY_JOIN', [noInts, ['STRING', '#']], null],
  ['counts NULLs too', 'ARRAY_LENGTH', [ints(1, null)], 2],
  ['of NULL is NULL', 'ARRAY_LENGTH', [noInts], null],
  ['finds the largest', 'ARRAY_MAX', [ints(null, -1, 5)], 5],
  ['has none in nothing', 'ARRAY_MAX', [ints()], null],
  ['finds the smallest', 'ARRAY_MIN', [texts('foo', 'Food', null)], 'Food'],
  ['has none in NULLs', 'ARRAY_MIN', [ints(null)], null],
  ['removes all equal elements', 'ARRAY_REMOVE', [ints(1, 2, 1), ['INT', 1]], [2]],
  ['removes NULLs', 'ARRAY_REMOVE', [ints(1, null), ['INT', null]], [1]],
  ['of NULL is NULL', 'ARRAY_REMOVE', [noInts, ['INT', 1]], null],
  ['sorts with NULLs last', 'ARRAY_SORT', [ints(3, null, 1)], [1, 3, null]],
  ['sorts downward with NULLs last', 'ARRAY_SORT', [ints(1, null, 3), ['STRING', 'desc']], [3, 1, null]],
  ['knows no other direction', 'ARRAY_SORT', [ints(1), ['STRING', 'up']], null],
  ['of NULL is NULL', 'ARRAY_SORT', [noInts], null],
  ['takes both ends', 'SLICE', [ints(1, 2, 3, 4), ['INT', 2], ['INT', 3]], [2, 3]],
  ['is open at NULL', 'SLICE', [ints(1, 2, 3), ['INT', null], ['INT', 2]], [1, 2]],
  ['is NULL out of range', 'SLICE', [ints(1, 2, 3), ['INT', 2], ['INT', 4]], null],
  ['is NULL before the start', 'SLICE', [ints(1, 2, 3), ['INT', 0], ['INT', 2]], null],
  ['of NULL is NULL', 'SLICE', [noInts, ['INT', 1], ['INT', 2]], null],
  [
    'counts up',
    'GENERATE_SERIES',
    [
      ['INT', 0],
      ['INT', 3],
    ],
    [0, 1, 2, 3],
  ],
  [
    'counts down',
    'GENERATE_SERIES',
    [
      ['INT', 1],
      ['INT', -1],
    ],
    [1, 0, -1],
  ],
  [
    'is one element',
    'GENERATE_SERIES',
    [
      ['INT', 1],
      ['INT', 1],
    ],
    [1],
  ],
  [
    'stops before it would pass the end',
    'GENERATE_SERIES',
    [
      ['INT', 0],
      ['INT', 7],
      ['INT', 3],
    ],
    [0, 3, 6],
  ],
  [
    'counts beyond 2^53',
    'GENERATE_SERIES',
    [
      ['BIGINT', 9007199254740991],
      ['BIGINT', 9007199254740992n],
    ],
    [9007199254740991, 9007199254740992n],
  ],
]

test.each(cases)('%2$s %1$s: %#', (_behaviour, name, args, expected) => {
  expect(call(name, ...args)).toEqual(expected)
})

describe('refusals', () => {
  test('ARRAY_JOIN takes no structures', () => {
    expect(() => call('ARRAY_JOIN', ['ARRAY<ARRAY<INT>>', [[1]] as Value])).toThrow('error: hit element of type ARRAY')
  })

  test('SLICE goes forward', () => {
    expect(() => call('SLICE', ints(1, 2, 3), ['INT', 3], ['INT', 1])).toThrow('SLICE cannot go from 3 to 1')
  })

  test('GENERATE_SERIES needs a step that leads to the end', () => {
    expect(() => call('GENERATE_SERIES', ['INT', 0], ['INT', 1], ['INT', 0])).toThrow(
      'GENERATE_SERIES step cannot be zero',
    )
    expect(() => call('GENERATE_SERIES', ['INT', 0], ['INT', 1], ['INT', -1])).toThrow(
      'GENERATE_SERIES step has wrong sign',
    )
    expect(() => call('GENERATE_SERIES', ['INT', 0], ['INT', null])).toThrow('must not be NULL')
    expect(() => call('GENERATE_SERIES', ['INT', 0], ['INT', 2000000000])).toThrow(
      'a value of more than 16777216 bytes',
    )
  })
})

test('an array beside a bare NULL gives its type', () => {
  expect(resultType('ARRAY_CONCAT', ['NULL', null], ints(1))).toBe('ARRAY<INTEGER>')
})
