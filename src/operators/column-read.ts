/**
 * The columns that a step reads by their place in a row. Places are given when a plan is made; a place that holds another column than the
 * planner thought gives wrong results without an error, so that plans are checked for it: see plan/check-plan.ts.
 */
import type { Expression } from '../expressions/expression.ts'
import { childrenOf } from '../expressions/inspect.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { StepSchema } from './step.ts'

export interface ColumnRead {
  /** The row, or the key, as the step before leaves it. */
  readonly row: readonly Column[]
  readonly index: number
  /** Null: the column may have any name. */
  readonly name: string | null
  readonly type: SqlType
}

/** For steps that read no columns by place but those in their expressions. */
export const readsNoColumns = (): readonly ColumnRead[] => []

/** For steps that evaluate no expressions. */
export const noExpressions = (): readonly Expression[] => []

/** What expressions read of the row that they are evaluated on. */
export function expressionReads(expressions: readonly Expression[], row: readonly Column[]): ColumnRead[] {
  return expressions.flatMap((expression): ColumnRead[] => {
    if (expression.kind !== 'column') return expressionReads(childrenOf(expression), row)
    const { index, name, type } = expression
    return [{ row, index, name, type }]
  })
}

/** Column `i` is at place `i`. */
export const sameColumns = (columns: readonly Column[], row: readonly Column[]): ColumnRead[] =>
  columns.map(({ name, type }, index) => ({ row, index, name, type }))

/** A column of the type of column `i` is at place `i`. */
export const sameTypes = (columns: readonly Column[], row: readonly Column[]): ColumnRead[] =>
  columns.map(({ type }, index) => ({ row, index, name: null, type }))

/** For joins: both sides have the key of the result. */
export const keyOfBoth = (
  { key }: { readonly key: readonly Column[] },
  [left, right]: readonly StepSchema[],
): ColumnRead[] => [...sameTypes(key, left!.key), ...sameTypes(key, right!.key)]
