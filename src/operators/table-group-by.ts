/**
 * GROUP BY on a table: a change becomes an undo on the old group (`value` null, `oldValue` the old row) and an apply on the new one
 * (`oldValue` null), in this order; one change if the group stays the same.
 */
import type { NamedExpression, StepId } from './step.ts'

export interface TableGroupByStep {
  readonly kind: 'tableGroupBy'
  readonly id: StepId
  readonly input: StepId
  readonly key: readonly NamedExpression[]
}
