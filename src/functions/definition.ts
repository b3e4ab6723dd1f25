/** A user-defined function as the command log and plans hold it: plain JSON. */
import type { LiteralJson } from '../types/literal-json.ts'
import type { SqlType } from '../types/sql-type.ts'

/** How a function sees DECIMALs: as objects with arithmetic, or as text. */
export type DecimalForm = 'object' | 'text'

export type FunctionKind = 'SCALAR' | 'TABLE' | 'AGGREGATE'

/** The type of a parameter that takes a lambda. */
export interface LambdaType {
  readonly parameters: readonly SqlType[]
  readonly result: SqlType
}

export interface FunctionParameter {
  /** As the body uses it. */
  readonly name: string
  readonly type: SqlType | LambdaType
  readonly isVariadic: boolean
  /** What a call has that leaves the argument out; absent: it may not. */
  readonly defaultValue?: LiteralJson
}

/** A column of a row that a table function gives, or of the state of an aggregate. */
export interface FunctionColumn {
  readonly name: string
  /** The name as it is written, by which a body may also give the column. */
  readonly writtenName: string
  readonly type: SqlType
}

/** One overload. */
export interface FunctionDefinition {
  /** Upper case, unless it was quoted. */
  readonly name: string
  readonly kind: FunctionKind
  readonly parameters: readonly FunctionParameter[]
  /** The type of the result; null for a table function. */
  readonly returns: SqlType | null
  /** The columns of the rows of a table function; else empty. */
  readonly columns: readonly FunctionColumn[]
  readonly isDeterministic: boolean
  readonly isStrict: boolean
  readonly decimals: DecimalForm
  /** The columns of an aggregate's state; empty: it is kept as JSON. */
  readonly state: readonly FunctionColumn[]
  /** Whether the aggregate can take rows out again, and make one state of two. */
  readonly hasRemove: boolean
  readonly hasMerge: boolean
  readonly body: string
  /** Counts from 1 with each replacement of this overload. */
  readonly version: number
  /** Hash of all that decides what the function does: queries with the same hash share a sandbox. */
  readonly hash: string
  readonly author: string
  readonly description: string
  /** The text of the statement, without the semicolon. */
  readonly statement: string
}

export const isLambdaType = (type: SqlType | LambdaType): type is LambdaType => 'result' in type
