/** Table functions in SELECT: one output row for each element of the longest result; the row is the input row and the elements. */
import type { Expression } from '../expressions/expression.ts'
import type { Column } from '../types/schema.ts'
import type { StepId } from './step.ts'

export interface FlatMapStep {
  readonly kind: 'flatMap'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly TableFunctionCall[]
}

/** A call of a table function; `name` and `type` are of the column that it adds. */
export interface TableFunctionCall extends Column {
  readonly function: string
  readonly signature: string
  readonly args: readonly Expression[]
  readonly text: string
}
