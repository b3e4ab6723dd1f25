/**
 * How functions declare themselves. SHOW FUNCTIONS, DESCRIBE FUNCTION and docs/functions.md read these declarations.
 *
 * Types are written as text: `STRING`, `INT`, `BIGINT`, `DOUBLE`, `DECIMAL` (any precision), `BOOLEAN`, `BYTES`, `DATE`, `TIME`,
 * `TIMESTAMP`, `ARRAY<T>`, `MAP<STRING, T>`, `STRUCT<K STRING, V V>`, single upper-case letters are generics, `INTERVALUNIT` a bare
 * window unit, `LAMBDA(T, S) => R` a lambda, `ANY` any type; `DECIMAL(30, 10)` in a result is that type. Lower case `int`, `long`, `double`, `boolean` stand for the same SQL types but refuse NULL.
 * A trailing `...` makes the parameter variadic (zero or more).
 */
import type { SqlType } from '../types/sql-type.ts'
import type { Value } from '../types/value.ts'
import type { Budget } from './budget.ts'
import type { FunctionDefinition } from './definition.ts'

export interface Parameter {
  readonly name: string
  /** Type text, see above. */
  readonly type: string
  readonly description: string
  /**
   * Throws an Error for a text that can be of no use, such as a pattern that does not compile. Called while a statement is planned, with an
   * argument that is a literal.
   */
  readonly check?: (text: string) => void
}

/** What a lambda argument is at run time: called synchronously, must not be kept. */
export type Lambda = (...args: Value[]) => Value

/** Argument of a function at run time. An INTERVALUNIT arrives as its unit in ms. */
export type Argument = Value | Lambda

// biome-ignore lint/suspicious/noExplicitAny: a declaration narrows its arguments to what its signature guarantees
export type Call = (...args: any[]) => Value

export interface FunctionContext {
  /** Epoch ms of the wall clock. */
  readonly now: () => number
  /** In [0, 1). */
  readonly random: () => number
  /** Value of the configuration `ksql.functions.<key>`, or undefined; `key` starts with the function: `collect_list.limit`. */
  readonly config: (key: string) => string | undefined
  /** Bounds what functions make and how long they take. */
  readonly budget: Budget
}

export interface ScalarVariant {
  readonly parameters: readonly Parameter[]
  /** Type text; or, where it depends on the argument types (DECIMAL precision), a function of them. */
  readonly returns: string | ((args: readonly SqlType[]) => SqlType)
  /** 'propagate': any NULL argument gives NULL and `call` is not run. 'pass': `call` sees NULLs. */
  readonly nulls: 'propagate' | 'pass'
  readonly description?: string
  /**
   * As `check` of a parameter, for texts that only do together: a replacement and the expression whose groups it names. Per argument its
   * text if it is a literal, else null.
   */
  readonly checkTexts?: (texts: readonly (string | null)[]) => void
  /** Throws an Error whose message the processing log shows; the column becomes NULL. */
  readonly call?: Call
  /** Instead of `call`, where the work depends on types, context or configuration: made once per query. */
  readonly bind?: (args: readonly SqlType[], returns: SqlType, context: FunctionContext) => Call
}

/**
 * What a call may cost, for the bounds on expressions (budget.ts). 'constant': the same whatever the arguments, and the value is no larger
 * than they are. 'linear': as much as reading its arguments; the value is no larger than a small multiple of them. 'search': as 'linear',
 * but some tens of ms at worst. 'grows': the value may be larger than the arguments, or the time has no bound that is known before; such a
 * function spends its budget itself.
 */
export type FunctionCost = 'constant' | 'linear' | 'search' | 'grows'

export type FunctionCategory =
  | 'CONDITIONAL'
  | 'MATHEMATICAL'
  | 'STRING'
  | 'REGULAR EXPRESSION'
  | 'JSON'
  | 'DATE / TIME'
  | 'ARRAY'
  | 'MAP'
  | 'URL'
  | 'LAMBDA'
  | 'CONVERSIONS'
  | 'OTHER'
  | 'AGGREGATE'
  | 'TABLE'

/** A call with constants and what it gives, as CAST(... AS STRING) shows it; docs/functions.md has it, and a test evaluates it. */
export interface Example {
  readonly call: string
  readonly result: string
  /** For an aggregate: rows of the columns `x`, or `x, y`. */
  readonly over?: readonly string[]
}

interface Named {
  /** Upper case. */
  readonly name: string
  readonly example?: Example
  /** As messages print it, where that is not `name` in lower case: conformance cases match it. */
  readonly printedName?: string
  /** The overloads of a function that users have made. */
  readonly definitions?: readonly FunctionDefinition[]
}

export interface ScalarFunction extends Named {
  readonly kind: 'scalar'
  readonly cost: FunctionCost
  readonly category: FunctionCategory
  readonly description: string
  readonly variants: readonly ScalarVariant[]
}

/** State of an aggregate for one group; a plain value of type `stateType`, so that it can be stored. */
export interface AggregateRuntime {
  readonly initialize: () => Value
  /** The new state after one more row. `args`: column arguments of that row. May change `state` in place and return it. */
  readonly add: (state: Value, args: readonly Value[]) => Value
  /** Takes an earlier row out again; absent: the function cannot aggregate tables. */
  readonly undo?: (state: Value, args: readonly Value[]) => Value
  /** State of two sessions that became one; `first` is the earlier one. */
  readonly merge: (first: Value, second: Value) => Value
  readonly result: (state: Value) => Value
}

interface AggregateSignature {
  /** Column parameters first, then initial (literal) ones; `...` on at most one. */
  readonly parameters: readonly Parameter[]
  readonly initialParameters?: readonly Parameter[]
  readonly returns: string | ((args: readonly SqlType[]) => SqlType)
  /** Type of the state as it is stored; text or a function of the column argument types. */
  readonly state: string | ((args: readonly SqlType[]) => SqlType)
  readonly description?: string
  /** False: it has no states that become one, so that it cannot aggregate over session windows. */
  readonly hasMerge?: boolean
  /**
   * Present where the state of many rows is exactly that of their parts merged, however they are parted, and `merge` neither changes nor keeps
   * `second`: then rows are added up before they are sent to the task of their group (operators/aggregate/partial-aggregate.ts).
   */
  readonly mergesParts?: true
  /** Present where more rows never take the result back: the first rows of a Top-N that is ordered by it stay first (plan/clauses/growing-rows.ts). */
  readonly growth?: ResultGrowth
}

export interface ResultGrowth {
  readonly to: 'greater' | 'less'
  /** Whether the result is NULL until a row has a value. */
  readonly fromNull: boolean
}

/** Makes the function once per query. `initial`: literal arguments. Throws an Error for bad literals. */
type Bind<Runtime> = (args: readonly SqlType[], initial: readonly Value[], context: FunctionContext) => Runtime

/** `hasUndo` tells the analyser, without binding, whether the function works on tables; it does not compile if `bind` says otherwise. */
export type AggregateVariant = AggregateSignature &
  (
    | { readonly hasUndo: true; readonly bind: Bind<UndoableRuntime> }
    | { readonly hasUndo: false; readonly bind: Bind<AppendOnlyRuntime> }
  )

/** A function that can take a row back out of its state, as tables need. */
export type UndoableRuntime = AggregateRuntime & Required<Pick<AggregateRuntime, 'undo'>>

/** A function over streams alone. */
export type AppendOnlyRuntime = AggregateRuntime & { readonly undo?: never }

export interface AggregateFunction extends Named {
  readonly kind: 'aggregate'
  readonly category: 'AGGREGATE'
  readonly description: string
  readonly variants: readonly AggregateVariant[]
}

/** The values of the rows of a record, made one by one as they are read: an array is one. */
export interface TableRows {
  readonly length: number
  at(index: number): Value | undefined
}

export interface TableVariant {
  readonly parameters: readonly Parameter[]
  /** Type of a row. */
  readonly returns: string | ((args: readonly SqlType[]) => SqlType)
  readonly description?: string
  /** Values of the rows. Called with NULLs. */
  readonly call?: (...args: never[]) => TableRows
  readonly bind?: (args: readonly SqlType[], context: FunctionContext) => (...args: Value[]) => TableRows
}

export interface TableFunction extends Named {
  readonly kind: 'table'
  readonly category: 'TABLE'
  readonly description: string
  readonly variants: readonly TableVariant[]
}

export type FunctionDeclaration = ScalarFunction | AggregateFunction | TableFunction

export const scalar = (declaration: Omit<ScalarFunction, 'kind'>): ScalarFunction => ({
  kind: 'scalar',
  ...declaration,
})
export const aggregate = (declaration: Omit<AggregateFunction, 'kind' | 'category'>): AggregateFunction => ({
  kind: 'aggregate',
  category: 'AGGREGATE',
  ...declaration,
})
export const tableFunction = (declaration: Omit<TableFunction, 'kind' | 'category'>): TableFunction => ({
  kind: 'table',
  category: 'TABLE',
  ...declaration,
})
export const parameter = (
  name: string,
  type: string,
  description: string,
  check?: (text: string) => void,
): Parameter => (check === undefined ? { name, type, description } : { name, type, description, check })
