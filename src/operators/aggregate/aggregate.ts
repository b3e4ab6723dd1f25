/** Aggregation of a grouped stream without windows: a table of one row per group. Output row: key columns, then results. */
import type { OperatorDefinition } from '../operator.ts'
import type { StepId } from '../step.ts'
import { textsOf } from '../step-facts.ts'
import {
  type AggregateCall,
  aggregateSchema,
  callExpressions,
  partialReads,
  stateTexts,
  stateTypes,
} from './aggregate-call.ts'
import { unwindowedView } from './aggregate-view.ts'
import { buildUnwindowedGroups, type GroupUpdate } from './unwindowed-groups.ts'

export interface AggregateStep {
  readonly kind: 'aggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  /** Name of the store of group states. */
  readonly store: string
  /** Rows with more columns than that are partials (partial-aggregate.ts). Absent: there are none. */
  readonly recordColumns?: number
}

/** The row's time is the latest of its group's. Source: Kafka Streams' KStreamAggregate. */
export const aggregate: OperatorDefinition<AggregateStep> = {
  label: 'AGGREGATE',
  peerName: 'StreamAggregate',
  oldValue: 'ignores',
  usesStreamTime: false,
  passesKey: false,
  expressions: ({ functions }) => functions.flatMap(callExpressions),
  reads: partialReads,
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
    // The repartition topic may still hold partials, which a query without them cannot read.
    {
      property: 'partialAggregation',
      before: String(hasPartials(step)),
      after: String(hasPartials(step) && hasPartials(next)),
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

const hasPartials = ({ recordColumns }: AggregateStep): boolean => recordColumns !== undefined
