/**
 * Calls a second of functions in JavaScript, on one core: scalar, table and aggregate functions as queries call them, beside the same expression
 * in SQL and beside a loop that never leaves QuickJS: `npm run bench -- functions [part of a name]`.
 */
import { typecheck } from '../src/expressions/typecheck.ts'
import { untimedBudget } from '../src/functions/budget.ts'
import type { AggregateRuntime, FunctionContext, FunctionDeclaration } from '../src/functions/declaration.ts'
import type { FunctionDefinition } from '../src/functions/definition.ts'
import { BUILT_IN_FUNCTIONS } from '../src/functions/index.ts'
import { JavaScriptHost } from '../src/functions/javascript/host.ts'
import { definitionHash } from '../src/functions/javascript/signature.ts'
import { Vm } from '../src/functions/javascript/vm.ts'
import { createRegistry } from '../src/functions/registry.ts'
import { newUsage } from '../src/functions/usage.ts'
import { compileRow } from '../src/operators/evaluate.ts'
import { parseExpression } from '../src/sql/parse.ts'
import { Decimal } from '../src/types/decimal.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
} from '../src/types/sql-type.ts'
import type { Row, Value } from '../src/types/value.ts'

const ROUNDS = 15
const ROUND_MS = 30

/** Time of the processor that this thread has used, ms: other work on the machine does not count. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}

/** Calls `work`, which makes so many calls, for a while; millions of calls a second of one core, of the best round. */
function best(work: () => number): number {
  let most = 0
  for (let round = 0; round < ROUNDS; round++) {
    let calls = 0
    let ms = 0
    const startedAt = cpuMs()
    while (ms < ROUND_MS) {
      calls += work()
      ms = cpuMs() - startedAt
    }
    most = Math.max(most, calls / ms / 1000)
  }
  return most
}

const host = new JavaScriptHost({
  now: () => 0,
  random: () => 0,
  elapsed: () => performance.now(),
  config: () => undefined,
})
const functionContext: FunctionContext = {
  now: () => 0,
  random: () => 0,
  config: () => undefined,
  budget: untimedBudget(),
}
const caller = { log: () => {}, usage: newUsage }

const parameter = (type: SqlType, i: number) => ({ name: 'ab'[i]!, type, isVariadic: false })

function definition(given: Partial<FunctionDefinition> & Pick<FunctionDefinition, 'body'>): FunctionDefinition {
  const unhashed = {
    name: 'F',
    kind: 'SCALAR',
    parameters: [],
    returns: DOUBLE,
    columns: [],
    isDeterministic: true,
    isStrict: false,
    decimals: 'object',
    state: [],
    hasRemove: false,
    hasMerge: false,
    version: 1,
    author: '',
    description: '',
    statement: '',
    ...given,
  } as const
  return { ...unhashed, hash: definitionHash(unhashed) }
}

function declared(given: FunctionDefinition): FunctionDeclaration {
  const [declaration] = host.declare([given], caller)
  return declaration!
}

// ---- (a, b) => a * 2 + b -----------------------------------------------------------------------------------------------------------

const ROWS: readonly Row[] = Array.from({ length: 1000 }, (_, i) => [i, (i * 7) % 1000])
const COLUMNS = ['A', 'B']

/** Calls a second of an expression of the INT columns A and B, compiled as queries have it. */
function ofExpression(text: string, type: SqlType): number {
  const functions = createRegistry(BUILT_IN_FUNCTIONS, host).withUsers(
    [definition({ parameters: [parameter(type, 0), parameter(type, 1)], returns: type, body: '(a, b) => a * 2 + b' })],
    caller,
  )
  const expression = typecheck(parseExpression(text), {
    functions,
    lambdasEnabled: true,
    resolveType: () => undefined,
    hasColumn: (name) => COLUMNS.includes(name),
    resolveColumn: ({ name }) => ({ index: COLUMNS.indexOf(name), name, type }),
  })
  const evaluate = compileRow([{ name: 'X', type, text, expression }], {
    functions,
    functionContext,
    config: () => undefined,
    reportError: (message) => {
      throw new Error(message)
    },
  })
  return best(() => {
    for (const row of ROWS) evaluate(row)
    return ROWS.length
  })
}

/** Steps of a bare loop: a call of it is long compared with the way into QuickJS. */
const BARE_STEPS = 10_000

/** Steps a second of a loop that never leaves QuickJS: `step` runs once for each `i`, over what `setup` declares. */
function bareLoop(setup: string, step: string, perStep = 1): number {
  const vm = new Vm({
    limits: { timeoutMs: 60_000, memoryBytes: 2 ** 26, stackBytes: 2 ** 18 },
    host: { elapsed: () => performance.now(), now: () => 0, random: () => 0, log: () => {} },
    isDeterministic: true,
  })
  const loop = vm.run(() =>
    vm.evaluate(`(() => { ${setup}; for (let i = 0; i < ${BARE_STEPS}; i++) { ${step} } })`, 'bare.js'),
  )
  const at = vm.memory.enter(1)
  return best(() => {
    vm.run(() => vm.call(loop, 0, at, at))
    return BARE_STEPS * perStep
  })
}

// ---- Types, tables, aggregates -----------------------------------------------------------------------------------------------------

const POINT = struct([
  { name: 'X', type: DOUBLE },
  { name: 'Y', type: DOUBLE },
])

interface ScalarCase {
  readonly name: string
  readonly type: SqlType
  readonly returns: SqlType
  readonly body: string
  readonly value: Value
}

const SCALARS: readonly ScalarCase[] = [
  { name: 'BIGINT beyond 32 bits', type: BIGINT, returns: BIGINT, body: '(a) => a + 1n', value: 1_700_000_000_000 },
  {
    name: 'STRING, 18 characters',
    type: STRING,
    returns: STRING,
    body: '(a) => a.slice(1)',
    value: 'user-agent/1.0 abc',
  },
  {
    name: 'STRING, 900 characters',
    type: STRING,
    returns: INTEGER,
    body: '(a) => a.length',
    value: 'user-agent/1.0 abc'.repeat(50),
  },
  {
    name: 'ARRAY of 10 in',
    type: array(INTEGER),
    returns: INTEGER,
    body: '(a) => a.length',
    value: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  },
  { name: 'ARRAY of 3 out', type: INTEGER, returns: array(INTEGER), body: '(a) => [a, a, a]', value: 7 },
  { name: 'STRUCT of 2 in', type: POINT, returns: DOUBLE, body: '(a) => a.X', value: [1.5, 2.5] },
  { name: 'STRUCT of 2 out', type: DOUBLE, returns: POINT, body: '(a) => ({ x: a, y: a })', value: 1.5 },
  {
    name: 'MAP of 3 in',
    type: map(STRING, INTEGER),
    returns: INTEGER,
    body: '(a) => a.size',
    value: new Map([
      ['a', 1],
      ['b', 2],
      ['c', 3],
    ]),
  },
  {
    name: 'DECIMAL',
    type: decimal(10, 2),
    returns: decimal(10, 2),
    body: '(a) => a.add(1)',
    value: Decimal.parse('12.50'),
  },
  {
    name: 'a regular expression',
    type: STRING,
    returns: BOOLEAN,
    body: '(a) => /^user-(\\w+)\\/[\\d.]+ \\w+$/.test(a)',
    value: 'user-agent/1.0 abc',
  },
]

function ofScalar({ type, returns, body, value }: ScalarCase): number {
  const declaration = declared(definition({ parameters: [parameter(type, 0)], returns, body }))
  if (declaration.kind !== 'scalar') throw new Error('not a scalar function')
  const call = declaration.variants[0]!.bind!([type], returns, functionContext)
  return best(() => {
    for (let i = 0; i < 1000; i++) call(value)
    return 1000
  })
}

function ofRows(): number {
  const columns = [
    { name: 'I', writtenName: 'i', type: INTEGER },
    { name: 'TEXT', writtenName: 'text', type: STRING },
  ]
  const body = "for (let i = 0; i < a; i++) yield { i, text: 'row' }"
  const declaration = declared(
    definition({ kind: 'TABLE', returns: null, columns, parameters: [parameter(INTEGER, 0)], body }),
  )
  if (declaration.kind !== 'table') throw new Error('not a table function')
  const rows = declaration.variants[0]!.bind!([INTEGER], functionContext)
  return best(() => {
    let count = 0
    for (let i = 0; i < 100; i++) count += rows(10).length
    return count
  })
}

const COUNT = 'export const init = () => 0; export const add = (n) => n + 1; export const result = (n) => n'
const MEAN = `export const init = () => ({ n: 0, sum: 0 }); export function add(s, x) { s.n++; s.sum += x }
  export const result = (s) => s.sum / s.n`
const MEAN_STATE = [
  { name: 'N', writtenName: 'n', type: INTEGER },
  { name: 'SUM', writtenName: 'sum', type: DOUBLE },
]

/** Rows a second that are added to an aggregate of 100 groups. */
function ofAggregate(body: string, state: FunctionDefinition['state']): number {
  const declaration = declared(definition({ kind: 'AGGREGATE', parameters: [parameter(INTEGER, 0)], state, body }))
  if (declaration.kind !== 'aggregate') throw new Error('not an aggregate function')
  const runtime: AggregateRuntime = declaration.variants[0]!.bind([INTEGER], [], functionContext)
  const states = Array.from({ length: 100 }, () => runtime.initialize())
  return best(() => {
    for (let i = 0; i < states.length; i++) states[i] = runtime.add(states[i]!, [i])
    return states.length
  })
}

const ADD = 'const add = (s, x) => { s.n++; s.sum += x }'
const wanted = process.argv[2] ?? ''
const show = (name: string, measure: () => number, base?: number): number => {
  if (!name.includes(wanted)) return 0
  const millions = measure()
  const ratio = base === undefined || base === 0 ? '' : `${(millions / base).toFixed(2).padStart(8)} of the bare loop`
  console.log(`${name.padEnd(44)}${millions.toFixed(2).padStart(8)} M/s${ratio}`)
  return millions
}

// Each bare loop stands before what is compared with it: V8 compiles the way into an engine for those that have used it.
const numbers = show('bare loop: (a, b) => a * 2 + b', () =>
  bareLoop('const f = (a, b) => a * 2 + b; let s = 0', 's = f(i, 7)'),
)
show('SQL: a * 2 + b, INT', () => ofExpression('A * 2 + B', INTEGER))
show('JavaScript: (a, b) => a * 2 + b, INT', () => ofExpression('F(A, B)', INTEGER), numbers)
show('JavaScript: (a, b) => a * 2 + b, DOUBLE', () => ofExpression('F(A, B)', DOUBLE), numbers)
for (const one of SCALARS) show(`JavaScript: ${one.name}`, () => ofScalar(one))
const rows = show('bare loop: rows of a generator', () =>
  bareLoop(
    "function* f(a) { for (let i = 0; i < a; i++) yield { i, text: 'row' } } let s",
    'for (const row of f(10)) s = row',
    10,
  ),
)
show('table function: rows of an INT and a STRING', ofRows, rows)
const count = show('bare loop: a count', () => bareLoop('const add = (n) => n + 1; let s = 0', 's = add(s)'))
show('aggregate: count, state as JSON', () => ofAggregate(COUNT, []), count)
const mean = show('bare loop: a mean', () => bareLoop(`${ADD}; const s = { n: 0, sum: 0 }`, 'add(s, i)'))
show('aggregate: mean, state in columns', () => ofAggregate(MEAN, MEAN_STATE), mean)
const json = show('bare loop: a mean, state as JSON', () =>
  bareLoop(
    `${ADD}; let text = JSON.stringify({ n: 0, sum: 0 })`,
    'const s = JSON.parse(text); add(s, i); text = JSON.stringify(s)',
  ),
)
show('aggregate: mean, state as JSON', () => ofAggregate(MEAN, []), json)
