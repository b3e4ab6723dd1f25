import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HANDLERS } from '../../../src/engine/statements/index.ts'
import type { Statement } from '../../../src/sql/ast/statement.ts'
import { displayExpression, formatExpression, formatTypeNode } from '../../../src/sql/format.ts'
import { formatName } from '../../../src/sql/format-names.ts'
import { formatStatement } from '../../../src/sql/format-statement.ts'
import { parseExpression, parseStatements, parseType } from '../../../src/sql/parse.ts'
import * as arbitrary from './arbitrary-ast.ts'
import { withoutLocations } from './without-locations.ts'

/** The nightly run sets it to many. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)

describe('what is formatted parses back to the same tree', () => {
  it('types', () => {
    fc.assert(
      fc.property(arbitrary.type, (type) => {
        expect(withoutLocations(parseType(formatTypeNode(type)))).toEqual(type)
      }),
    )
  })

  it('expressions', () => {
    fc.assert(
      fc.property(arbitrary.expression, (expression) => {
        expect(withoutLocations(parseExpression(formatExpression(expression)))).toEqual(expression)
      }),
      { numRuns },
    )
  })

  it('statements of every kind', () => {
    const samples = arbitrary.statements.flatMap((some) => fc.sample(some, { numRuns: 60, seed: 1 }))
    const kinds = new Set(samples.map(({ kind }) => kind))
    expect([...kinds].toSorted()).toEqual(Object.keys(HANDLERS).toSorted())
    fc.assert(
      fc.property(arbitrary.statement, (statement) => {
        const again = parseStatements(`${formatStatement(statement)};`, { testStatements: true })
        expect(again.map((one) => withoutLocations<Statement>(one))).toEqual([statement])
      }),
      { numRuns },
    )
  })
})

describe('names in SQL', () => {
  it.each([
    ['ABC', 'ABC'],
    ['KEY', 'KEY'],
    ['abc', '`abc`'],
    ['SIZE', '`SIZE`'],
    ['2ND', '`2ND`'],
    ['a`b', '`a``b`'],
  ])('%s is written %s', (name, text) => {
    expect(formatName(name)).toBe(text)
  })
})

describe('numbers in SQL', () => {
  it.each(['1', '-1', '9223372036854775807', '1.50', '1E2', '1.5E-10', '-0.5'])(
    '%s keeps its kind and digits',
    (text) => {
      expect(formatExpression(parseExpression(text)).replace('E+', 'E')).toBe(text)
    },
  )
})

describe('expressions in messages', () => {
  it.each([
    ['T.ID = 100', '(T.ID = 100)'],
    ['L.A = R.A AND L.A = R.A', '((L.A = R.A) AND (L.A = R.A))'],
    ['true + 1.5', '(true + 1.5)'],
    ["MAP(1 := 'cat') + null", "(MAP(1:='cat') + null)"],
    ['STRUCT(f0 := val1)', 'STRUCT(F0:=VAL1)'],
    ['SUBSTRING(region, 7, 3)', 'SUBSTRING(REGION, 7, 3)'],
    ['CAST(a AS STRUCT<f INT>)', 'CAST(A AS STRUCT<`F` INTEGER>)'],
    ['`lower` + 1', '(lower + 1)'],
  ])('%s is shown as %s', (text, shown) => {
    expect(displayExpression(parseExpression(text))).toBe(shown)
  })
})
