/** Aggregation of a grouped table: takes old rows out (undo), puts new rows in. Output row: key columns, then results. */

import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import { type AggregateCall, aggregateSchema, callExpressions, stateTypes } from './aggregate-call.ts'
import { unwindowedView } from './aggregate-view.ts'
import { buildUnwindowedGroups, type GroupUpdate } from './unwindowed-groups.ts'

export interface TableAggregateStep {
  readonly kind: 'tableAggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  readonly store: string
}

/** A group stays when its last row has left: COUNT is 0 then. Source: Kafka Streams' KTableAggregate. */
export const tableAggregate: OperatorDefinition<TableAggregateStep> = {
  label: 'AGGREGATE',
  peerName: 'TableAggregate',
  oldValue: 'reads',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: unwindowedView,
  upgrade: 'refused',
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => aggregateSchema(functions, input!),
  stores: ({ store, functions }) => [{ name: store, kind: 'keyValue', types: stateTypes(functions) }],
  build: (step, [input], context, emit) => buildUnwindowedGroups(step, input!, context, emit, REPLACE_ROW),
}

const REPLACE_ROW: GroupUpdate = {
  accepts: ({ value }, isNew) => !isNew || value !== null,
  apply(aggregation, states, { value, oldValue }, isNew) {
    if (oldValue !== null && !isNew) aggregation.undo(states, oldValue)
    if (value !== null) aggregation.add(states, value)
  },
}
