import { describe, expect, test } from 'vitest'
import { commonType, implicitlyConvertible } from '../../../src/types/convertible.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  STRING,
  struct,
} from '../../../src/types/sql-type.ts'

describe('implicit conversion', () => {
  test.each([
    [INTEGER, BIGINT],
    [INTEGER, DOUBLE],
    [BIGINT, decimal(19, 0)],
    [decimal(4, 2), decimal(6, 3)],
    [decimal(4, 2), DOUBLE],
    [STRING, DATE],
    [STRING, BYTES],
    [array(INTEGER), array(BIGINT)],
    [map(STRING, INTEGER), map(STRING, DOUBLE)],
    [
      struct([{ name: 'A', type: INTEGER }]),
      struct([
        { name: 'A', type: BIGINT },
        { name: 'B', type: STRING },
      ]),
    ],
  ])('%o goes to %o', (from, to) => {
    expect(implicitlyConvertible(from, to)).toBe(true)
  })

  test.each([
    [BIGINT, INTEGER],
    [DOUBLE, decimal(30, 10)],
    [decimal(4, 2), decimal(4, 3)],
    [STRING, INTEGER],
    [INTEGER, STRING],
    [BOOLEAN, INTEGER],
    [struct([{ name: 'A', type: INTEGER }]), struct([{ name: 'B', type: INTEGER }])],
  ])('%o does not go to %o', (from, to) => {
    expect(implicitlyConvertible(from, to)).toBe(false)
  })
})

describe('common type', () => {
  test.each([
    [INTEGER, BIGINT, BIGINT],
    [BIGINT, decimal(4, 2), decimal(21, 2)],
    [decimal(4, 2), decimal(5, 4), decimal(6, 4)],
    [decimal(4, 2), DOUBLE, DOUBLE],
    [array(INTEGER), array(DOUBLE), array(DOUBLE)],
  ])('of %o and %o', (a, b, expected) => {
    expect(commonType(a, b)).toEqual(expected)
    expect(commonType(b, a)).toEqual(expected)
  })

  test('of structs has the fields of both', () => {
    const a = struct([{ name: 'A', type: INTEGER }])
    const b = struct([
      { name: 'B', type: STRING },
      { name: 'A', type: BIGINT },
    ])
    expect(commonType(a, b)).toEqual(
      struct([
        { name: 'A', type: BIGINT },
        { name: 'B', type: STRING },
      ]),
    )
  })

  test('there is none across kinds', () => {
    expect(commonType(BOOLEAN, INTEGER)).toBeNull()
    expect(commonType(array(STRING), array(INTEGER))).toBeNull()
    expect(commonType(STRING, map(STRING, STRING))).toBeNull()
  })
})
