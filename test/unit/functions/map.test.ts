import { describe, expect, test } from 'vitest'
import type { Value } from '../../../src/types/value.ts'
import { call, resultType, type TypedArgument } from './call.ts'

const map = (entries: [string, number | null][] | null): TypedArgument => [
  'MAP<STRING, INT>',
  entries && new Map<Value, Value>(entries),
]

describe('AS_MAP', () => {
  test('pairs keys with values', () => {
    const result = call('AS_MAP', ['ARRAY<STRING>', ['a', 'b']], ['ARRAY<INT>', [1]])
    expect(result).toEqual(
      new Map([
        ['a', 1],
        ['b', null],
      ]),
    )
    expect(call('AS_MAP', ['ARRAY<STRING>', []], ['ARRAY<INT>', [1]])).toEqual(new Map())
    expect(call('AS_MAP', ['ARRAY<STRING>', null], ['ARRAY<INT>', [1]])).toBeNull()
  })
})

describe('ENTRIES', () => {
  test('can be sorted', () => {
    expect(
      call(
        'ENTRIES',
        map([
          ['b', 1],
          ['a', null],
        ]),
        ['BOOLEAN', true],
      ),
    ).toEqual([
      ['a', null],
      ['b', 1],
    ])
    expect(call('ENTRIES', map(null), ['BOOLEAN', false])).toBeNull()
    expect(resultType('ENTRIES', map(null), ['BOOLEAN', true])).toBe('ARRAY<STRUCT<`K` STRING, `V` INTEGER>>')
  })

  test('refuses values of other types', () => {
    expect(() => call('ENTRIES', ['MAP<STRING, DATE>', null], ['BOOLEAN', true])).toThrow('does not accept parameters')
  })
})

test('MAP_KEYS and MAP_VALUES take a map apart', () => {
  expect(
    call(
      'MAP_KEYS',
      map([
        ['b', 1],
        ['a', null],
      ]),
    ),
  ).toEqual(['b', 'a'])
  expect(
    call(
      'MAP_VALUES',
      map([
        ['b', 1],
        ['a', null],
      ]),
    ),
  ).toEqual([1, null])
  expect(call('MAP_KEYS', map([]))).toEqual([])
  expect(call('MAP_KEYS', map(null))).toBeNull()
  expect(call('MAP_VALUES', map(null))).toBeNull()
})

test('in MAP_UNION the second map wins', () => {
  expect(
    call(
      'MAP_UNION',
      map([
        ['a', 1],
        ['b', 2],
      ]),
      map([['a', 9]]),
    ),
  ).toEqual(
    new Map([
      ['a', 9],
      ['b', 2],
    ]),
  )
  expect(call('MAP_UNION', map(null), map([['a', 9]]))).toEqual(new Map([['a', 9]]))
  expect(call('MAP_UNION', map(null), map(null))).toBeNull()
})
