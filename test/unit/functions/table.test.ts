import { describe, expect, test } from 'vitest'
import { dec, rows } from './call.ts'

describe('EXPLODE', () => {
  test('gives a row per element, NULLs too', () => {
    expect(rows('EXPLODE', ['ARRAY<INT>', [1, null]])).toEqual([1, null])
    expect(rows('EXPLODE', ['ARRAY<DECIMAL(4, 2)>', [dec('1.50')]])).toEqual(['1.50'])
  })

  test('gives no rows for nothing', () => {
    expect(rows('EXPLODE', ['ARRAY<INT>', []])).toEqual([])
    expect(rows('EXPLODE', ['ARRAY<INT>', null])).toEqual([])
  })

  test('refuses maps', () => {
    expect(() => rows('EXPLODE', ['MAP<STRING, INT>', null])).toThrow(
      "Function 'explode' does not accept parameters (MAP<STRING, INTEGER>).\nValid alternatives are:\n" +
        'explode(ARRAY<DECIMAL> input)\nexplode(ARRAY<T> list)',
    )
  })
})

describe('CUBE_EXPLODE', () => {
  test('counts up in binary', () => {
    expect(rows('CUBE_EXPLODE', ['ARRAY<STRING>', ['a', 'b']])).toEqual([
      [null, null],
      [null, 'b'],
      ['a', null],
      ['a', 'b'],
    ])
  })

  test('a NULL column does not double the rows', () => {
    expect(rows('CUBE_EXPLODE', ['ARRAY<STRING>', ['a', null]])).toEqual([
      [null, null],
      ['a', null],
    ])
  })

  test('gives no rows for NULL, and refuses too many columns', () => {
    expect(rows('CUBE_EXPLODE', ['ARRAY<INT>', null])).toEqual([])
    expect(() => rows('CUBE_EXPLODE', ['ARRAY<INT>', Array(21).fill(1)])).toThrow(
      'cube_explode: too many columns (21); max is 20',
    )
  })
})
