import { describe, expect, test } from 'vitest'
import { comparator, equality, hashKey, mixedComparator, nullsEqual, nullsFirst } from '../../../src/types/compare.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values)

describe('order', () => {
  test('BIGINT compares numbers with bigints', () => {
    expect(comparator(BIGINT)(9007199254740993n, 1)).toBeGreaterThan(0)
    expect(comparator(BIGINT)(-9007199254740993n, -9007199254740992)).toBeLessThan(0)
  })

  test('BYTES compare as signed bytes, a prefix first', () => {
    expect(comparator(BYTES)(bytes(0x80), bytes(0x7f))).toBeLessThan(0)
    expect(comparator(BYTES)(bytes(1), bytes(1, 0))).toBeLessThan(0)
  })

  test('NaN is the largest double', () => {
    expect(comparator(DOUBLE)(Number.NaN, Number.POSITIVE_INFINITY)).toBeGreaterThan(0)
    expect(comparator(DOUBLE)(Number.NaN, Number.NaN)).toBe(0)
    expect(comparator(DOUBLE)(1, Number.NaN)).toBeLessThan(0)
  })

  test('structures compare element by element, NULL first', () => {
    expect(comparator(array(INTEGER))([1, null], [1, 0])).toBeLessThan(0)
    expect(comparator(map(STRING, INTEGER))(new Map([['a', 2]]), new Map([['a', 1]]))).toBeGreaterThan(0)
    const type = struct([{ name: 'A', type: INTEGER }])
    expect(nullsFirst(comparator(type))(null, [1])).toBeLessThan(0)
  })

  test('numbers of different types compare exactly', () => {
    const half = Decimal.parse('0.5')
    expect(mixedComparator(decimal(2, 1), DOUBLE)!(half, 0.5)).toBe(0)
    expect(mixedComparator(INTEGER, decimal(2, 1))!(1, half)).toBeGreaterThan(0)
    expect(mixedComparator(decimal(2, 1), DOUBLE)!(half, Number.NEGATIVE_INFINITY)).toBeGreaterThan(0)
    expect(mixedComparator(BIGINT, DOUBLE)!(9007199254740993n, 9007199254740992)).toBeGreaterThan(0)
  })

  test('a DATE is its midnight', () => {
    expect(mixedComparator(DATE, TIMESTAMP)!(10, 864_000_000)).toBe(0)
    expect(mixedComparator(TIMESTAMP, DATE)!(864_000_005, 10)).toBeGreaterThan(0)
    expect(mixedComparator(STRING, INTEGER)).toBeNull()
  })
})

describe('equality and hash keys', () => {
  const structure = struct([
    { name: 'A', type: array(STRING) },
    { name: 'B', type: decimal(4, 2) },
  ])
  const cases: [string, typeof structure | typeof DOUBLE | typeof BYTES, Value, Value, boolean][] = [
    [
      'a struct equals its copy',
      structure,
      [['x', null], Decimal.parse('1.0')],
      [['x', null], Decimal.parse('1.00')],
      true,
    ],
    ['a NULL element is not an empty one', structure, [[null], null], [[''], null], false],
    ['parts do not run into each other', structure, [['a', 'b'], null], [['ab'], null], false],
    ['NaN equals NaN', DOUBLE, Number.NaN, Number.NaN, true],
    ['bytes are equal by content', BYTES, bytes(1, 2), bytes(1, 2), true],
    ['bytes differ by length', BYTES, bytes(1), bytes(1, 0), false],
  ]
  test.each(cases)('%s', (_name, type, a, b, equal) => {
    expect(equality(type)(a, b)).toBe(equal)
    expect(Object.is(hashKey(type)(a), hashKey(type)(b))).toBe(equal)
  })

  test('maps are equal whatever their order', () => {
    const type = map(STRING, INTEGER)
    const a = new Map<Value, Value>([
      ['x', 1],
      ['y', null],
    ])
    const b = new Map<Value, Value>([
      ['y', null],
      ['x', 1],
    ])
    expect(equality(type)(a, b)).toBe(true)
    expect(hashKey(type)(a)).toBe(hashKey(type)(b))
    expect(equality(type)(a, new Map([['x', 1]]))).toBe(false)
  })

  test('NULL equals only NULL', () => {
    expect(nullsEqual(equality(INTEGER))(null, null)).toBe(true)
    expect(nullsEqual(equality(INTEGER))(0, null)).toBe(false)
    expect(hashKey(array(INTEGER))(null)).toBeNull()
  })
})
