/** The step of a windowed aggregation: what its operator and the runtimes for each kind of window share. */
import type { AggregationWindow } from '../../metastore/aggregation-window.ts'
import type { StepId } from '../step.ts'
import type { AggregateCall } from './aggregate-call.ts'

/** How long a query with EMIT FINAL waits for records unless it says so itself, ms; 0: for good. */
export const FINAL_TIMEOUT = 'millrace.emit.final.timeout.ms'

export interface WindowedAggregateStep<Window extends AggregationWindow = AggregationWindow> {
  readonly kind: 'windowedAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly window: Window
  readonly emit: 'CHANGES' | 'FINAL'
  /** EMIT FINAL: how long there must be no records until all windows are closed, ms of wall-clock time. Absent: as `FINAL_TIMEOUT` says. */
  readonly timeoutMs?: number
  readonly store: string
  /** As that of `AggregateStep`. A partial of a session has its start in a column behind the states. */
  readonly recordColumns?: number
}
