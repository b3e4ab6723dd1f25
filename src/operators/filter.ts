/** WHERE on a stream. */
import type { Expression } from '../expressions/expression.ts'
import type { StepId } from './step.ts'

export interface FilterStep {
  readonly kind: 'filter'
  readonly id: StepId
  readonly input: StepId
  readonly predicate: Expression
  readonly text: string
}
