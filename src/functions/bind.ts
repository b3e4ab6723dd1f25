/** From a resolved call to the function that runs per record: null handling built in, no allocation for one to four arguments. */

import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import { type Budget, CALL_BYTES, isSized, sizeOf } from './budget.ts'
import type {
  Argument,
  Call,
  FunctionContext,
  ScalarFunction,
  ScalarVariant,
  TableFunction,
  TableRows,
  TableVariant,
} from './declaration.ts'
import { patternsFor } from './match.ts'
import { printedName } from './resolve.ts'

export interface BindOptions {
  /** Whether the call is part of an expression that spends the budget. */
  readonly isBounded?: boolean
}

export type BoundFunction = (...args: Argument[]) => Value

/** What a ScalarResolution has, or a stored plan. */
export interface ScalarCall {
  readonly declaration: ScalarFunction
  readonly variant: ScalarVariant
  readonly parameterTypes: readonly SqlType[]
  readonly returns: SqlType
}

/**
 * The call as a function of its arguments (after implicit casts). It throws an Error for what the function refuses at run time: a NULL
 * for a primitive parameter included. Called with exactly as many arguments as the call has.
 */
export function bindScalar(call: ScalarCall, context: FunctionContext, options?: BindOptions): BoundFunction {
  const { run, ...rule } = bindUnguarded(call, context, options)
  return rule.stops.includes(true) ? guard(run, call.parameterTypes.length, rule) : run
}

/** As bindScalar, for a caller that tests for NULL itself: `run` must not see one where the rule stops it. */
export function bindUnguarded(
  call: ScalarCall,
  context: FunctionContext,
  { isBounded = false }: BindOptions = {},
): NullRule & { readonly run: Call } {
  const { variant, parameterTypes, returns } = call
  const unbounded = variant.call ?? variant.bind?.(parameterTypes, returns, context)
  if (unbounded === undefined) throw new Error(`Function ${call.declaration.name} has neither call nor bind`)
  const run = isBounded ? boundedCall(unbounded, call, context.budget) : unbounded
  const refused = refusedNulls(call)
  const propagates = variant.nulls === 'propagate'
  return {
    run,
    stops: refused.map((refuses) => refuses || propagates),
    onNull: (position) => {
      if (refused[position])
        throw new Error(`Argument ${position + 1} of ${printedName(call.declaration)} must not be NULL`)
      return null
    },
  }
}

/** How many times the largest value all arguments of a call may be: what reads them in proportion takes no longer than for a few values. */
const ARGUMENTS = 4

/** The call, counted in `budget` by the size of its arguments and of its value. */
function boundedCall(run: Call, { declaration, parameterTypes, variant, returns }: ScalarCall, budget: Budget): Call {
  if (declaration.cost === 'constant') return run
  const patterns = patternsFor(variant.parameters, parameterTypes.length) ?? []
  const sizes = parameterTypes.map((type, i) =>
    patterns[i]?.kind === 'lambda' || !isSized(type) ? null : sizeOf(type, budget.maxBytes),
  )
  const sizeOfValue = sizeOf(returns, budget.maxBytes)
  const sizeAt = (index: number, arg: Argument | undefined): number => sizes[index]?.(arg as Value) ?? 0
  const begin = (bytes: number): void => {
    budget.refuseLarger(bytes / ARGUMENTS)
    budget.spend(CALL_BYTES + bytes)
  }
  const kept = (value: Value): Value => {
    budget.keep(sizeOfValue(value))
    return value
  }
  switch (sizes.length) {
    case 1:
      return (a: Argument) => {
        begin(sizeAt(0, a))
        return kept(run(a))
      }
    case 2:
      return (a: Argument, b: Argument) => {
        begin(sizeAt(0, a) + sizeAt(1, b))
        return kept(run(a, b))
      }
    case 3:
      return (a: Argument, b: Argument, c: Argument) => {
        begin(sizeAt(0, a) + sizeAt(1, b) + sizeAt(2, c))
        return kept(run(a, b, c))
      }
    default:
      return (...args: Argument[]) => {
        begin(args.reduce<number>((bytes, arg, i) => bytes + sizeAt(i, arg), 0))
        return kept(run(...args))
      }
  }
}

/** What a TableResolution has, or a stored plan. */
export interface TableCall {
  readonly declaration: TableFunction
  readonly variant: TableVariant
  readonly parameterTypes: readonly SqlType[]
}

export type BoundTableFunction = (...args: Value[]) => TableRows

/** As bindScalar; the function gives the values of the rows, and sees NULLs. */
export function bindTable(
  { declaration, variant, parameterTypes }: TableCall,
  context: FunctionContext,
): BoundTableFunction {
  // A declaration's call is narrowed to the types of its signature, which resolution has checked.
  const run = (variant.call as BoundTableFunction | undefined) ?? variant.bind?.(parameterTypes, context)
  if (run === undefined) throw new Error(`Function ${declaration.name} has neither call nor bind`)
  return run
}

/** Per argument, whether its parameter is a primitive. */
function refusedNulls({ variant, parameterTypes }: ScalarCall): readonly boolean[] {
  const patterns = patternsFor(variant.parameters, parameterTypes.length) ?? []
  return patterns.map((pattern) => pattern.kind === 'simple' && pattern.refusesNull)
}

export interface NullRule {
  /** Per argument, whether a NULL keeps the function from being run. */
  readonly stops: readonly boolean[]
  /** The value then; throws an Error for a primitive parameter. */
  readonly onNull: (position: number) => null
}

/** One closure per arity: a rest array per call would be garbage for each record. */
function guard(run: Call, arity: number, { stops, onNull }: NullRule): BoundFunction {
  const [stop0, stop1, stop2, stop3] = stops
  switch (arity) {
    case 0:
      return run
    case 1:
      return (a) => (a === null && stop0 ? onNull(0) : run(a))
    case 2:
      return (a, b) => (a === null && stop0 ? onNull(0) : b === null && stop1 ? onNull(1) : run(a, b))
    case 3:
      return (a, b, c) => {
        if (a === null && stop0) return onNull(0)
        if (b === null && stop1) return onNull(1)
        return c === null && stop2 ? onNull(2) : run(a, b, c)
      }
    case 4:
      return (a, b, c, d) => {
        if (a === null && stop0) return onNull(0)
        if (b === null && stop1) return onNull(1)
        if (c === null && stop2) return onNull(2)
        return d === null && stop3 ? onNull(3) : run(a, b, c, d)
      }
    default:
      return (...args) => {
        const position = args.findIndex((arg, i) => arg === null && stops[i])
        return position >= 0 ? onNull(position) : run(...args)
      }
  }
}
