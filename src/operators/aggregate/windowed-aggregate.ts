/**
 * Aggregation of a grouped stream in tumbling, hopping, cumulating or session windows. Output row: key columns, results, WINDOWSTART, WINDOWEND.
 * EMIT FINAL: a window's row leaves once, when stream time has passed its end and grace.
 */

import type { Clock } from '../../clock.ts'
import { keyWindow } from '../../metastore/aggregation-window.ts'
import type { Process } from '../../types/record.ts'
import { WINDOWEND, WINDOWSTART } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { OperatorDefinition, OperatorRuntime } from '../operator.ts'
import type { OperatorContext } from '../operator-context.ts'
import type { StepSchema } from '../step.ts'
import { callExpressions, outputColumns, partialReads, stateTypes } from './aggregate-call.ts'
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
  usesStreamTime: ({ window }) => window.byClock !== true,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: partialReads,
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
    const runtime = buildWindows(step, input!, context, emit)
    return step.window.byClock === true ? { ...runtime, inputs: runtime.inputs.map(stampedBy(context.clock)) } : runtime
  },
}

function buildWindows(
  step: WindowedAggregateStep,
  input: StepSchema,
  context: OperatorContext,
  emit: Process,
): OperatorRuntime {
  const { window } = step
  switch (window.type) {
    case 'SESSION':
      return buildSessionAggregate({ ...step, window }, input, context, emit)
    case 'CUMULATE':
      return buildCumulateAggregate({ ...step, window }, input, context, emit)
    default:
      return buildTimeWindowAggregate({ ...step, window }, input, context, emit)
  }
}

/** Records at the time of their processing, which does not go back with the clock. */
const stampedBy =
  (clock: Clock) =>
  (input: Process): Process => {
    let latest = -1
    return (record) => {
      latest = Math.max(latest, clock.now())
      input({ ...record, timestamp: latest })
    }
  }
