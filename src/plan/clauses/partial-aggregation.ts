/** The way of a stream's rows to their groups: added up before, where that gives the same result. */
import type { AggregateCall } from '../../operators/aggregate/aggregate-call.ts'
import type { FormatSpec } from '../../serde/format.ts'
import type { PlanBuilder, Relation } from '../builder.ts'
import { mergesParts } from './aggregate-call.ts'
import { type AggregationPlan, aggregateCall } from './aggregation-plan.ts'
import { repartition } from './rekey.ts'

/** Rows that lie with their groups. */
export interface GroupedRows {
  readonly relation: Relation
  /** Rows with more columns than that are partials; absent: there are none. */
  readonly recordColumns?: number
}

/** Whether calls are the same over parts of their rows. A query that runs once sends nothing over a topic. */
export const addsUp = (functions: readonly AggregateCall[], { isSnapshot, context }: PlanBuilder): boolean =>
  functions.length > 0 && !isSnapshot && functions.every((call) => mergesParts(call, context))

/** Brings rows under the key of their group to one partition. `prepared`: rows of the arguments of the calls. */
export function sendToGroups(prepared: Relation, keyFormat: FormatSpec, plan: AggregationPlan): GroupedRows {
  const { relation: sent, ...partials } = addUp(prepared, plan)
  return { relation: repartition('Aggregate-GroupBy', sent, { keyFormat, ...partials }, plan.builder), ...partials }
}

/** The same rows, or partials of them: for rows that lie with their groups, fewer looks at these. */
export function addUp(prepared: Relation, plan: AggregationPlan): GroupedRows {
  const { analysis, calls, builder } = plan
  const functions = calls.map((call, i) => aggregateCall(call, i, plan, prepared))
  if (!addsUp(functions, builder)) return { relation: prepared }
  const { window } = analysis
  const step = builder.add({
    kind: 'partialAggregate',
    id: 'Aggregate/Partial',
    input: prepared.step,
    functions,
    ...(window !== null && { window }),
  })
  return { relation: { ...prepared, step }, recordColumns: prepared.columns.length }
}
