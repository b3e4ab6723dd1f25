/** Calls of functions in JavaScript as queries make them. */
import { typecheck } from '../../src/expressions/typecheck.ts'
import { untimedBudget } from '../../src/functions/budget.ts'
import type { FunctionContext, FunctionDeclaration } from '../../src/functions/declaration.ts'
import type { FunctionDefinition } from '../../src/functions/definition.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { JavaScriptHost } from '../../src/functions/javascript/host.ts'
import { definitionHash } from '../../src/functions/javascript/signature.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { newUsage } from '../../src/functions/usage.ts'
import { compileRow } from '../../src/operators/evaluate.ts'
import { parseExpression } from '../../src/sql/parse.ts'
import { DOUBLE, INTEGER, type SqlType, STRING } from '../../src/types/sql-type.ts'
import type { Row, Value } from '../../src/types/value.ts'
import type { Work } from './alternate.ts'

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

const ROWS: readonly Row[] = Array.from({ length: 1000 }, (_, i) => [i, (i * 7) % 1000])
const COLUMNS = ['A', 'B']

/** Evaluates an expression of the columns A and B, compiled as queries have it, in which `F` is `(a, b) => a * 2 + b`. */
export function ofExpression(text: string, type: SqlType): Work {
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
  return () => {
    for (const row of ROWS) evaluate(row)
    return ROWS.length
  }
}

export interface ScalarCase {
  readonly name: string
  readonly type: SqlType
  readonly returns: SqlType
  readonly body: string
  readonly value: Value
}

export function ofScalar({ type, returns, body, value }: ScalarCase): Work {
  const declaration = declared(definition({ parameters: [parameter(type, 0)], returns, body }))
  if (declaration.kind !== 'scalar') throw new Error('not a scalar function')
  const call = declaration.variants[0]!.bind!([type], returns, functionContext)
  return () => {
    for (let i = 0; i < 1000; i++) call(value)
    return 1000
  }
}

/** Rows of a table function that yields ten a call. */
export function ofRows(): Work {
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
  return () => {
    let count = 0
    for (let i = 0; i < 100; i++) count += rows(10).length
    return count
  }
}

export const COUNT = 'export const init = () => 0; export const add = (n) => n + 1; export const result = (n) => n'
export const MEAN = `export const init = () => ({ n: 0, sum: 0 }); export function add(s, x) { s.n++; s.sum += x }
  export const result = (s) => s.sum / s.n`
export const MEAN_STATE = [
  { name: 'N', writtenName: 'n', type: INTEGER },
  { name: 'SUM', writtenName: 'sum', type: DOUBLE },
]

/** Rows that are added to an aggregate of 100 groups by turns. */
export function ofAggregate(body: string, state: FunctionDefinition['state']): Work {
  const declaration = declared(definition({ kind: 'AGGREGATE', parameters: [parameter(INTEGER, 0)], state, body }))
  if (declaration.kind !== 'aggregate') throw new Error('not an aggregate function')
  const runtime = declaration.variants[0]!.bind([INTEGER], [], functionContext)
  const states = Array.from({ length: 100 }, () => runtime.initialize())
  // As operators do it, the array is the same for every row.
  const args: Value[] = [0]
  return () => {
    for (let i = 0; i < states.length; i++) {
      args[0] = i
      states[i] = runtime.add(states[i]!, args)
    }
    return states.length
  }
}
