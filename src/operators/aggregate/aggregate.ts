/** Aggregation of a grouped stream without windows: a table of one row per group. Output row: key columns, then results. */
import type { Expression } from '../../expressions/expression.ts'
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { OperatorDefinition } from '../operator.ts'
import type { StepId, StepSchema } from '../step.ts'
import { outputColumns, stateTypes } from './aggregate-states.ts'
import { buildGroupStates, type GroupUpdate } from './group-store.ts'

export interface AggregateStep {
  readonly kind: 'aggregate'
  readonly id: StepId
  readonly input: StepId
  readonly functions: readonly AggregateCall[]
  /** Name of the store of group states. */
  readonly store: string
}

/** One aggregate function call; `name` and `type` are of the result column. */
export interface AggregateCall extends Column {
  readonly function: string
  /** Parameter type texts of the variant, column and initial ones: `T, INT`. */
  readonly signature: string
  readonly args: readonly Expression[]
  readonly argTypes: readonly SqlType[]
  /** Literals. */
  readonly initial: readonly Expression[]
  readonly stateType: SqlType
  readonly text: string
}

/** The row's time is the latest of its group's. Source: Kafka Streams' KStreamAggregate. */
export const aggregate: OperatorDefinition<AggregateStep> = {
  inputs: ({ input }) => [input],
  schema: ({ functions }, [input]) => aggregateSchema(functions, input!),
  stores: ({ store, functions }) => [{ name: store, kind: 'keyValue', types: stateTypes(functions), mayGrow: true }],
  build: (step, [input], context, emit) => buildGroupStates(step, input!, context, emit, ADD_ROW),
}

const ADD_ROW: GroupUpdate = {
  accepts: ({ value }) => value !== null,
  apply: (aggregation, states, { value }) => aggregation.add(states, value!),
}

export const aggregateSchema = (functions: readonly AggregateCall[], { key }: StepSchema): StepSchema => ({
  kind: 'table',
  key,
  window: null,
  value: outputColumns(key, functions),
})
