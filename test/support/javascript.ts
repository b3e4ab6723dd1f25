/** Functions in JavaScript without an engine: bodies that are declared, bound and called. */
import { Budget, untimedBudget } from '../../src/functions/budget.ts'
import type {
  Argument,
  FunctionContext,
  FunctionDeclaration,
  UndoableRuntime,
} from '../../src/functions/declaration.ts'
import type { FunctionDefinition } from '../../src/functions/definition.ts'
import { JavaScriptHost } from '../../src/functions/javascript/host.ts'
import { definitionHash } from '../../src/functions/javascript/signature.ts'
import { type FunctionCaller, NO_CALLER } from '../../src/functions/user-functions.ts'
import { INTEGER, type SqlType } from '../../src/types/sql-type.ts'
import type { Value } from '../../src/types/value.ts'

export type GivenDefinition = Partial<FunctionDefinition> & Pick<FunctionDefinition, 'body'>

/** A scalar function F of no arguments that gives an INTEGER, unless it is given otherwise. */
export function definition(given: GivenDefinition): FunctionDefinition {
  const unhashed = {
    name: 'F',
    kind: 'SCALAR',
    parameters: [],
    returns: INTEGER,
    columns: [],
    isDeterministic: true,
    isStrict: false,
    decimals: 'object',
    state: [],
    hasRemove: true,
    hasMerge: true,
    version: 1,
    author: '',
    description: '',
    statement: '',
    ...given,
  } as const
  return { ...unhashed, hash: definitionHash(unhashed) }
}

export const parameters = (...types: SqlType[]) =>
  types.map((type, i) => ({ name: 'abcdefgh'[i]!, type, isVariadic: false }))

export const context: FunctionContext = {
  now: () => 0,
  random: () => 0,
  config: () => undefined,
  budget: untimedBudget(),
}

/** With bounds of its own on what functions make. */
export const boundedTo = (maxBytes: number): FunctionContext => ({
  ...context,
  budget: new Budget({ maxBytes, timeoutMs: 0, elapsed: () => 0 }),
})

export interface HostOptions {
  readonly timeoutMs?: number
  /** Default: time stands still. */
  readonly elapsed?: () => number
}

export const javaScriptHost = ({ timeoutMs = 1000, elapsed = () => 0 }: HostOptions = {}) =>
  new JavaScriptHost({
    now: () => 1_700_000_000_000,
    random: () => 0.25,
    elapsed,
    config: (name) => (name === 'millrace.functions.javascript.timeout.ms' ? String(timeoutMs) : undefined),
  })

export function declared(
  given: GivenDefinition,
  host = javaScriptHost(),
  caller: FunctionCaller = NO_CALLER,
): FunctionDeclaration {
  const [declaration] = host.declare([definition(given)], caller)
  return declaration!
}

/** A scalar function, bound to the types of its parameters. */
export function scalarFunction(
  given: GivenDefinition,
  host?: JavaScriptHost,
  caller?: FunctionCaller,
  using: FunctionContext = context,
) {
  const declaration = declared(given, host, caller)
  if (declaration.kind !== 'scalar') throw new Error('not a scalar function')
  const { parameters: own, returns } = definition(given)
  return declaration.variants[0]!.bind!(
    own.map(({ type }) => type as SqlType),
    returns!,
    using,
  ) as (...args: Argument[]) => Value
}

export function aggregateFunction(given: GivenDefinition, host?: JavaScriptHost): UndoableRuntime {
  const declaration = declared({ ...given, kind: 'AGGREGATE' }, host)
  if (declaration.kind !== 'aggregate') throw new Error('not an aggregate function')
  return declaration.variants[0]!.bind([], [], context) as UndoableRuntime
}

export function tableFunction(given: GivenDefinition, using: FunctionContext = context) {
  const declaration = declared({ ...given, kind: 'TABLE', returns: null })
  if (declaration.kind !== 'table') throw new Error('not a table function')
  const rows = declaration.variants[0]!.bind!([], using)
  return (...args: Value[]): readonly Value[] => rows(...args) as readonly Value[]
}
