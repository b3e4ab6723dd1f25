/** What an expression may cost: the size of what it makes, and its time, on a clock that advances whenever it is read. */
import { describe, expect, test } from 'vitest'
import { StatementError } from '../../../src/errors.ts'
import { areBounded } from '../../../src/expressions/bounds.ts'
import { compile, compileTogether } from '../../../src/expressions/compile.ts'
import { evaluateConstant } from '../../../src/expressions/constant.ts'
import { Budget, BudgetError, sizeOf } from '../../../src/functions/budget.ts'
import { parseExpression } from '../../../src/sql/parse.ts'
import type { Value } from '../../../src/types/value.ts'
import { type Columns, context, functions, sqlType, typed } from './evaluation.ts'

const LIMITS = { timeoutMs: 500, maxBytes: 1_000_000 }

/** A budget whose clock advances by `stepMs` with each look. */
function steppingBudget(stepMs: number): Budget {
  let now = 0
  return new Budget({
    ...LIMITS,
    elapsed: () => {
      now += stepMs
      return now
    },
  })
}

interface Outcome {
  readonly value?: Value
  readonly error?: unknown
  readonly reports: readonly string[]
}

function run(
  text: string,
  { runs, stepMs }: { runs: 'once' | 'often'; stepMs: number },
  columns: Columns = {},
): Outcome {
  const reports: string[] = []
  const functionContext = { ...context.functionContext, budget: steppingBudget(stepMs) }
  const evaluate = compile(typed(text, columns), {
    ...context,
    functionContext,
    runs,
    reportError: (message) => reports.push(message),
  })
  try {
    return { value: evaluate([]), reports }
  } catch (error) {
    return { error, reports }
  }
}

const SERIES = 'GENERATE_SERIES(1, 1000)'
const LONG = "LPAD('b', 900000, 'a')"

const nested = (depth: number): string =>
  depth === 0 ? 'ARRAY[1]' : `TRANSFORM(${nested(depth - 1)}, x${depth} => ARRAY[x${depth}, x${depth}])`

const TOO_LARGE = [
  `REDUCE(${SERIES}, 'x', (s, e) => s + s)`,
  `REDUCE(${SERIES}, 'x', (s, e) => CONCAT(s, s))`,
  `REDUCE(${SERIES}, 'x', (s, e) => CONCAT_WS(s, s, s))`,
  `REDUCE(${SERIES}, 'x', (s, e) => ARRAY_JOIN(ARRAY[s, s], s))`,
  `REDUCE(${SERIES}, 'x', (s, e) => CAST(ARRAY[s, s] AS STRING))`,
  `REDUCE(${SERIES}, 'x', (s, e) => TO_JSON_STRING(ARRAY[s, s]))`,
  `REDUCE(${SERIES}, 'x', (s, e) => REPLACE(s, 'x', 'xxx'))`,
  `REDUCE(${SERIES}, 'x', (s, e) => REGEXP_REPLACE(s, 'x', 'xxx'))`,
  `REDUCE(${SERIES}, 'x', (s, e) => LPAD(s, LEN(s) * 2, s))`,
  `REDUCE(${SERIES}, 'é', (s, e) => ENCODE(s, 'utf8', 'hex'))`,
  `REDUCE(${SERIES}, ARRAY[1], (s, e) => ARRAY_CONCAT(s, s))`,
  `REDUCE(${SERIES}, TO_BYTES('x', 'utf8'), (s, e) => CONCAT(s, s))`,
  `TRANSFORM(${SERIES}, a => ${SERIES})`,
  'GENERATE_SERIES(1, 1000000000)',
  "LPAD('x', 1000000000, 'y')",
  "RPAD('x', 1000000000, 'y')",
  "REPLACE(LPAD('x', 1000, 'x'), '', LPAD('y', 10000, 'y'))",
  `ARRAY[${LONG}, ${LONG}]`,
  `CONCAT(${Array(70).fill(LONG).join(', ')})`,
  `MAP('a' := ${LONG}, 'b' := ${LONG})`,
  nested(28),
]

const TOO_SLOW = [
  `TRANSFORM(${SERIES}, a => REDUCE(TRANSFORM(${SERIES}, b => b), 0, (s, e) => s + e))`,
  `FILTER(${SERIES}, a => ${LONG} = ${LONG})`,
  `FILTER(${SERIES}, a => ${LONG} LIKE '%b%_b')`,
  `FILTER(${SERIES}, a => ${LONG} IN (${LONG}, 'x'))`,
  `FILTER(${SERIES}, a => ${LONG} BETWEEN 'x' AND 'y')`,
  `FILTER(${SERIES}, a => ARRAY_MAX(GENERATE_SERIES(1, 100000)) = 1)`,
  `FILTER(${SERIES}, a => LEN(LCASE(${LONG})) = 1)`,
  `REGEXP_EXTRACT_ALL('.*.*.*=.*|a', LPAD('b', 500, 'a'))`,
]

for (const runs of ['once', 'often'] as const) {
  describe(`evaluated ${runs}`, () => {
    test.each(TOO_LARGE)('%s makes too much', (text) => {
      const { error } = run(text, { runs, stepMs: 0 })
      expect(error).toBeInstanceOf(BudgetError)
      expect((error as Error).message).toMatch(/millrace\.expression\.max\.bytes is the limit/)
    })

    test.each(TOO_SLOW)('%s takes too long', (text) => {
      const { error } = run(text, { runs, stepMs: 100 })
      expect(error).toBeInstanceOf(BudgetError)
      expect((error as Error).message).toBe(
        'The expression takes longer than 500 ms. The setting millrace.expression.timeout.ms is the limit.',
      )
    })

    test('what stays within the bounds has its value', () => {
      expect(run('REDUCE(GENERATE_SERIES(1, 4), 1, (s, e) => s * e)', { runs, stepMs: 1 }).value).toBe(24)
      expect(run("REDUCE(ARRAY['a', 'b'], '', (s, e) => s + e)", { runs, stepMs: 1 }).value).toBe('ab')
    })

    test('exceeded bounds end the expression, also in a part whose errors make only that part NULL', () => {
      const { error } = run("ARRAY[LPAD('x', 1000000000, 'y'), 'z']", { runs, stepMs: 0 })
      expect(error).toBeInstanceOf(BudgetError)
    })

    test('a lambda that fails for each element is reported a few times', () => {
      const { value, reports } = run(`TRANSFORM(${SERIES}, a => COALESCE(a / 0, 1))`, { runs, stepMs: 0 })
      expect(value).toEqual(Array(1000).fill(1))
      expect(reports.length).toBe(20)
    })
  })
}

test('expressions that cost no more than reading the record are not counted', () => {
  const columns = { A: 'STRING', B: 'INT', L: 'ARRAY<INT>' }
  for (const text of ["UCASE(a) + 'x'", 'b * 2 + LEN(a)', "a LIKE 'x%'", 'l[1]', 'ARRAY[a, a]', 'CAST(b AS STRING)']) {
    expect(areBounded([typed(text, columns)], functions)).toBe(false)
  }
  for (const text of ["LPAD(a, b, 'x')", 'a LIKE a', 'FILTER(l, x => x > 1)', Array(65).fill('a').join(' + ')]) {
    expect(areBounded([typed(text, columns)], functions)).toBe(true)
  }
})

test('an evaluation that begins another one bounds both', () => {
  const budget = steppingBudget(100)
  expect(budget.begin()).toBe(true)
  expect(budget.begin()).toBe(false)
  const work = () => {
    for (let i = 0; i < 10; i++) budget.spend(1_000_000)
  }
  expect(work).toThrow(BudgetError)
  // Whatever is tried afterwards fails at once.
  expect(() => budget.spend(1)).toThrow(BudgetError)
  budget.end()
  expect(budget.begin()).toBe(true)
  budget.spend(1)
})

test('the keeper of the time hears of evaluations that looked at the clock, and may shorten them', () => {
  const told: unknown[] = []
  const budget = steppingBudget(100)
  budget.timeKeeper = { limitMs: (timeoutMs) => timeoutMs - 200, spent: (...evaluation) => told.push(evaluation) }
  budget.begin()
  budget.spend(1)
  budget.end()
  expect(told).toEqual([])
  budget.begin()
  budget.spend(1_000_000)
  budget.spend(1_000_000)
  budget.end()
  expect(told).toEqual([[200, { isOver: false, timeoutMs: 500 }]])
  budget.begin()
  expect(() => budget.spend(10_000_000)).not.toThrow()
  for (let i = 0; i < 2; i++) budget.checkTime()
  expect(() => budget.checkTime()).toThrow(BudgetError)
  budget.end()
  expect(told.at(-1)).toEqual([400, { isOver: true, timeoutMs: 500 }])
})

test.each([
  ['STRING', 'abc', 3],
  ['STRING', null, 0],
  ['INT', 7, 0],
  ['ARRAY<INT>', [1, 2], 16],
  ['ARRAY<STRING>', ['ab', null], 18],
  ['MAP<STRING, STRING>', new Map([['ab', 'c']]), 19],
  ['STRUCT<A STRING, B INT>', ['ab', 1], 18],
] as const)('the size of a %s %j is %i', (type, value, bytes) => {
  expect(sizeOf(sqlType(type), 1000)(value as Value)).toBe(bytes)
})

test('counting the size of a value stops above the limit', () => {
  const shared = Array(1000).fill('x'.repeat(100))
  const size = sizeOf(sqlType('ARRAY<ARRAY<STRING>>'), 1000)(Array(1_000_000).fill(shared))
  expect(size).toBeGreaterThan(1000)
})

test('the results of expressions on one row are bounded together', () => {
  const budget = steppingBudget(0)
  const long = typed(LONG)
  const { evaluators, within } = compileTogether([long, typed('1'), long], {
    ...context,
    functionContext: { ...context.functionContext, budget },
  })
  const [first, second, third] = evaluators
  const results = within((row) => [() => first!(row), () => second!(row), () => third!(row)].map(outcome))([])
  expect(results).toEqual(['a value', 'a value', 'BudgetError'])
})

function outcome(evaluate: () => Value): string {
  try {
    evaluate()
    return 'a value'
  } catch (error) {
    return (error as Error).name
  }
}

test.each(["LPAD('x', 1000000000, 'y')", 'GENERATE_SERIES(1, 1000000000)', `REDUCE(${SERIES}, 'x', (s, e) => s + s)`])(
  'the constant %s fails its statement',
  (text) => {
    const budget = steppingBudget(0)
    const functionContext = { ...context.functionContext, budget }
    const evaluation = () =>
      evaluateConstant(parseExpression(text), 'insert value', {
        ...context,
        functionContext,
        resolveType: () => undefined,
      })
    expect(evaluation).toThrow(StatementError)
    expect(evaluation).toThrow('a value of more than 1000000 bytes')
  },
)
