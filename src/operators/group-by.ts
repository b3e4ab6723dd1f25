/** GROUP BY on a stream: re-keys, and leaves out rows without a value or with a NULL or failing grouping expression. */
import type { NamedExpression, StepId } from './step.ts'

export interface GroupByStep {
  readonly kind: 'groupBy'
  readonly id: StepId
  readonly input: StepId
  readonly key: readonly NamedExpression[]
}
