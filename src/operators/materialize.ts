/** Keeps a table's newest rows, so that upserts become changes with the old value. Rows without a key are left out. */
import type { StepId } from './step.ts'

export interface MaterializeStep {
  readonly kind: 'materialize'
  readonly id: StepId
  readonly input: StepId
  readonly store: string
  /** For windowed tables: how long rows are kept behind stream time, ms; null: for good. */
  readonly retentionMs: number | null
}
