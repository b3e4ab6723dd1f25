import { describe, expect, test } from 'vitest'
import { castFunction } from '../../../src/types/cast.ts'
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
  TIME,
  TIMESTAMP,
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const cast = (value: Value, from: SqlType, to: SqlType): Value => castFunction(from, to)!(value)
const castDecimal = (value: Value, from: SqlType, to: SqlType): string => String(cast(value, from, to))

describe('numbers', () => {
  test('a number beyond the target type is an error', () => {
    expect(() => cast(2147483648, BIGINT, INTEGER)).toThrow('2147483648 is out of the range of INTEGER')
    expect(() => cast(-2147483649, BIGINT, INTEGER)).toThrow('out of the range of INTEGER')
    expect(() => cast(9223372036854775807n, BIGINT, INTEGER)).toThrow('out of the range of INTEGER')
    expect(() => cast(3e9, DOUBLE, INTEGER)).toThrow('out of the range of INTEGER')
    expect(() => cast(Number.NaN, DOUBLE, INTEGER)).toThrow('out of the range of INTEGER')
    expect(() => cast(1e30, DOUBLE, BIGINT)).toThrow('out of the range of BIGINT')
    expect(() => cast(Number.POSITIVE_INFINITY, DOUBLE, BIGINT)).toThrow('out of the range of BIGINT')
    expect(() => cast(Decimal.parse('3000000000.5'), decimal(11, 1), INTEGER)).toThrow('out of the range of INTEGER')
    expect(() => cast(Decimal.parse('9223372036854775808'), decimal(19, 0), BIGINT)).toThrow('of BIGINT')
  })

  test('the largest and the smallest integers are taken', () => {
    expect(cast(2147483647, BIGINT, INTEGER)).toBe(2147483647)
    expect(cast(-2147483648.5, DOUBLE, INTEGER)).toBe(-2147483648)
    expect(cast(-(2 ** 63), DOUBLE, BIGINT)).toBe(-9223372036854775808n)
    expect(cast(-0.5, DOUBLE, BIGINT)).toBe(0)
  })

  test('DOUBLE to integers is cut', () => {
    expect(cast(-1.9, DOUBLE, INTEGER)).toBe(-1)
    expect(cast(1.9, DOUBLE, BIGINT)).toBe(1)
  })

  test('DECIMAL to integers is cut', () => {
    expect(cast(Decimal.parse('-1.9'), decimal(2, 1), INTEGER)).toBe(-1)
    expect(cast(Decimal.parse('9007199254740993.5'), decimal(20, 1), BIGINT)).toBe(9007199254740993n)
  })

  test.each([
    [1.15, 20, 1, '1.1'],
    [-1.15, 20, 1, '-1.1'],
    [1.15, 3, 1, '1.2'],
    [123456789.123, 38, 10, '123456789.1229999959'],
    [0.49999999999999994, 5, 0, '1'],
    [0.1, 38, 30, '0.100000000000000005551115123126'],
    [2.5, 3, 0, '3'],
    [-0, 5, 2, '0.00'],
    [1e-300, 38, 1, '0.0'],
    [5e-324, 38, 38, `0.${'0'.repeat(38)}`],
    [9007199254740994, 20, 2, '9007199254740994.00'],
    [1.5e20, 25, 2, '150000000000000000000.00'],
  ])(
    'DOUBLE %d as DECIMAL(%d, %d) is %s: exact, rounded to the precision and then to the scale',
    (value, p, s, text) => {
      expect(castDecimal(value, DOUBLE, decimal(p, s))).toBe(text)
    },
  )

  test('DOUBLE without a value, or too large, is no DECIMAL', () => {
    expect(() => cast(Number.NaN, DOUBLE, decimal(5, 1))).toThrow('NaN has no decimal value')
    expect(() => cast(Number.NEGATIVE_INFINITY, DOUBLE, decimal(5, 1))).toThrow('-Infinity has no decimal value')
    expect(() => cast(1e300, DOUBLE, decimal(38, 1))).toThrow('Numeric field overflow')
    expect(() => cast(99.999, DOUBLE, decimal(4, 2))).toThrow('Numeric field overflow')
  })

  test('text is trimmed as in Java: up to U+0020, and no other white space', () => {
    expect(cast('\u0001 12\t\n', STRING, INTEGER)).toBe(12)
    expect(castDecimal(' 1.5 ', STRING, decimal(2, 1))).toBe('1.5')
    expect(cast('\u00001.5', STRING, DOUBLE)).toBe(1.5)
    expect(cast(' yes ', STRING, BOOLEAN)).toBe(true)
    for (const space of ['\u00a0', '\u2003', '\u2007']) {
      for (const type of [INTEGER, BIGINT, DOUBLE, decimal(3, 0), DATE, TIME, TIMESTAMP]) {
        expect(() => cast(`${space}12`, STRING, type)).toThrow()
      }
      expect(cast(`${space}true`, STRING, BOOLEAN)).toBe(false)
    }
  })

  test('digits of all scripts count in whole numbers and DECIMAL, but not in DOUBLE', () => {
    expect(cast('١٢', STRING, INTEGER)).toBe(12)
    expect(cast('-１２', STRING, BIGINT)).toBe(-12)
    expect(cast('٩٢٢٣٣٧٢٠٣٦٨٥٤٧٧٥٨٠٧', STRING, BIGINT)).toBe(9223372036854775807n)
    expect(castDecimal('١.٢E١', STRING, decimal(4, 1))).toBe('12.0')
    expect(cast('1२', STRING, INTEGER)).toBe(12)
    expect(() => cast('١٢', STRING, DOUBLE)).toThrow('For input string')
    expect(() => cast('²', STRING, INTEGER)).toThrow('For input string: "²"')
    // Beyond the basic plane Java sees two halves of a character.
    expect(() => cast('𝟏', STRING, INTEGER)).toThrow('For input string')
    expect(() => cast('٣٠٠٠٠٠٠٠٠٠', STRING, INTEGER)).toThrow('For input string: "٣٠٠٠٠٠٠٠٠٠"')
  })

  test('DECIMAL is rounded half up, or overflows', () => {
    expect(castDecimal(0.99, DOUBLE, decimal(2, 1))).toBe('1.0')
    expect(castDecimal(-1, INTEGER, decimal(2, 1))).toBe('-1.0')
    expect(() => cast(10, INTEGER, decimal(2, 1))).toThrow('Numeric field overflow')
  })
})

describe('to STRING', () => {
  test.each([
    [true, BOOLEAN, 'true'],
    [9007199254740993n, BIGINT, '9007199254740993'],
    [1e10, DOUBLE, '1.0E10'],
    [10, DATE, '1970-01-11'],
    [5000, TIME, '00:00:05'],
    [10, TIMESTAMP, '1970-01-01T00:00:00.010'],
    [[1, null], array(INTEGER), '[1, null]'],
    [new Map([['this', 1]]), map(STRING, INTEGER), '{this=1}'],
  ] as const)('%o', (value, type, expected) => {
    expect(cast(value as Value, type, STRING)).toBe(expected)
  })

  test('a struct leaves its NULL fields out', () => {
    const type = struct(['F0', 'f1', 'F2'].map((name) => ({ name, type: INTEGER })))
    expect(cast([1, 3, null], type, STRING)).toBe('Struct{F0=1,f1=3}')
  })

  test('BYTES have no text', () => {
    expect(castFunction(BYTES, STRING)).toBeNull()
  })
})

describe('from STRING', () => {
  test.each([
    [' 12 ', INTEGER, 12],
    ['-9223372036854775808', BIGINT, -9223372036854775808n],
    ['1.5e2', DOUBLE, 150],
    ['Y', BOOLEAN, true],
    ['TRU', BOOLEAN, true],
    ['', BOOLEAN, false],
    ['truely', BOOLEAN, false],
    ['1970-01-10', DATE, 9],
    ['00:01', TIME, 60000],
    ['1970-01-01T00:00:01', TIMESTAMP, 1000],
  ] as const)('%j', (text, type, expected) => {
    expect(cast(text, STRING, type)).toBe(expected)
  })

  test.each([
    ['1.0', INTEGER],
    ['2147483648', INTEGER],
    ['9223372036854775808', BIGINT],
    ['NaN', DOUBLE],
    ['foo', DATE],
    ['x', decimal(4, 2)],
    ['a', BYTES],
  ] as const)('%j is refused', (text, type) => {
    expect(() => cast(text, STRING, type)).toThrow()
  })

  test('BYTES are read from base64', () => {
    expect(cast('YQ==', STRING, BYTES)).toEqual(new Uint8Array([97]))
  })
})

describe('times', () => {
  test('TIMESTAMP has a date and a time of day', () => {
    expect(cast(-2000, TIMESTAMP, DATE)).toBe(-1)
    expect(cast(-2000, TIMESTAMP, TIME)).toBe(86_398_000)
    expect(cast(-1, DATE, TIMESTAMP)).toBe(-86_400_000)
  })
})

describe('structures', () => {
  test('are cast element by element', () => {
    expect(cast([1, null, 2147483648], array(BIGINT), array(INTEGER))).toEqual([1, null, -2147483648])
    expect(cast(new Map([['k', '10']]), map(STRING, STRING), map(STRING, INTEGER))).toEqual(new Map([['k', 10]]))
  })

  test('structs are cast by field name', () => {
    const from = struct([
      { name: 'A', type: INTEGER },
      { name: 'B', type: INTEGER },
    ])
    const to = struct([
      { name: 'B', type: STRING },
      { name: 'C', type: STRING },
    ])
    expect(cast([1, 2], from, to)).toEqual(['2', null])
  })

  test('a structure without a cast for its elements has none', () => {
    expect(castFunction(STRING, array(INTEGER))).toBeNull()
    expect(castFunction(array(BOOLEAN), array(INTEGER))).toBeNull()
    expect(castFunction(map(STRING, BOOLEAN), map(STRING, INTEGER))).toBeNull()
  })
})

describe('NULL', () => {
  test('stays NULL', () => {
    expect(cast(null, INTEGER, STRING)).toBeNull()
    expect(cast([null], array(INTEGER), array(STRING))).toEqual([null])
  })

  test('becomes a text if that is asked for', () => {
    expect(castFunction(INTEGER, STRING, { nullsAsText: true })!(null)).toBe('null')
  })
})
