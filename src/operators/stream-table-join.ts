/** Stream-table join: each stream row looks up the table's current row. Output row: left row, then right row. */
import type { Column } from '../types/schema.ts'
import type { StepId } from './step.ts'
import type { JoinKind } from './stream-stream-join.ts'

export interface StreamTableJoinStep {
  readonly kind: 'streamTableJoin'
  readonly id: StepId
  readonly left: StepId
  /** Upserts of the table; the join keeps them. */
  readonly right: StepId
  readonly join: Extract<JoinKind, 'INNER' | 'LEFT'>
  readonly key: readonly Column[]
  readonly store: string
}
