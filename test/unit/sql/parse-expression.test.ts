import { describe, expect, it } from 'vitest'
import { displayExpression } from '../../../src/sql/format.ts'
import { parseExpression, parseType } from '../../../src/sql/parse.ts'
import { withoutLocations } from './without-locations.ts'

const ast = (text: string) => withoutLocations(parseExpression(text))
const display = (text: string) => displayExpression(parseExpression(text))

describe('literals', () => {
  it.each([
    ['2147483647', { kind: 'integerLiteral', value: 2147483647 }],
    ['-2147483648', { kind: 'integerLiteral', value: -2147483648 }],
    ['2147483648', { kind: 'bigintLiteral', text: '2147483648' }],
    ['-9223372036854775808', { kind: 'bigintLiteral', text: '-9223372036854775808' }],
    ['1.50', { kind: 'decimalLiteral', text: '1.50' }],
    ['.5', { kind: 'decimalLiteral', text: '0.5' }],
    ["DECIMAL '-1.0'", { kind: 'decimalLiteral', text: '-1.0' }],
    ['1e2', { kind: 'doubleLiteral', value: 100 }],
    ["'it''s'", { kind: 'stringLiteral', value: "it's" }],
    ['true', { kind: 'booleanLiteral', value: true }],
    ['NULL', { kind: 'nullLiteral' }],
  ])('%s', (text, expected) => {
    expect(ast(text)).toEqual(expected)
  })

  it.each([
    ['9223372036854775808', 'Failed to prepare statement: line 1:2: Invalid numeric literal: 9223372036854775808'],
    ['-9223372036854775809', 'Invalid numeric literal: -9223372036854775809'],
    ['1.7976931348623159E308', 'Number overflows DOUBLE: 1.7976931348623159E308'],
    ["DECIMAL 'x'", 'Invalid numeric literal: x'],
  ])('%s is refused', (text, message) => {
    expect(() => parseExpression(text)).toThrow(message)
  })
})

describe('operators', () => {
  it.each([
    ['a OR b AND NOT c = d', '(A OR (B AND (NOT (C = D))))'],
    ['a + b * c - d', '((A + (B * C)) - D)'],
    ['a - b - c', '((A - B) - C)'],
    ['a || b + c || d', '((A || (B + C)) || D)'],
    ['-a * b', '(-A * B)'],
    ['- -5', '- -5'],
    ['-(5)', '-(5)'],
    ['a - -5', '(A - -5)'],
    ['a != b', '(A <> B)'],
    ['a NOT BETWEEN 1 AND 2 AND b', '((NOT (A BETWEEN 1 AND 2)) AND B)'],
    ['a NOT IN (1, b = c)', '(NOT (A IN (1, (B = C))))'],
    ["a NOT LIKE 'x%' ESCAPE '!'", "(NOT (A LIKE 'x%' ESCAPE '!'))"],
    ['a IS NULL', '(A IS NULL)'],
    ['a IS NOT NULL', '(A IS NOT NULL)'],
    ['a IS NOT DISTINCT FROM b + 1', '(A IS NOT DISTINCT FROM (B + 1))'],
    ["a AT TIME ZONE 'UTC' + b", "((A AT TIME ZONE 'UTC') + B)"],
  ])('%s means %s', (text, expected) => {
    expect(display(text)).toBe(expected)
  })

  it('cannot compare a comparison without parentheses', () => {
    expect(() => parseExpression('a = b = c')).toThrow('line 1:7: Syntax Error')
    expect(display('(a = b) = c')).toBe('((A = B) = C)')
  })
})

describe('names and access', () => {
  it('reads bare names in upper case and quoted ones exactly', () => {
    expect(ast('s.`MixedCase`')).toEqual({ kind: 'columnReference', qualifier: 'S', name: 'MixedCase' })
    expect(ast('"a""b"')).toEqual({ kind: 'columnReference', qualifier: null, name: 'a"b' })
    expect(ast('2nd')).toEqual({ kind: 'columnReference', qualifier: null, name: '2ND' })
  })

  it.each([
    ['a[1][b+1]->c->d', 'A[1][(B + 1)]->C->D'],
    ['-a->b', '-A->B'],
    ['(a + b)->c', '(A + B)->C'],
    ['array[1, 2][1]', 'ARRAY[1, 2][1]'],
    ['array', 'ARRAY'],
    ["map('k' := 1)['k']", "MAP('k':=1)['k']"],
    ['STRUCT(a := 1, b := STRUCT())->a', 'STRUCT(A:=1, B:=STRUCT())->A'],
  ])('%s', (text, expected) => {
    expect(display(text)).toBe(expected)
  })

  it('refuses a struct with two fields of one name', () => {
    expect(() => parseExpression('STRUCT(a := 1, A := 2)')).toThrow('Duplicate field names found in STRUCT')
  })
})

describe('calls', () => {
  it.each([
    ['count(*)', 'COUNT(*)'],
    ['f()', 'F()'],
    ['transform(a, x => x + b)', 'TRANSFORM(A, X => (X + B))'],
    ['reduce(a, 0, (s, x) => s + x)', 'REDUCE(A, 0, (S, X) => (S + X))'],
    ['f((a))', 'F(A)'],
    ['dateadd(DAYS, 1, d)', 'DATEADD(DAYS, 1, D)'],
    ['dateadd(day, 1, d)', 'DATEADD(DAYS, 1, D)'],
    ['ucase(day)', 'UCASE(DAY)'],
  ])('%s', (text, expected) => {
    expect(display(text)).toBe(expected)
  })

  it('marks the parameters of a lambda inside it, and nothing else', () => {
    expect(ast('f(x => x + y, x)')).toEqual({
      kind: 'functionCall',
      name: 'F',
      star: false,
      args: [
        {
          kind: 'lambda',
          parameters: ['X'],
          body: {
            kind: 'arithmeticBinary',
            operator: '+',
            left: { kind: 'lambdaVariable', name: 'X' },
            right: { kind: 'columnReference', qualifier: null, name: 'Y' },
          },
        },
        { kind: 'columnReference', qualifier: null, name: 'X' },
      ],
    })
  })

  it('refuses a nested lambda that takes a parameter again', () => {
    expect(() => parseExpression('f(x => g(x => x))')).toThrow(
      'Reusing lambda arguments in nested lambda is not allowed',
    )
    expect(() => parseExpression('f((x, x) => x)')).toThrow('Lambda arguments have duplicates: X')
  })
})

describe('CASE and CAST', () => {
  it.each([
    ['CASE WHEN a THEN 1 ELSE 2 END', '(CASE WHEN A THEN 1 ELSE 2 END)'],
    ['CASE a WHEN 1 THEN b END', '(CASE A WHEN 1 THEN B END)'],
    ['CAST(a OR b AS VARCHAR(10))', 'CAST((A OR B) AS STRING)'],
  ])('%s', (text, expected) => {
    expect(display(text)).toBe(expected)
  })
})

describe('LIKE', () => {
  it('takes exactly one escape character', () => {
    expect(() => parseExpression("a LIKE 'x' ESCAPE 'xx'")).toThrow('Expected single character escape but got: xx')
  })
})

describe('types', () => {
  it.each([
    ['int', { kind: 'baseType', name: 'INTEGER' }],
    ['VARCHAR(STRING)', { kind: 'baseType', name: 'STRING' }],
    ['DECIMAL(4, 2)', { kind: 'decimalType', precision: 4, scale: 2 }],
    ['INT ARRAY', { kind: 'arrayType', element: { kind: 'baseType', name: 'INTEGER' } }],
    ['STRUCT<>', { kind: 'structType', fields: [] }],
    ['address', { kind: 'customType', name: 'ADDRESS' }],
    [
      'MAP<STRING, ARRAY<STRUCT<a INT, `b` BYTES>>>',
      {
        kind: 'mapType',
        key: { kind: 'baseType', name: 'STRING' },
        value: {
          kind: 'arrayType',
          element: {
            kind: 'structType',
            fields: [
              { name: 'A', type: { kind: 'baseType', name: 'INTEGER' } },
              { name: 'b', type: { kind: 'baseType', name: 'BYTES' } },
            ],
          },
        },
      },
    ],
  ])('%s', (text, expected) => {
    expect(withoutLocations(parseType(text))).toEqual(expected)
  })

  it.each([
    ['STRUCT<a INT, A INT>', "Duplicate field names found in STRUCT: 'A'"],
    ['DECIMAL(0, 0)', 'DECIMAL precision must be >= 1'],
    ['DECIMAL(2, 3)', 'DECIMAL precision must be >= scale'],
  ])('%s is refused', (text, message) => {
    expect(() => parseType(text)).toThrow(message)
  })
})

describe('places', () => {
  it('are those of the first token of each node', () => {
    const { location, ...node } = parseExpression('\n  a.b = c')
    expect(location).toEqual({ line: 2, column: 3 })
    expect(node).toMatchObject({ kind: 'comparison', right: { location: { line: 2, column: 9 } } })
  })
})
