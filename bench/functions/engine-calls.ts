/** Calls of functions in JavaScript as queries make them. */
import { typecheck } from '../../src/expressions/typecheck.ts'
import type { FunctionDefinition } from '../../src/functions/definition.ts'
import { BUILT_IN_FUNCTIONS } from '../../src/functions/index.ts'
import { createRegistry } from '../../src/functions/registry.ts'
import { NO_CALLER } from '../../src/functions/user-functions.ts'
import { compileRow } from '../../src/operators/evaluate.ts'
import { parseExpression } from '../../src/sql/parse.ts'
import { DOUBLE, INTEGER, type SqlType, STRING } from '../../src/types/sql-type.ts'
import type { Row, Value } from '../../src/types/value.ts'
import { context, declared, definition, javaScriptHost, parameters } from '../../test/support/javascript.ts'
import type { Work } from './alternate.ts'

const host = javaScriptHost({ elapsed: () => performance.now() })

const ROWS: readonly Row[] = Array.from({ length: 1000 }, (_, i) => [i, (i * 7) % 1000])
const COLUMNS = ['A', 'B']

/** Evaluates an expression of the columns A and B, compiled as queries have it, in which `F` is `(a, b) => a * 2 + b`. */
export function ofExpression(text: string, type: SqlType): Work {
  const functions = createRegistry(BUILT_IN_FUNCTIONS, host).withUsers(
    [definition({ parameters: parameters(type, type), returns: type, body: '(a, b) => a * 2 + b' })],
    NO_CALLER,
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
    functionContext: context,
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
  const declaration = declared({ parameters: parameters(type), returns, body }, host)
  if (declaration.kind !== 'scalar') throw new Error('not a scalar function')
  const call = declaration.variants[0]!.bind!([type], returns, context)
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
  const declaration = declared({ kind: 'TABLE', returns: null, columns, parameters: parameters(INTEGER), body }, host)
  if (declaration.kind !== 'table') throw new Error('not a table function')
  const rows = declaration.variants[0]!.bind!([INTEGER], context)
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
  const declaration = declared(
    { kind: 'AGGREGATE', parameters: parameters(INTEGER), returns: DOUBLE, state, body },
    host,
  )
  if (declaration.kind !== 'aggregate') throw new Error('not an aggregate function')
  const runtime = declaration.variants[0]!.bind([INTEGER], [], context)
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
