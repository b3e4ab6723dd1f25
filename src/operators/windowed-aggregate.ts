/**
 * Aggregation of a grouped stream in tumbling, hopping or session windows. Output row: key columns, results, WINDOWSTART, WINDOWEND.
 * EMIT FINAL: a window's row leaves once, when stream time has passed its end and grace.
 */
import type { AggregateCall } from './aggregate.ts'
import type { StepId } from './step.ts'

export type AggregationWindow =
  | { readonly type: 'TUMBLING'; readonly sizeMs: number; readonly graceMs: number; readonly retentionMs: number }
  | {
      readonly type: 'HOPPING'
      readonly sizeMs: number
      readonly advanceMs: number
      readonly graceMs: number
      readonly retentionMs: number
    }
  | { readonly type: 'SESSION'; readonly gapMs: number; readonly graceMs: number; readonly retentionMs: number }

export interface WindowedAggregateStep {
  readonly kind: 'windowedAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly window: AggregationWindow
  readonly emit: 'CHANGES' | 'FINAL'
  readonly store: string
}
