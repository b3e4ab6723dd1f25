/** PARTITION BY and the re-keying before joins: a new key from expressions over the row. The row stays as it is. */
import type { NamedExpression, StepId } from './step.ts'

export interface SelectKeyStep {
  readonly kind: 'selectKey'
  readonly id: StepId
  readonly input: StepId
  /** Empty: no key from here on (PARTITION BY NULL). */
  readonly key: readonly NamedExpression[]
}
