/**
 * Aggregation of a grouped stream in tumbling, hopping or session windows. Output row: key columns, results, WINDOWSTART, WINDOWEND.
 * EMIT FINAL: a window's row leaves once, when stream time has passed its end and grace.
 */
import type { KeyWindow } from '../../metastore/data-source.ts'
import { WINDOWEND, WINDOWSTART } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import type { AggregateCall } from './aggregate.ts'
import { outputColumns, stateTypes } from './aggregate-states.ts'
import { finalMarkSpec } from './final-mark.ts'
import { buildSessionAggregate } from './session-aggregate.ts'
import { buildTimeWindowAggregate } from './time-window-aggregate.ts'

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

export const windowedAggregate: OperatorDefinition<WindowedAggregateStep> = {
  inputs: ({ input }) => [input],
  schema: ({ functions, window }, [input]) => ({
    kind: 'table',
    key: input!.key,
    window: keyWindow(window),
    value: [
      ...outputColumns(input!.key, functions),
      { name: WINDOWSTART, type: BIGINT },
      { name: WINDOWEND, type: BIGINT },
    ],
  }),
  stores({ store: name, functions, window, emit }) {
    const kind = window.type === 'SESSION' ? 'session' : 'window'
    const rows = { name, kind, retentionMs: window.retentionMs, types: stateTypes(functions) } as const
    return emit === 'FINAL' ? [rows, finalMarkSpec(name)] : [rows]
  },
  build(step, [input], context, emit) {
    const { window } = step
    return window.type === 'SESSION'
      ? buildSessionAggregate({ ...step, window }, input!, context, emit)
      : buildTimeWindowAggregate({ ...step, window }, input!, context, emit)
  },
}

const keyWindow = (window: AggregationWindow): KeyWindow => ({
  type: window.type,
  sizeMs: window.type === 'SESSION' ? null : window.sizeMs,
})
