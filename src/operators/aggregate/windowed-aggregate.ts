/**
 * Aggregation of a grouped stream in tumbling, hopping, cumulating or session windows. Output row: key columns, results, WINDOWSTART, WINDOWEND.
 * EMIT FINAL: a window's row leaves once, when stream time has passed its end and grace.
 */

import { keyWindow } from '../../metastore/aggregation-window.ts'
import { WINDOWEND, WINDOWSTART } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import { callExpressions, outputColumns, stateTypes } from './aggregate-call.ts'
import { windowedView } from './aggregate-view.ts'
import { buildCumulateAggregate } from './cumulate-aggregate.ts'
import { finalMarkSpec } from './final-mark.ts'
import { buildSessionAggregate } from './session-aggregate.ts'
import { buildTimeWindowAggregate } from './time-window-aggregate.ts'
import type { WindowedAggregateStep } from './windowed-step.ts'

export const windowedAggregate: OperatorDefinition<WindowedAggregateStep> = {
  label: 'WINDOWED_AGGREGATE',
  peerName: 'StreamWindowedAggregate',
  oldValue: 'ignores',
  usesStreamTime: true,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: windowedView,
  upgrade: 'refused',
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
    const kind = window.type === 'SESSION' || window.type === 'CUMULATE' ? 'session' : 'window'
    const rows = { name, kind, retentionMs: window.retentionMs, types: stateTypes(functions) } as const
    return emit === 'FINAL' ? [rows, finalMarkSpec(name)] : [rows]
  },
  build(step, [input], context, emit) {
    const { window } = step
    switch (window.type) {
      case 'SESSION':
        return buildSessionAggregate({ ...step, window }, input!, context, emit)
      case 'CUMULATE':
        return buildCumulateAggregate({ ...step, window }, input!, context, emit)
      default:
        return buildTimeWindowAggregate({ ...step, window }, input!, context, emit)
    }
  },
}
