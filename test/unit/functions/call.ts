/** Calls functions as queries do: resolved by argument types, implicit casts applied, bound with the null handling. */

import { bindScalar, bindTable } from '../../../src/functions/bind.ts'
import { untimedBudget } from '../../../src/functions/budget.ts'
import type {
  AggregateFunction,
  AggregateRuntime,
  FunctionContext,
  Lambda,
  ScalarFunction,
  TableFunction,
} from '../../../src/functions/declaration.ts'
import { BUILT_IN_FUNCTIONS } from '../../../src/functions/index.ts'
import type { ArgumentType } from '../../../src/functions/match.ts'
import { createRegistry } from '../../../src/functions/registry.ts'
import { resolveAggregate, resolveScalar, resolveTable } from '../../../src/functions/resolve.ts'
import { parseTypePattern, resolvePattern } from '../../../src/functions/type-text.ts'
import { castFunction } from '../../../src/types/cast.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import { formatType, type SqlType } from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

export const registry = createRegistry(BUILT_IN_FUNCTIONS)

const CONTEXT: FunctionContext = { now: () => 0, random: () => 0.5, config: () => undefined, budget: untimedBudget() }

/** Type of a text such as `ARRAY<INT>`. */
export const typeOf = (text: string): SqlType => resolvePattern(parseTypePattern(text), new Map())!

export const dec = (text: string): Decimal => Decimal.parse(text)

/** Type text and value; `NULL` is the bare one; a lambda is `LAMBDA BOOLEAN`, its result type, and a function. */
export type TypedArgument = readonly [type: string, value: Value | Lambda]

function argumentType([type, value]: TypedArgument): ArgumentType {
  if (type === 'NULL') return null
  return typeof value === 'function' ? { lambda: value.length } : typeOf(type)
}

const lambdaResult =
  (args: readonly TypedArgument[]) =>
  (index: number): SqlType =>
    typeOf(args[index]![0].slice('LAMBDA '.length))

export function resolveCall(name: string, ...args: TypedArgument[]) {
  return resolveScalar(registry.get(name) as ScalarFunction, args.map(argumentType), lambdaResult(args))
}

/** Result of a scalar function; DECIMALs in it as text. */
export function call(name: string, ...args: TypedArgument[]): unknown {
  const resolution = resolveCall(name, ...args)
  const values = args.map(([type, value], i) => {
    const target = resolution.argumentTypes[i]
    return target == null ? value : castFunction(typeOf(type), target)!(value as Value)
  })
  return shown(bindScalar(resolution, CONTEXT)(...values))
}

/** Type text of the result. */
export const resultType = (name: string, ...args: TypedArgument[]): string =>
  formatType(resolveCall(name, ...args).returns)

/** Rows of a table function. */
export function rows(name: string, ...args: TypedArgument[]): unknown {
  const resolution = resolveTable(registry.get(name) as TableFunction, args.map(argumentType))
  const made = bindTable(resolution, CONTEXT)(...args.map(([, value]) => value as Value))
  return shown(Array.from({ length: made.length }, (_, i) => made.at(i)!))
}

/** The runtime of an aggregate for columns of these types and literal arguments. */
export function aggregation(
  name: string,
  types: readonly string[],
  initial: readonly TypedArgument[] = [],
  context: Partial<FunctionContext> = {},
): AggregateRuntime {
  const args = [...types.map(typeOf), ...initial.map(argumentType)]
  const { variant, parameterTypes } = resolveAggregate(registry.get(name) as AggregateFunction, args)
  const literals = initial.map(([, value]) => value as Value)
  return variant.bind(parameterTypes, literals, { ...CONTEXT, ...context })
}

/** State after these rows, one value or list of values per row. */
export function accumulate(
  runtime: AggregateRuntime,
  values: readonly (Value | readonly Value[])[],
  several = false,
): Value {
  return values.reduce<Value>(
    (state, row) => runtime.add(state, several ? (row as readonly Value[]) : [row as Value]),
    runtime.initialize(),
  )
}

/** Result of an aggregate of one column over rows. */
export function aggregated(name: string, type: string, values: readonly Value[], ...initial: TypedArgument[]): unknown {
  const runtime = aggregation(name, [type], initial)
  return shown(runtime.result(accumulate(runtime, values)))
}

function shown(value: unknown): unknown {
  if (value instanceof Decimal) return value.toString()
  return Array.isArray(value) ? value.map(shown) : value
}
