/** What the checks of the single node kinds share: the scope of names, and the way back to the check of a child. */
import { StatementError } from '../../errors.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import type { ColumnReference, Expression as Syntax } from '../../sql/ast/query.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'
import type { Expression } from '../expression.ts'

/** What names mean where an expression stands. */
export interface Scope {
  /** Throws a StatementError for a column that is unknown or ambiguous here. */
  readonly resolveColumn: (reference: ColumnReference) => ResolvedColumn
  /** Whether an unqualified name is a column here. */
  readonly hasColumn: (name: string) => boolean
  /** A custom type (CREATE TYPE). */
  readonly resolveType: (name: string) => SqlType | undefined
  readonly functions: FunctionRegistry
  /** `ksql.lambdas.enabled`. */
  readonly lambdasEnabled: boolean
}

export interface ResolvedColumn {
  readonly index: number
  readonly name: string
  readonly type: SqlType
}

/** A parameter of an enclosing lambda. */
export interface LambdaParameter {
  readonly name: string
  readonly slot: number
  readonly type: SqlType
}

export interface Checker {
  readonly scope: Scope
  readonly parameters: ReadonlyMap<string, LambdaParameter>
  /** The typed form of a child. */
  readonly check: (expression: Syntax) => Expression
  /** The same checker below a lambda with these parameters. */
  readonly within: (parameters: readonly LambdaParameter[]) => Checker
}

export const typeText = (type: SqlType | null): string => (type === null ? 'null' : formatType(type))

export const refuse = (message: string, { location }: Syntax, cause?: unknown): StatementError =>
  new StatementError(message, { location, cause })
