/** The table of operators. Exhaustive: a step kind without an operator does not compile. */
import type { AggregateStep } from './aggregate.ts'
import type { FilterStep } from './filter.ts'
import type { FlatMapStep } from './flat-map.ts'
import type { ForeignKeyLookupStep, ForeignKeyResolveStep, ForeignKeySubscribeStep } from './foreign-key-join.ts'
import type { GroupByStep } from './group-by.ts'
import type { MaterializeStep } from './materialize.ts'
import type { ProjectStep } from './project.ts'
import type { SelectKeyStep } from './select-key.ts'
import type { RepartitionStep, SinkStep, SourceStep, SubscriberStep } from './step.ts'
import type { StreamStreamJoinStep } from './stream-stream-join.ts'
import type { StreamTableJoinStep } from './stream-table-join.ts'
import type { TableAggregateStep } from './table-aggregate.ts'
import type { TableFilterStep } from './table-filter.ts'
import type { TableGroupByStep } from './table-group-by.ts'
import type { TableTableJoinStep } from './table-table-join.ts'
import type { WindowedAggregateStep } from './windowed-aggregate.ts'

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
