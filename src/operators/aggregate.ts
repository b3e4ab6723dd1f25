/** Aggregation of a grouped stream without windows: a table of one row per group. Output row: key columns, then results. */
import type { Expression } from '../expressions/expression.ts'
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { StepId } from './step.ts'

export interface AggregateStep {
  readonly kind: 'aggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  /** Name of the store of group states. */
  readonly store: string
}

/** One aggregate function call; `name` and `type` are of the result column. */
export interface AggregateCall extends Column {
  readonly function: string
  /** Parameter type texts of the variant, column and initial ones: `T, INT`. */
  readonly signature: string
  readonly args: readonly Expression[]
  readonly argTypes: readonly SqlType[]
  /** Literals. */
  readonly initial: readonly Expression[]
  readonly stateType: SqlType
  readonly text: string
}
