import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../src/types/decimal.ts'
import { decimalArithmetic, decimalResultType } from '../../../src/types/decimal-arithmetic.ts'
import { decimal } from '../../../src/types/sql-type.ts'

describe('result types', () => {
  test.each([
    ['+', decimal(5, 2), decimal(4, 3), decimal(7, 3)],
    ['-', decimal(4, 2), decimal(4, 2), decimal(5, 2)],
    ['*', decimal(4, 2), decimal(4, 2), decimal(9, 4)],
    ['/', decimal(4, 2), decimal(4, 2), decimal(11, 7)],
    ['%', decimal(4, 2), decimal(5, 1), decimal(4, 2)],
  ] as const)('%s of %o and %o', (operator, left, right, expected) => {
    expect(decimalResultType(operator, left, right)).toEqual(expected)
  })
})

describe('values', () => {
  const compute = (operator: '+' | '-' | '*' | '/' | '%', left: string, right: string): string =>
    decimalArithmetic(operator, decimalResultType(operator, decimal(4, 2), decimal(4, 2)))(
      Decimal.parse(left),
      Decimal.parse(right),
    ).toString()

  test('have the scale of the result type', () => {
    expect(compute('+', '10.01', '5.10')).toBe('15.11')
    expect(compute('*', '10.10', '2.00')).toBe('20.2000')
    expect(compute('/', '1.00', '8.00')).toBe('0.1250000')
    expect(compute('%', '-7.00', '2.50')).toBe('-2.00')
  })

  test('a quotient that does not end is rounded half up', () => {
    expect(compute('/', '1.00', '3.00')).toMatch(/^0\.3+$/)
    expect(compute('/', '2.00', '3.00')).toMatch(/^0\.6+7$/)
    expect(compute('/', '-2.00', '3.00')).toMatch(/^-0\.6+7$/)
  })

  test('dividing by zero is an error', () => {
    expect(() => compute('/', '1.00', '0.00')).toThrow('Division by zero')
  })
})
