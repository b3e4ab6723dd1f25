/** Primary-key table-table join: both sides are upserts that the join keeps. Output row: left row, then right row. */
import type { Column } from '../types/schema.ts'
import type { StepId } from './step.ts'
import type { JoinKind } from './stream-stream-join.ts'

export interface TableTableJoinStep {
  readonly kind: 'tableTableJoin'
  readonly id: StepId
  readonly left: StepId
  readonly right: StepId
  readonly join: JoinKind
  readonly key: readonly Column[]
  readonly leftStore: string
  readonly rightStore: string
}
