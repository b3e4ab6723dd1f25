/** WHERE and HAVING on a table: a row that matched and no longer does is deleted downstream. */
import type { Expression } from '../expressions/expression.ts'
import type { StepId } from './step.ts'

export interface TableFilterStep {
  readonly kind: 'tableFilter'
  readonly id: StepId
  readonly input: StepId
  readonly predicate: Expression
  readonly text: string
}
