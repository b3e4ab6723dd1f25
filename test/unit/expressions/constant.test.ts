import { describe, expect, it } from 'vitest'
import { convertConstant, evaluateConstant } from '../../../src/expressions/constant.ts'
import { parseExpression } from '../../../src/sql/parse.ts'
import { context, messageOf, shown, sqlType } from './evaluation.ts'

const constant = (text: string) =>
  evaluateConstant(parseExpression(text), 'insert value', { ...context, resolveType: () => undefined })
const converted = (text: string, type: string) => convertConstant(constant(text), { name: 'X', type: sqlType(type) })
const refusal = (text: string, type: string) => messageOf(() => converted(text, type))

describe('constants of statements', () => {
  it('are evaluated with functions and constructors', () => {
    expect(constant("UCASE('a') || 'b'").value).toBe('Ab')
    expect(constant('ARRAY[1, 1 + 1]').value).toEqual([1, 2])
    expect(constant('NULL')).toEqual({ type: null, value: null })
  })

  it('fail the statement where they fail, and where they read a column', () => {
    expect(messageOf(() => constant('1 / 0'))).toContain('/ by zero')
    expect(messageOf(() => constant('ARRAY[IFNULL(1 / 0, 2)]'))).toContain('/ by zero')
    expect(messageOf(() => constant('FOO + 1'))).toBe('Unsupported column reference in insert value: FOO')
  })

  it('convert implicitly to the type of the column', () => {
    expect(['1', '2147483648'].map((text) => converted(text, 'BIGINT'))).toEqual([1, 2147483648])
    expect(shown(converted('1', 'DECIMAL(4, 2)'))).toBe('1.00')
    expect(shown(converted('0.05', 'DECIMAL(12, 2)'))).toBe('0.05')
    expect(shown(converted('0.50', 'DECIMAL(2, 1)'))).toBe('0.5')
    expect(converted('1.5', 'DOUBLE')).toBe(1.5)
    expect(converted("'1970-01-02'", 'DATE')).toBe(1)
    expect(converted("'AQ=='", 'BYTES')).toEqual(Uint8Array.of(1))
    expect(converted('ARRAY[1]', 'ARRAY<DOUBLE>')).toEqual([1])
    expect(converted("STRUCT(B := 1, C := 'x')", 'STRUCT<A INT, B BIGINT>')).toEqual([null, 1])
    expect(converted('NULL', 'INT')).toBe(null)
  })

  it('are refused where that is not possible', () => {
    expect(refusal("'abc'", 'INT')).toBe('Expected type INTEGER for field X but got STRING(abc)')
    expect(refusal('1.5', 'INT')).toBe('Expected type INTEGER for field X but got DECIMAL(1.5)')
    expect(refusal("'x'", 'TIME')).toBe(
      'Expected type TIME for field X but got STRING(x). Required format is: "HH:mm:ss.SSS"',
    )
    expect(refusal('1.25', 'DECIMAL(2, 1)')).toContain('without rounding')
    expect(refusal('10.5', 'DECIMAL(2, 1)')).toContain('truncate left digits')
    expect(refusal('100', 'DECIMAL(2, 1)')).toContain('Numeric field overflow')
    expect(refusal('TRUE', 'STRING')).toBe('Expected type STRING for field X but got BOOLEAN(true)')
  })
})
