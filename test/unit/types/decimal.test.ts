import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal, ensureFits, toDecimalType } from '../../../src/types/decimal.ts'

const text = (value: Decimal): string => value.toString()

describe('reading', () => {
  test.each([
    ['1.50', '1.50'],
    ['-.5', '-0.5'],
    ['5.', '5'],
    ['+007', '7'],
    ['1.5E-3', '0.0015'],
    ['1.5e3', '1500'],
    ['-0.00', '0.00'],
    ['9223372036854775808.1', '9223372036854775808.1'],
  ])('%s reads as %s', (source, expected) => {
    expect(text(Decimal.parse(source))).toBe(expected)
  })

  test.each(['', ' 1', '1,5', 'NaN', '.', '1e', '0x1', '1E999999999'])('%j is refused', (source) => {
    expect(() => Decimal.parse(source)).toThrow()
  })

  test('a double becomes its shortest decimal', () => {
    expect(text(Decimal.fromNumber(0.1))).toBe('0.1')
    expect(text(Decimal.fromNumber(1e-7))).toBe('0.0000001')
    expect(text(Decimal.fromNumber(1e21))).toBe('1000000000000000000000')
    expect(() => Decimal.fromNumber(Number.NaN)).toThrow()
  })

  test('text and number of a double agree', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Decimal.fromNumber(value).toNumber()).toBe(value === 0 ? 0 : value)
      }),
    )
  })
})

describe('rounding', () => {
  test.each([
    ['2.5', 'HALF_UP', '3'],
    ['-2.5', 'HALF_UP', '-3'],
    ['2.5', 'HALF_DOWN', '2'],
    ['-2.5', 'HALF_DOWN', '-2'],
    ['2.51', 'HALF_DOWN', '3'],
    ['-2.9', 'DOWN', '-2'],
    ['2.1', 'CEILING', '3'],
    ['-2.9', 'CEILING', '-2'],
    ['2.9', 'FLOOR', '2'],
    ['-2.1', 'FLOOR', '-3'],
    ['2.0', 'UNNECESSARY', '2'],
  ] as const)('%s by %s is %s', (value, rounding, expected) => {
    expect(text(Decimal.parse(value).rescale(0, rounding))).toBe(expected)
  })

  test('UNNECESSARY refuses to lose a digit', () => {
    expect(() => Decimal.parse('2.1').rescale(0, 'UNNECESSARY')).toThrow('Rounding necessary')
  })

  test('a negative scale rounds before the point', () => {
    expect(text(Decimal.parse('1250.5').rescale(-2, 'HALF_UP'))).toBe('1300')
  })
})

describe('arithmetic', () => {
  test('is exact', () => {
    const a = Decimal.parse('10.01')
    expect(text(a.add(Decimal.parse('5.1')))).toBe('15.11')
    expect(text(a.subtract(Decimal.parse('10.010')))).toBe('0.000')
    expect(text(a.multiply(Decimal.parse('-2.0')))).toBe('-20.020')
    expect(text(Decimal.parse('-7').remainder(Decimal.parse('2.5')))).toBe('-2.0')
    expect(text(Decimal.parse('1').divide(Decimal.parse('8'), 3, 'UNNECESSARY'))).toBe('0.125')
    expect(text(Decimal.parse('2').divide(Decimal.parse('3'), 4, 'HALF_UP'))).toBe('0.6667')
  })

  test('division by zero is an error', () => {
    expect(() => Decimal.parse('1').divide(Decimal.parse('0.0'), 2, 'DOWN')).toThrow('Division by zero')
    expect(() => Decimal.parse('1').remainder(Decimal.parse('0'))).toThrow('Division by zero')
  })

  test('numbers compare across scales', () => {
    expect(Decimal.parse('1.0').equals(Decimal.parse('1.00'))).toBe(true)
    expect(Decimal.parse('-1.01').compare(Decimal.parse('-1'))).toBe(-1)
  })

  test('sum less one part is the other part', () => {
    const part = fc.tuple(fc.bigInt(-(10n ** 30n), 10n ** 30n), fc.nat(20)).map(([n, scale]) => new Decimal(n, scale))
    fc.assert(
      fc.property(part, part, (a, b) => {
        expect(a.add(b).subtract(b).equals(a)).toBe(true)
      }),
    )
  })
})

describe('fitting a DECIMAL type', () => {
  test('a value with too many integer digits is an overflow', () => {
    expect(() => ensureFits(Decimal.parse('10'), 2, 1)).toThrow(
      'Numeric field overflow: A field with precision 2 and scale 1 must round to an absolute value less than 10^1. Got 10',
    )
    ensureFits(Decimal.parse('9.99'), 2, 1)
  })

  test('a value is rounded half up, and judged after that', () => {
    expect(text(toDecimalType(Decimal.parse('0.95'), 2, 1))).toBe('1.0')
    expect(() => toDecimalType(Decimal.parse('-9.95'), 2, 1)).toThrow('Got -9.95')
  })
})
