import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyCodec, prefixRange, textCodec } from '../../../src/state/key.ts'
import { fromBigInt } from '../../../src/types/bigint64.ts'
import { Decimal } from '../../../src/types/decimal.ts'
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
  type SqlType,
  STRING,
  struct,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

describe('keys of stores', () => {
  it.each([
    [STRING, 'berlin'],
    [INTEGER, -7],
    [DOUBLE, 1.5],
    [DATE, 19_000],
    [TIMESTAMP, 1_700_000_000_000],
  ] as [SqlType, string | number][])('a single %o column is its own key', (type, value) => {
    const codec = keyCodec([type])
    expect(codec.encode([value])).toBe(value)
    expect(codec.decode(value)).toEqual([value])
  })

  it.each([
    [[BIGINT], [9_007_199_254_740_993n]],
    [[BIGINT], [-(2n ** 63n)]],
    [[BOOLEAN], [true]],
    [[decimal(6, 2)], [new Decimal(-1250n, 2)]],
    [[BYTES], [new Uint8Array([0, 1, 255])]],
    [
      [STRING, INTEGER],
      ['a\u0000\u0005\u0006b', null],
    ],
    [
      [STRING, STRING],
      ['', 'x'],
    ],
    [
      [array(INTEGER), STRING],
      [[1, null, 3], 'x'],
    ],
    [
      [
        struct([
          { name: 'A', type: STRING },
          { name: 'B', type: array(STRING) },
        ]),
        BIGINT,
      ],
      [['p', ['', 'q']], 5],
    ],
    [
      [map(STRING, INTEGER), STRING],
      [new Map([['a', 1]]), 'x'],
    ],
  ] as [SqlType[], Value[]][])('a key of %o comes back as it was', (types, row) => {
    const codec = keyCodec(types)
    expect(codec.decode(codec.encode(row))).toEqual(row)
  })

  it('two texts that share their characters across columns differ', () => {
    const { encode } = keyCodec([STRING, STRING])
    expect(encode(['ab', 'c'])).not.toBe(encode(['a', 'bc']))
  })

  it('maps with the same entries in another order are the same key', () => {
    const { encode } = textCodec([map(STRING, INTEGER)])
    expect(
      encode([
        new Map([
          ['a', 1],
          ['b', 2],
        ]),
      ]),
    ).toBe(
      encode([
        new Map([
          ['b', 2],
          ['a', 1],
        ]),
      ]),
    )
  })

  it('the keys that start with some columns are a range', () => {
    const { encode } = textCodec([STRING, INTEGER])
    const { from, to } = prefixRange(textCodec([STRING]).encode(['ab']))
    const isIn = (key: string) => key >= from && key <= to
    expect(isIn(encode(['ab', null]))).toBe(true)
    expect(isIn(encode(['ab', 2 ** 31 - 1]))).toBe(true)
    expect(isIn(encode(['a', 5]))).toBe(false)
    expect(isIn(encode(['abc', 5]))).toBe(false)
  })
})

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const values: [string, SqlType, fc.Arbitrary<Value>, (a: Value, b: Value) => number][] = [
  [
    'BIGINT',
    BIGINT,
    fc.oneof(fc.integer(), long.map(fromBigInt)),
    (a, b) => compare(BigInt(a as bigint), BigInt(b as bigint)),
  ],
  ['DOUBLE', DOUBLE, fc.double({ noNaN: true }).map((value) => value + 0), (a, b) => compare(a as number, b as number)],
  [
    'STRING',
    STRING,
    fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('\u0000', '\u0005', '\u0006', '\u0007', 'a') })),
    (a, b) => compare(a as string, b as string),
  ],
  [
    'DECIMAL',
    decimal(38, 3),
    fc.bigInt(-(10n ** 20n), 10n ** 20n).map((unscaled) => new Decimal(unscaled, 3)),
    (a, b) => (a as Decimal).compare(b as Decimal),
  ],
  ['BOOLEAN', BOOLEAN, fc.boolean(), (a, b) => compare(Number(a), Number(b))],
]

function compare<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

describe('order and round trip', () => {
  it.each(values)('%s keys order like their values, NULL first', (_name, type, arbitrary, order) => {
    const { encode, decode } = textCodec([type, STRING])
    fc.assert(
      fc.property(arbitrary, arbitrary, fc.string(), (a, b, rest) => {
        expect(decode(encode([a, rest]))).toEqual([a, rest])
        expect(compare(encode([a, rest]), encode([b, rest]))).toBe(order(a, b))
        expect(encode([null, rest]) < encode([a, rest])).toBe(true)
      }),
    )
  })
})
