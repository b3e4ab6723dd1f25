/** The table of operators. Exhaustive: a step kind without an operator does not compile. */
import { type AggregateStep, aggregate } from './aggregate/aggregate.ts'
import { type PartialAggregateStep, partialAggregate } from './aggregate/partial-aggregate.ts'
import { type TableAggregateStep, tableAggregate } from './aggregate/table-aggregate.ts'
import { windowedAggregate } from './aggregate/windowed-aggregate.ts'
import type { WindowedAggregateStep } from './aggregate/windowed-step.ts'
import { type AsofJoinStep, asofJoin } from './changes/asof-join.ts'
import { type ChangeAggregateStep, changeAggregate } from './changes/change-aggregate.ts'
import { type ChangeJoinStep, changeJoin } from './changes/change-join.ts'
import { type ChangeKeyStep, changeKey } from './changes/change-key.ts'
import { type CombineRowsStep, combineRows } from './changes/combine-rows.ts'
import { type EarlyLimitStep, earlyLimit } from './changes/early-limit.ts'
import { type GroupingSetsStep, groupingSets } from './changes/grouping-sets.ts'
import { type MergeStep, merge } from './changes/merge.ts'
import { type OverStep, over } from './changes/over.ts'
import { type PartialChangeAggregateStep, partialChangeAggregate } from './changes/partial-change-aggregate.ts'
import { type SettleStep, settle } from './changes/settle.ts'
import { EDGES, type EdgeDefinition, type EdgeStep } from './edges.ts'
import type { ForeignKeyLookupStep, ForeignKeyResolveStep, ForeignKeySubscribeStep } from './join/foreign-key-join.ts'
import { foreignKeyLookup } from './join/foreign-key-lookup.ts'
import { foreignKeyResolve } from './join/foreign-key-resolve.ts'
import { foreignKeySubscribe } from './join/foreign-key-subscribe.ts'
import { type StreamStreamJoinStep, streamStreamJoin } from './join/stream-stream-join.ts'
import { type StreamTableJoinStep, streamTableJoin } from './join/stream-table-join.ts'
import { type TableTableJoinStep, tableTableJoin } from './join/table-table-join.ts'
import type { OperatorDefinition } from './operator.ts'
import { type FilterStep, filter } from './stateless/filter.ts'
import { type FlatMapStep, flatMap } from './stateless/flat-map.ts'
import { type GroupByStep, groupBy } from './stateless/group-by.ts'
import { type ProjectStep, project } from './stateless/project.ts'
import { type SelectKeyStep, selectKey } from './stateless/select-key.ts'
import { type TableFilterStep, tableFilter } from './stateless/table-filter.ts'
import { type TableGroupByStep, tableGroupBy } from './stateless/table-group-by.ts'
import type { StepFacts } from './step-facts.ts'
import { type MaterializeStep, materialize } from './table/materialize.ts'

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
  | PartialAggregateStep
  | MaterializeStep
  | StreamStreamJoinStep
  | StreamTableJoinStep
  | TableTableJoinStep
  | ForeignKeySubscribeStep
  | ForeignKeyLookupStep
  | ForeignKeyResolveStep
  | ChangeKeyStep
  | ChangeJoinStep
  | AsofJoinStep
  | ChangeAggregateStep
  | PartialChangeAggregateStep
  | GroupingSetsStep
  | SettleStep
  | CombineRowsStep
  | MergeStep
  | EarlyLimitStep
  | OverStep

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
  partialAggregate,
  materialize,
  streamStreamJoin,
  streamTableJoin,
  tableTableJoin,
  foreignKeySubscribe,
  foreignKeyLookup,
  foreignKeyResolve,
  changeKey,
  changeJoin,
  asofJoin,
  changeAggregate,
  partialChangeAggregate,
  groupingSets,
  settle,
  combineRows,
  merge,
  earlyLimit,
  over,
}

/** What is known about a step's kind, be it an operator or an edge. The cast relates the two, which the types of a table by kind cannot. */
export const factsOf = <S extends Step>({ kind }: S): StepFacts<S> & Pick<EdgeDefinition<S>, 'inputs'> =>
  STEPS[kind] as unknown as StepFacts<S> & Pick<EdgeDefinition<S>, 'inputs'>

const STEPS = { ...OPERATORS, ...EDGES }
