/** SELECT: a new row from expressions over the input row, for streams and for tables (there of old and new value). */
import type { Column } from '../types/schema.ts'
import type { NamedExpression, StepId } from './step.ts'

export interface ProjectStep {
  readonly kind: 'project'
  readonly id: StepId
  readonly input: StepId
  /** Names of the key columns from here on (same values, same types). */
  readonly key: readonly Column[]
  readonly columns: readonly NamedExpression[]
}
