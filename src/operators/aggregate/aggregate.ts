/** Aggregation of a grouped stream without windows: a table of one row per group. Output row: key columns, then results. */
import { readsNoColumns } from '../column-read.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import { textsOf } from '../step-facts.ts'
import { type AggregateCall, aggregateSchema, callExpressions, stateTexts, stateTypes } from './aggregate-call.ts'
import { unwindowedView } from './aggregate-view.ts'
import { buildUnwindowedGroups, type GroupUpdate } from './unwindowed-groups.ts'

export interface AggregateStep {
  readonly kind: 'aggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  /** Name of the store of group states. */
  readonly store: string
}

/** The row's time is the latest of its group's. Source: Kafka Streams' KStreamAggregate. */
export const aggregate: OperatorDefinition<AggregateStep> = {
  label: 'AGGREGATE',
  peerName: 'StreamAggregate',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: readsNoColumns,
  view: unwindowedView,
  upgrade: (step, next) => [
    {
      property: 'aggregationFunctions',
      before: textsOf(step.functions),
      after: textsOf(next.functions.slice(0, step.functions.length)),
    },
    {
      property: 'stateTypes',
      before: stateTexts(step.functions),
      after: stateTexts(next.functions.slice(0, step.functions.length)),
    },
  ],
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => aggregateSchema(functions, input!),
  stores: ({ store, functions }) => [{ name: store, kind: 'keyValue', types: stateTypes(functions), mayGrow: true }],
  build: (step, [input], context, emit) => buildUnwindowedGroups(step, input!, context, emit, ADD_ROW),
}

const ADD_ROW: GroupUpdate = {
  accepts: ({ value }) => value !== null,
  apply: (aggregation, states, { value }) => aggregation.add(states, value!),
}
