/** What the compilers of the single node kinds share. */
import type { Budget } from '../../functions/budget.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { Row, Value } from '../../types/value.ts'
import type { Expression } from '../expression.ts'

/**
 * Value of an expression on a row. Throws an Error where the dialect has an error at run time (division by zero, a NULL operand of
 * arithmetic, a failed cast, a failing function); the caller decides what that means for the column or the record.
 */
export type Evaluator = (row: Row) => Value

/** What compiled code may use. An OperatorContext has the last two. */
export interface CompileContext {
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  /** Configuration of the query: `ksql.nested.error.set.null` and `ksql.cast.strings.preserve.nulls`, both true by default. */
  readonly config?: (name: string) => string | undefined
  /** Told of an error in a part of a value (an element of ARRAY, MAP or STRUCT, an argument of a function), which is NULL then. */
  readonly reportError?: (message: string, cause?: unknown) => void
  /** 'once': made fast, for a few evaluations. 'often' (the default): made to be fast. */
  readonly runs?: 'once' | 'often'
}

/** How one expression is compiled. */
export interface CompileOptions extends CompileContext {
  /** What it counts; null: it needs no bounds. */
  readonly budget: Budget | null
}

export interface Compiler {
  readonly context: CompileOptions
  /** Current values of the lambda parameters, by slot. One array serves: a lambda never runs inside of itself. */
  readonly frame: Value[]
  readonly compile: (expression: Expression) => Evaluator
}

/** The evaluator, with each value passed through `count`. */
export const counted = (evaluate: Evaluator, count: ((value: Value) => Value) | null): Evaluator =>
  count === null ? evaluate : (row) => count(evaluate(row))

export const isFalse = (context: CompileContext, name: string): boolean =>
  context.config?.(name)?.toLowerCase() === 'false'
