/** The table of operators. Exhaustive: a step kind without an operator does not compile. */
import { type AggregateStep, aggregate } from './aggregate.ts'
import { type FilterStep, filter } from './filter.ts'
import { type FlatMapStep, flatMap } from './flat-map.ts'
import type { ForeignKeyLookupStep, ForeignKeyResolveStep, ForeignKeySubscribeStep } from './foreign-key-join.ts'
import { foreignKeyLookup } from './foreign-key-lookup.ts'
import { foreignKeyResolve } from './foreign-key-resolve.ts'
import { foreignKeySubscribe } from './foreign-key-subscribe.ts'
import { type GroupByStep, groupBy } from './group-by.ts'
import { type MaterializeStep, materialize } from './materialize.ts'
import type { OperatorDefinition } from './operator.ts'
import { type ProjectStep, project } from './project.ts'
import { type SelectKeyStep, selectKey } from './select-key.ts'
import type { RepartitionStep, SinkStep, SourceStep, SubscriberStep } from './step.ts'
import { type StreamStreamJoinStep, streamStreamJoin } from './stream-stream-join.ts'
import { type StreamTableJoinStep, streamTableJoin } from './stream-table-join.ts'
import { type TableAggregateStep, tableAggregate } from './table-aggregate.ts'
import { type TableFilterStep, tableFilter } from './table-filter.ts'
import { type TableGroupByStep, tableGroupBy } from './table-group-by.ts'
import { type TableTableJoinStep, tableTableJoin } from './table-table-join.ts'
import { type WindowedAggregateStep, windowedAggregate } from './windowed-aggregate.ts'

/** Steps that operators carry out. */
export type OperatorStep =
  | FilterStep
  | TableFilterStep
  | ProjectStep
  | FlatMapStep
  | SelectKeyStep
  | GroupByStep
  | TableGroupByStep
  | AggregateStep
  | WindowedAggregateStep
  | TableAggregateStep
  | MaterializeStep
  | StreamStreamJoinStep
  | StreamTableJoinStep
  | TableTableJoinStep
  | ForeignKeySubscribeStep
  | ForeignKeyLookupStep
  | ForeignKeyResolveStep

/** Steps at the edges of a topology, carried out by the runtime. */
export type EdgeStep = SourceStep | RepartitionStep | SinkStep | SubscriberStep

export type Step = OperatorStep | EdgeStep

export const OPERATORS: {
  readonly [K in OperatorStep['kind']]: OperatorDefinition<Extract<OperatorStep, { kind: K }>>
} = {
  filter,
  tableFilter,
  project,
  flatMap,
  selectKey,
  groupBy,
  tableGroupBy,
  aggregate,
  windowedAggregate,
  tableAggregate,
  materialize,
  streamStreamJoin,
  streamTableJoin,
  tableTableJoin,
  foreignKeySubscribe,
  foreignKeyLookup,
  foreignKeyResolve,
}
