/** GROUP BY of a table that a query makes, and aggregates of DISTINCT values: groups without rows leave, and every function takes values back. */
import { StatementError } from '../../errors.ts'
import type { ChangeAggregateCall } from '../../operators/changes/change-aggregate.ts'
import type { FunctionCall } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { groupKey, keySchema, type PlanBuilder, type Relation } from '../builder.ts'
import { columnOf } from './add-columns.ts'
import { hasUndo } from './aggregate-call.ts'
import { type Aggregated, type AggregationPlan, aggregateCall, preparedColumns } from './aggregation-plan.ts'
import { expandedKey, expandSets } from './grouping-sets.ts'
import { addsUp, type GroupedRows } from './partial-aggregation.ts'
import { bringTogether, liesTogether } from './placement.ts'

/** Whether the aggregation is planned here: what ksqlDB has is planned as it does. */
export const isOverChanges = ({ analysis, input, sets, calls, builder }: AggregationPlan): boolean =>
  (sets !== null && (analysis.window === null || input.kind === 'table')) ||
  hasRowOfNothing({ analysis, builder }) ||
  (input.kind === 'table' && (input.isComposed === true || builder.isNested)) ||
  calls.some(({ distinct }) => distinct === true)

/** Whether it is an aggregate of all rows in a query that runs once: it has a row without any input. A continuous one begins with its first row. */
const hasRowOfNothing = ({ analysis, builder }: Pick<AggregationPlan, 'analysis' | 'builder'>): boolean =>
  analysis.groupsAll && analysis.window === null && builder.isSnapshot

export function aggregateChanges(plan: AggregationPlan): Aggregated {
  refuseWindow(plan)
  const { groups, sets, calls, builder } = plan
  const prepared = sets === null ? prepare(plan) : expandSets(prepare(plan), { sets, groups, keyed: false }, builder)
  const key = sets === null ? groupKey(groups) : expandedKey(groups, sets)
  const functions = calls.map((call, i) => changeCall(call, i, plan, prepared))
  const { relation: together, recordColumns } = toGroups(prepared, key, functions, builder)
  const step = builder.add({
    kind: 'changeAggregate',
    id: 'Aggregate/Aggregate',
    input: together.step,
    groups: key.length,
    ...(hasRowOfNothing(plan) && { hasRowOfNothing: true as const }),
    functions,
    store: 'Aggregate-Aggregate-Groups',
    valueStore: 'Aggregate-Aggregate-Values',
    ...(together.kind === 'stream' && { onlyAdds: true as const }),
    ...(keepsBlocks(plan, together) && { valuesInBlocks: true as const, keepsSmallSets: true as const }),
    ...(recordColumns !== undefined && { recordColumns }),
    ttlMs: builder.ttlMs,
  })
  const results = functions.map(({ name, type }) => ({ name, type }))
  const relation: Relation = {
    ...together,
    step,
    kind: 'table',
    key,
    columns: [...key.map(({ name, type }) => ({ name, type })), ...results],
    callTexts: new Map(results.map(({ name }, i) => [name, displayExpression(calls[i]!)])),
    keyOrigin: 'grouping expression',
    keyTexts: [...groups.map(({ text }) => text), ...(sets === null ? [] : [sets.name])],
    window: null,
    macros: new Map(),
    keyFormat: plan.input.keyFormat,
    isUnsettled: false,
    isComposed: true,
  }
  return { relation, results: results.map(({ name }) => name) }
}

/** Brings the rows of each group together, those of a stream added up before where that gives the same result. */
function toGroups(
  prepared: Relation,
  key: readonly { readonly name: string }[],
  functions: readonly ChangeAggregateCall[],
  builder: PlanBuilder,
): GroupedRows {
  const id = 'Aggregate/GroupBy'
  const group = key.map(({ name }) => columnOf(name, prepared))
  const isSent = !liesTogether(prepared, new Set(key.map(({ name }) => name)))
  const hasParts = isSent && prepared.kind === 'stream' && builder.ttlMs === null && addsUp(functions, builder)
  if (!hasParts) return { relation: bringTogether(id, prepared, group, builder) }
  const step = builder.add({
    kind: 'partialChangeAggregate',
    id: 'Aggregate/Partial',
    input: prepared.step,
    groups: key.length,
    functions,
  })
  const recordColumns = prepared.columns.length
  return { relation: bringTogether(id, { ...prepared, step }, group, builder, { recordColumns }), recordColumns }
}

/** Whether DISTINCT values are kept in blocks: those of a stream, unless they are forgotten one by one. */
const keepsBlocks = ({ calls, builder }: AggregationPlan, { kind }: Relation): boolean =>
  kind === 'stream' && builder.ttlMs === null && calls.some(({ distinct }) => distinct === true)

/** Rows of the group's columns, then the arguments. What places the input stays known where it is grouped by. */
function prepare(plan: AggregationPlan): Relation {
  const { input, groups, builder } = plan
  const columns = [...groups, ...preparedColumns(plan)]
  const step = builder.add({
    kind: 'project',
    id: 'Aggregate/Prepare',
    input: input.step,
    key: keySchema(input),
    columns,
  })
  const renamed = (names: readonly string[]): string[] =>
    groups.flatMap(({ name, expression }) =>
      expression.kind === 'column' && names.includes(expression.name) ? [name] : [],
    )
  return {
    ...input,
    step,
    columns: columns.map(({ name, type }) => ({ name, type })),
    key: input.key.map((column) => ({ ...column, columns: renamed(column.columns) })),
    ...(input.placedBy !== undefined && { placedBy: input.placedBy.map(renamed) }),
    macros: new Map(),
  }
}

function changeCall(call: FunctionCall, index: number, plan: AggregationPlan, together: Relation): ChangeAggregateCall {
  const bound = aggregateCall(call, index, plan, together)
  if (plan.input.kind === 'table' && bound.function.endsWith('_BY_OFFSET')) {
    throw new StatementError(
      `${bound.function} cannot be applied to a table: its rows have no order of arrival. Write MIN, MAX, or ROW_NUMBER() with QUALIFY.`,
      { location: call.location },
    )
  }
  return { ...bound, distinct: call.distinct === true, undoes: hasUndo(bound, plan.builder.context) }
}

function refuseWindow({ analysis: { window }, calls }: AggregationPlan): void {
  if (window === null) return
  const call = calls.find(({ distinct }) => distinct === true)
  throw new StatementError(
    call === undefined
      ? 'WINDOW needs a stream, and the query in FROM gives a table. Aggregate over windows inside that query, and GROUP BY its WINDOWSTART here.'
      : `${displayExpression(call)} is not supported with WINDOW. Write COUNT_DISTINCT, or group by the start of the window.`,
    { location: call?.location },
  )
}
