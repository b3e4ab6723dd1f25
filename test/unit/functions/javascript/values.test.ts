import { describe, expect, it, vi } from 'vitest'
import { Decimal } from '../../../../src/types/decimal.ts'
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
  TIME,
  TIMESTAMP,
} from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import { parameters, scalarFunction } from '../../../support/javascript.ts'

// Sandboxes and servers take their time on a machine that has much else to do.
vi.setConfig({ testTimeout: 30_000 })

const POINT = struct([
  { name: 'LAT', type: DOUBLE },
  { name: 'NAME', type: STRING },
])

const VALUES: readonly (readonly [SqlType, readonly Value[]])[] = [
  [BOOLEAN, [true, false]],
  [INTEGER, [0, -1, 2147483647, -2147483648]],
  [BIGINT, [0, -1, 2147483648, -9007199254740991, 9223372036854775807n, -9223372036854775808n]],
  [DOUBLE, [0, -0, 1.5, -2.5e300, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 4294967296]],
  [STRING, ['', 'text', 'é', '😀', 'x'.repeat(40), 'é'.repeat(40), 'a\0b', 'y'.repeat(100_000)]],
  [BYTES, [new Uint8Array(), Uint8Array.of(0, 255, 7), new Uint8Array(50_000).fill(9)]],
  [decimal(38, 2), ['0.00', '-1.50', '999999999999999999999999999999999999.99'].map((text) => Decimal.parse(text))],
  [DATE, [0, -1, 19_849]],
  [TIME, [0, 86_399_999]],
  [TIMESTAMP, [0, -1, 1_715_000_000_123]],
  [array(INTEGER), [[], [1, null, 3], Array.from({ length: 5000 }, (_, i) => i)]],
  [array(array(STRING)), [[['a'], [], null]]],
  [
    map(STRING, BIGINT),
    [
      new Map(),
      new Map<Value, Value>([
        ['a', 1],
        ['b', null],
        ['c', 9223372036854775807n],
      ]),
    ],
  ],
  [
    POINT,
    [
      [1.5, 'a'],
      [null, null],
    ],
  ],
  [array(POINT), [[[1, 'a'], null]]],
]

describe.each(VALUES)('a value of type %o', (type, values) => {
  it('crosses both ways unchanged, and NULL does', () => {
    const identity = scalarFunction({ parameters: parameters(type), returns: type, body: '(a) => a' })
    for (const value of [...values, null]) expect(identity(value)).toEqual(value)
  })
})

const given = (type: SqlType, value: Value, body: string) =>
  scalarFunction({ parameters: parameters(type), returns: STRING, body })(value)

describe('an argument', () => {
  it.each<[SqlType, Value, string, string]>([
    [INTEGER, 1, 'typeof a', 'number'],
    [BIGINT, 1, 'typeof a', 'bigint'],
    [DOUBLE, 1, 'typeof a', 'number'],
    [BYTES, Uint8Array.of(1), 'a.constructor.name', 'Uint8Array'],
    [TIMESTAMP, 0, 'new Date(a).toISOString()', '1970-01-01T00:00:00.000Z'],
    [DATE, 1, 'new Date(a * 86400000).toISOString()', '1970-01-02T00:00:00.000Z'],
    [array(INTEGER), [1, 2], 'Array.isArray(a) + a.join()', 'true1,2'],
    [map(STRING, INTEGER), new Map([['k', 7]]), "String(a.get('k'))", '7'],
    [POINT, [1.5, 'x'], 'JSON.stringify(a)', '{"LAT":1.5,"NAME":"x"}'],
    [decimal(4, 2), Decimal.parse('1.50'), 'a.toString()', '1.50'],
  ])('of type %o is seen as documented', (type, value, body, expected) => {
    expect(given(type, value, body)).toBe(expected)
  })

  it('DECIMAL is text where the function says so', () => {
    const f = scalarFunction({
      parameters: parameters(decimal(4, 2)),
      returns: decimal(5, 2),
      decimals: 'text',
      body: "(a) => typeof a === 'string' ? a + '1' : null",
    })
    expect(String(f(Decimal.parse('1.50')))).toBe('1.50')
  })
})

const result = (type: SqlType, body: string) => scalarFunction({ returns: type, body })()

describe('a result', () => {
  it.each<[SqlType, string, Value]>([
    [INTEGER, '1.0', 1],
    [INTEGER, '7n', 7],
    [BIGINT, '7', 7],
    [BIGINT, '2 ** 40', 2 ** 40],
    [BIGINT, '2n ** 63n - 1n', 9223372036854775807n],
    [DOUBLE, '1', 1],
    [STRING, "'a'.repeat(5000) + 'b'.repeat(5000)", 'a'.repeat(5000) + 'b'.repeat(5000)],
    [TIMESTAMP, 'new Date(7)', 7],
    [DATE, 'new Date(86400000)', 1],
    [array(INTEGER), 'new Int16Array([1, 2])', [1, 2]],
    [map(STRING, INTEGER), '({ a: 1 })', new Map([['a', 1]])],
    [POINT, "({ lat: 1, NAME: 'x', other: 2 })", [1, 'x']],
    [POINT, "[1, 'x']", [1, 'x']],
    [POINT, '({})', [null, null]],
    [INTEGER, 'undefined', null],
  ])('of type %o may be %s', (type, body, expected) => {
    expect(result(type, body)).toEqual(expected)
  })

  it.each([
    ['1.005', '1.01'],
    ['-1.005', '-1.01'],
    ["'2.5'", '2.50'],
    ['7n', '7.00'],
    ["Decimal('0.1').add('0.2')", '0.30'],
    ["Decimal('1').divide(3, 5)", '0.33'],
    ["Decimal('2.345').round(1)", '2.30'],
    ["Decimal(10).multiply('0.015').subtract(1).negate().abs().remainder(3)", '0.85'],
    [
      "Decimal('1.10').equals('1.1') && Decimal(1).isLess(2) && Decimal(3).isGreater('2.9') && Decimal(-3).sign === -1 ? 1 : 0",
      '1.00',
    ],
    [
      "Decimal('12345678901234567890.12').unscaled === 1234567890123456789012n && Decimal('1.50').scale === 2 ? Decimal('1e2') : 0",
      '100.00',
    ],
  ])('DECIMAL(10, 2) may be %s', (body, expected) => {
    expect(String(result(decimal(10, 2), body))).toBe(expected)
  })

  it.each([
    ['5000000000n', '5000000000'],
    ['-9223372036854775808n', '-9223372036854775808'],
    ['12345678901234567890123n', '12345678901234567890123'],
  ])('DECIMAL(30, 0) may be a bigint of any size: %s', (body, expected) => {
    expect(String(result(decimal(30, 0), body))).toBe(expected)
  })

  it.each<[SqlType, string, string]>([
    [INTEGER, "'1'", 'the result is a string, not INTEGER'],
    [INTEGER, '1.5', 'the result is the number 1.5, not INTEGER'],
    [INTEGER, '2 ** 31', 'the result is the number 2147483648, not INTEGER'],
    [INTEGER, 'NaN', 'the result is the number NaN, not INTEGER'],
    [BIGINT, '2n ** 63n', 'the result is a bigint, not BIGINT'],
    [BIGINT, '2 ** 60', 'not BIGINT'],
    [BOOLEAN, '1', 'the result is the number 1, not BOOLEAN'],
    [STRING, '1', 'the result is the number 1, not STRING'],
    [STRING, "Symbol('a')", 'the result is a symbol, not STRING'],
    [STRING, '() => () => 1', 'the result is a function, not STRING'],
    [STRING, 'Promise.resolve()', 'the result is an object, not STRING'],
    [BYTES, '[1]', 'the result is an array, not BYTES'],
    [BYTES, 'new Int8Array(1)', 'the result is a typed array, not BYTES'],
    [TIME, '86400000', 'not TIME'],
    [DATE, 'new Date(1)', 'not DATE'],
    [TIMESTAMP, 'new Date(NaN)', 'not TIMESTAMP'],
    [decimal(4, 2), '100', '100 does not fit DECIMAL(4, 2)'],
    [decimal(4, 2), "'x'", 'the result is a string, not DECIMAL(4, 2)'],
    [decimal(4, 2), 'Infinity', 'not DECIMAL'],
    [array(INTEGER), '({ length: 1 })', 'the result is an object, not ARRAY<INTEGER>'],
    [array(INTEGER), "[1, 'a']", 'an element of the result is a string, not INTEGER'],
    [map(STRING, INTEGER), 'new Map([[1, 1]])', 'a key of the result is the number 1, not STRING'],
    [map(STRING, INTEGER), 'new Map([[null, 1]])', 'a key of the result is null'],
    [POINT, '({ lat: "x" })', 'LAT of the result is a string, not DOUBLE'],
    [POINT, '1', 'the result is the number 1'],
  ])('of type %o may not be %s', (type, body, message) => {
    expect(() => result(type, body)).toThrow(message)
    expect(() => result(type, body)).toThrow('Function F (version 1): ')
  })

  it('of another type leaves nothing behind', () => {
    const f = scalarFunction({ returns: INTEGER, body: "() => ({ a: 'x'.repeat(300000) + Math.PI })" })
    for (let i = 0; i < 400; i++) expect(() => f()).toThrow('the result is an object, not INTEGER')
  })
})
