import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { StatementError } from '../../../src/errors.ts'
import { compile } from '../../../src/expressions/compile.ts'
import type { Expression } from '../../../src/expressions/expression.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import type { Row, Value } from '../../../src/types/value.ts'
import { context, typed } from './evaluation.ts'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200)
vi.setConfig({ testTimeout: 10_000 + 20 * numRuns })

const COLUMNS = {
  I: 'INT',
  L: 'BIGINT',
  D: 'DOUBLE',
  N: 'DECIMAL(6,2)',
  S: 'STRING',
  B: 'BOOLEAN',
  T: 'TIMESTAMP',
  A: 'ARRAY<INT>',
  M: 'MAP<STRING, BIGINT>',
  R: 'STRUCT<F INT, G STRING>',
}

const orNull = (value: fc.Arbitrary<Value>): fc.Arbitrary<Value> => fc.option(value, { nil: null, freq: 5 })
const int = orNull(fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 })))
const bigint: fc.Arbitrary<Value> = fc
  .oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-5n, 5n))
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value))
const text = orNull(fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('a', '1', '2020-01-01', '%')))

const row: fc.Arbitrary<Row> = fc.tuple(
  int,
  orNull(bigint),
  orNull(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }))),
  orNull(fc.bigInt(-999_999n, 999_999n).map((unscaled) => new Decimal(unscaled, 2))),
  text,
  orNull(fc.boolean()),
  orNull(fc.integer({ min: 0, max: 2 ** 40 })),
  orNull(fc.array(int, { maxLength: 4 })),
  orNull(fc.dictionary(fc.constantFrom('a', 'b'), orNull(bigint)).map((entries) => new Map(Object.entries(entries)))),
  orNull(fc.tuple(int, text)),
)

/** SQL text of expressions; most of them type-check. */
const { number, boolean, string, any } = fc.letrec<Record<'number' | 'boolean' | 'string' | 'any', string>>((tie) => {
  const binary = (operators: readonly string[], of: fc.Arbitrary<string>) =>
    fc.tuple(of, fc.constantFrom(...operators), of).map(([left, operator, right]) => `(${left} ${operator} ${right})`)
  const numbers = tie('number')
  const booleans = tie('boolean')
  const strings = tie('string')
  return {
    number: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      fc.constantFrom('I', 'L', 'D', 'N', 'I', 'L', '0', '2', '-7', '1.5', '2e3', '9223372036854775807', '2147483647'),
      binary(['+', '-', '*', '/', '%'], numbers),
      numbers.map((of) => `-(${of})`),
      fc.tuple(booleans, numbers, numbers).map(([test, a, b]) => `CASE WHEN ${test} THEN ${a} ELSE ${b} END`),
      numbers.map((of) => `CAST(${of} AS BIGINT)`),
      numbers.map((of) => `CAST(${of} AS DECIMAL(8, 3))`),
      numbers.map((index) => `A[CAST(${index} AS INT)]`),
      strings.map((key) => `M[${key}]`),
      strings.map((of) => `LEN(${of})`),
      numbers.map((of) => `REDUCE(A, I, (X, Y) => X + Y % CAST(${of} AS INT))`),
      fc.constant('R->F'),
    ),
    boolean: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      fc.constantFrom('B', 'TRUE', 'FALSE', 'S IS NULL', "T > '2000-01-01'", "S LIKE '%a'"),
      binary(['=', '<>', '<', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM'], numbers),
      binary(['=', '<', '<=', '>', 'IS DISTINCT FROM'], strings),
      binary(['AND', 'OR'], booleans),
      booleans.map((of) => `(NOT ${of})`),
      numbers.map((of) => `(${of} IS NOT NULL)`),
      fc.tuple(numbers, numbers, numbers).map(([of, low, high]) => `(${of} NOT BETWEEN ${low} AND ${high})`),
      fc.tuple(numbers, numbers, numbers).map(([of, a, b]) => `(${of} IN (${a}, 3, ${b}))`),
      strings.map((of) => `(${of} IN ('a', 'b', S))`),
      fc.tuple(strings, strings).map(([of, pattern]) => `(${of} LIKE ${pattern})`),
      numbers.map((of) => `(ARRAY[${of}, 1] = ARRAY[1, ${of}])`),
    ),
    string: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expression' },
      fc.constantFrom('S', "'a'", "''", "'x%'", 'R->G'),
      binary(['+', '||'], strings),
      strings.map((of) => `UCASE(${of})`),
      fc.tuple(strings, numbers).map(([of, start]) => `SUBSTRING(${of}, CAST(${start} AS INT))`),
      numbers.map((of) => `CAST(${of} AS STRING)`),
    ),
    any: fc.oneof(
      numbers,
      booleans,
      strings,
      numbers.map((of) => `STRUCT(X := ${of}, Y := S)`),
      fc.tuple(numbers, numbers).map(([a, b]) => `ARRAY[${a}, ${b}, NULL]`),
      fc.tuple(strings, numbers).map(([key, value]) => `MAP(${key} := ${value}, 'k' := NULL)`),
      numbers.map((of) => `TRANSFORM(A, X => ARRAY[X / I, ${of}])`),
      fc.tuple(strings, numbers, booleans).map((parts) => `(${parts.join(' + ')})`),
    ),
  }
})

function typedOrRefused(sql: string): Expression | null {
  try {
    return typed(sql, COLUMNS)
  } catch (error) {
    expect(error).toBeInstanceOf(StatementError)
    return null
  }
}

/** Which of several errors is raised first may differ. */
type Outcome = { readonly value: Value } | { readonly error: true }

function outcome(run: () => Value): Outcome {
  try {
    return { value: run() }
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
    expect((error as Error).name).toBe('Error')
    return { error: true }
  }
}

describe('random expressions', () => {
  it('give a value or an error, the same by closures and by generated source', () => {
    fc.assert(
      fc.property(
        fc.oneof(number, boolean, string, any),
        fc.array(row, { minLength: 1, maxLength: 4 }),
        (sql, rows) => {
          const expression = typedOrRefused(sql)
          if (expression === null) return
          const closures = compile(expression, { ...context, runs: 'once' })
          const generated = compile(expression, { ...context, runs: 'often' })
          for (const row of rows) expect(outcome(() => generated(row))).toEqual(outcome(() => closures(row)))
        },
      ),
      { numRuns },
    )
  })

  it('survive a round trip of the plan through JSON', () => {
    fc.assert(
      fc.property(any, row, (sql, row) => {
        const expression = typedOrRefused(sql)
        if (expression === null) return
        const stored = JSON.parse(JSON.stringify(expression)) as Expression
        expect(outcome(() => compile(stored, context)(row))).toEqual(outcome(() => compile(expression, context)(row)))
      }),
      { numRuns },
    )
  })
})

describe('integer arithmetic', () => {
  const operators = ['+', '-', '*', '/', '%'] as const
  const exact = (operator: (typeof operators)[number], a: bigint, b: bigint): bigint => {
    switch (operator) {
      case '+':
        return a + b
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
        return a / b
      case '%':
        return a % b
    }
  }
  const evaluators = (type: string, operator: string) => {
    const expression = typed(`A ${operator} B`, { A: type, B: type })
    return (['once', 'often'] as const).map((runs) => compile(expression, { ...context, runs }))
  }

  it.each([
    ['BIGINT', 64, bigint],
    ['INT', 32, fc.integer()],
  ] as const)('of %s wraps around at %i bits', (type, bits, operand) => {
    for (const operator of operators) {
      const both = evaluators(type, operator)
      fc.assert(
        fc.property(operand, operand, (a, b) => {
          if (b === 0) return
          const expected = BigInt.asIntN(bits, exact(operator, BigInt(a as number), BigInt(b as number)))
          for (const evaluate of both) {
            const result = evaluate([a, b])
            expect(BigInt(result as number)).toBe(expected)
            expect(typeof result).toBe(Number.isSafeInteger(Number(expected)) ? 'number' : 'bigint')
            expect(Object.is(result, -0)).toBe(false)
          }
        }),
        { numRuns },
      )
    }
  })
})
