/** Aggregation of a grouped table: takes old rows out (undo), puts new rows in. Output row: key columns, then results. */
import type { AggregateCall } from './aggregate.ts'
import type { StepId } from './step.ts'

export interface TableAggregateStep {
  readonly kind: 'tableAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly store: string
}
