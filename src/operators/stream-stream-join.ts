/** Stream-stream join within a window. Output row: left row, then right row (NULLs for a side without a match). */
import type { Column } from '../types/schema.ts'
import type { StepId } from './step.ts'

export type JoinKind = 'INNER' | 'LEFT' | 'RIGHT' | 'FULL'

export interface StreamStreamJoinStep {
  readonly kind: 'streamStreamJoin'
  readonly id: StepId
  readonly left: StepId
  readonly right: StepId
  readonly join: JoinKind
  /** Right time may be in `[left - beforeMs, left + afterMs]`. */
  readonly beforeMs: number
  readonly afterMs: number
  /** Null: no GRACE was given: unmatched rows leave at once, and the 24 h default bounds lateness. */
  readonly graceMs: number | null
  /** Name of the resulting key column (the key of both sides has the same type). */
  readonly key: readonly Column[]
  readonly leftStore: string
  readonly rightStore: string
}
