import { describe, expect, test } from 'vitest'
import type { Value } from '../../../src/types/value.ts'
import { call, type TypedArgument } from './call.ts'

const map = (...entries: [string, number | null][]): TypedArgument => [
  'MAP<STRING, INT>',
  new Map<Value, Value>(entries),
]
const noMap: TypedArgument = ['MAP<STRING, INT>', null]
const noArray: TypedArgument = ['ARRAY<INT>', null]

describe('FILTER', () => {
  const above5: TypedArgument = ['LAMBDA BOOLEAN', (x) => ((x as number | null) ?? 0) > 5]
  const valueAbove5: TypedArgument = ['LAMBDA BOOLEAN', (_key, x) => x === null || (x as number) > 5]

  test('keeps elements and entries', () => {
    expect(call('FILTER', ['ARRAY<INT>', [3, 6, null, 10]], above5)).toEqual([6, 10])
    expect(call('FILTER', map(['a', 3], ['b', 6]), valueAbove5)).toEqual(new Map([['b', 6]]))
  })

  test('of NULL is NULL', () => {
    expect(call('FILTER', noArray, above5)).toBeNull()
    expect(call('FILTER', noMap, valueAbove5)).toBeNull()
  })

  test('a condition that is NULL does not hold', () => {
    expect(call('FILTER', ['ARRAY<INT>', [1]], ['LAMBDA BOOLEAN', (_x) => null])).toEqual([])
  })

  test('cannot keep an entry without a value', () => {
    expect(() => call('FILTER', map(['a', null]), valueAbove5)).toThrow('whose value is NULL')
  })
})

describe('REDUCE', () => {
  const add: TypedArgument = ['LAMBDA INT', (s, x) => (s as number) + (x as number)]
  const addValue: TypedArgument = ['LAMBDA INT', (s, _key, x) => (s as number) + (x as number)]

  test('folds arrays and maps', () => {
    expect(call('REDUCE', ['ARRAY<INT>', [1, 2]], ['INT', 5], add)).toBe(8)
    expect(call('REDUCE', map(['a', 3], ['b', 6]), ['INT', 0], addValue)).toBe(9)
  })

  test('goes through a map in the order of Java hash codes', () => {
    const keys: TypedArgument = ['LAMBDA STRING', (s, key, _x) => `${s}${key}`]
    const order = (...names: string[]): unknown => {
      const entries = names.map((name): [string, number] => [name, 1])
      return call('REDUCE', map(...entries), ['STRING', ''], keys)
    }
    // The hash codes are 97, 99, 100 and 104. Two entries have four buckets, four entries have eight.
    expect(order('d', 'a')).toBe('da')
    expect(order('c', 'd', 'a', 'h')).toBe('hacd')
    expect(order('a')).toBe('a')
  })

  test('NULL gives the state, a NULL state gives NULL', () => {
    expect(call('REDUCE', noArray, ['INT', 5], add)).toBe(5)
    expect(call('REDUCE', noMap, ['INT', 5], addValue)).toBe(5)
    expect(call('REDUCE', ['ARRAY<INT>', [1]], ['INT', null], add)).toBeNull()
  })
})

describe('TRANSFORM', () => {
  const double: TypedArgument = ['LAMBDA INT', (x) => (x === null ? null : (x as number) * 2)]
  const upper: TypedArgument = ['LAMBDA STRING', (key, _x) => (key as string).toUpperCase()]
  const same: TypedArgument = ['LAMBDA INT', (_key, x) => x]

  test('maps elements and entries', () => {
    expect(call('TRANSFORM', ['ARRAY<INT>', [1, null]], double)).toEqual([2, null])
    expect(call('TRANSFORM', map(['a', 1]), upper, same)).toEqual(new Map([['A', 1]]))
  })

  test('of NULL is NULL', () => {
    expect(call('TRANSFORM', noArray, double)).toBeNull()
    expect(call('TRANSFORM', noMap, upper, same)).toBeNull()
  })

  test('refuses equal keys and NULL values', () => {
    expect(() => call('TRANSFORM', map(['a', 1], ['A', 2]), upper, same)).toThrow('same map key twice')
    expect(() => call('TRANSFORM', map(['a', null]), upper, same)).toThrow('whose value is NULL')
  })
})
