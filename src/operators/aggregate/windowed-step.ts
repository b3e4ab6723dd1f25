/** The step of a windowed aggregation: what its operator and the runtimes for each kind of window share. */
import type { AggregationWindow } from '../../metastore/aggregation-window.ts'
import type { StepId } from '../step.ts'
import type { AggregateCall } from './aggregate-call.ts'

export interface WindowedAggregateStep<Window extends AggregationWindow = AggregationWindow> {
  readonly kind: 'windowedAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly window: Window
  readonly emit: 'CHANGES' | 'FINAL'
  readonly store: string
}
