/** GROUP BY as steps: re-key, evaluate the arguments, bring groups together, aggregate, HAVING. */
import { aggregateCalls, aggregateTest } from '../../analysis/aggregates.ts'
import type { Analysis, AnalyzedSource } from '../../analysis/analysis.ts'
import { internalKeySpec, refuseMaps } from '../../analysis/formats.ts'
import { layoutName } from '../../analysis/layout-names.ts'
import { rowCountTest } from '../../analysis/row-count.ts'
import { AliasGenerator } from '../../analysis/select-items.ts'
import { StatementError } from '../../errors.ts'
import { keyWindow } from '../../metastore/aggregation-window.ts'
import type { AggregateCall } from '../../operators/aggregate/aggregate-call.ts'
import type { WindowedAggregateStep } from '../../operators/aggregate/windowed-step.ts'
import { AGGREGATE_INPUT } from '../../operators/stateless/project.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { FunctionCall, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { withoutLocations } from '../../sql/walk.ts'
import { type Column, ROWTIME, WINDOW_BOUNDS } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import { groupKey, keySchema, type PlanBuilder, type Relation } from '../builder.ts'
import { hasUndo, variantOf } from './aggregate-call.ts'
import { type Aggregated, type AggregationPlan, aggregateCall, preparedColumns } from './aggregation-plan.ts'
import { aggregateChanges, isOverChanges } from './change-aggregation.ts'
import { expandedKey, expandSets, type GroupingSets, groupingSetsOf } from './grouping-sets.ts'
import { addUp, type GroupedRows, sendToGroups } from './partial-aggregation.ts'
import { placedByKey, repartition } from './rekey.ts'
import { readingColumns } from './result-columns.ts'
import { inClause, knownType, typed } from './typed.ts'
import { planFilter } from './where.ts'

/** What SELECT and HAVING are after grouping: expressions over the aggregated relation. */
export interface Grouped {
  readonly relation: Relation
  /** Rewrites an expression over the input into one over the aggregated row. */
  readonly rewrite: (expression: Syntax) => Syntax
}

export function planAggregation(analysis: Analysis, input: Relation, builder: PlanBuilder): Grouped {
  const names = groupNames(analysis)
  const groups = groupExpressions(analysis, names, input, builder)
  const calls = distinctCalls(analysis, builder)
  refuseTableWindows(analysis, input)
  const sets = groupingSetsOf(analysis)
  const isRowCount = isRowCountIn(analysis)
  const plan: AggregationPlan = { analysis, input, groups, names, sets, calls, isRowCount, builder }
  const { relation, results } = isOverChanges(plan) ? aggregateChanges(plan) : aggregate(plan, groupRows(plan))
  const toResults = aggregatedNames(analysis, names, calls, results)
  const toAggregated = (expression: Syntax) => toResults(sets === null ? expression : sets.rewrite(expression))
  return { relation: having(plan, relation, toAggregated), rewrite: toAggregated }
}

function groupNames({ groupBy, sources }: Analysis): string[] {
  const aliases = new AliasGenerator(sources)
  return groupBy!.map((expression) => aliases.forKey(expression))
}

function groupExpressions(
  { groupBy }: Analysis,
  names: readonly string[],
  input: Relation,
  { context }: PlanBuilder,
): NamedExpression[] {
  const groups = groupBy!.map((expression, i) => {
    const result = inClause('Error in GROUP BY expression: ', () => typed(expression, input, context))
    return {
      name: names[i]!,
      type: knownType(result, expression),
      expression: result,
      text: displayExpression(expression),
    }
  })
  refuseMaps(groups)
  return groups
}

function isRowCountIn({ sources }: Analysis): (call: Syntax) => boolean {
  const rowtime = ({ alias }: AnalyzedSource) =>
    layoutName({ kind: 'columnReference', qualifier: alias, name: ROWTIME }, sources)
  return rowCountTest(new Set(sources.map(rowtime)))
}

/** The aggregate calls of SELECT, HAVING and QUALIFY, each once. */
function distinctCalls({ select, having, qualify }: Analysis, { context }: PlanBuilder): FunctionCall[] {
  const isAggregate = aggregateTest(context.functions)
  const expressions = [...select.map(({ expression }) => expression), having, qualify].filter((one) => one !== null)
  const calls = expressions.flatMap((expression) => aggregateCalls(expression, isAggregate))
  return [...new Map(calls.map((call) => [withoutLocations(call), call])).values()]
}

function refuseTableWindows({ window }: Analysis, input: Relation): void {
  if (window !== null && input.kind === 'table') {
    throw new StatementError(
      'Windowing not supported for table aggregations. Remove the WINDOW clause, or aggregate a stream.',
    )
  }
}

/** Re-keys by the groups; then only the arguments of the aggregate functions travel on, or their states. */
function groupRows(plan: AggregationPlan): GroupedRows {
  const { input, groups, sets, builder } = plan
  if (sets !== null) return groupBySets(plan, sets)
  const grouped = builder.add({
    kind: input.kind === 'table' ? 'tableGroupBy' : 'groupBy',
    id: 'Aggregate/GroupBy',
    input: input.step,
    key: groups,
  })
  const placedBy = placeOfGroups(plan)
  const relation: Relation = {
    ...placedByKey(input),
    step: grouped,
    key: groupKey(groups),
    window: null,
    macros: new Map(),
    ...(placedBy !== null && { placedBy }),
  }
  const prepared = prepareArguments(plan, relation)
  if (placedBy !== null) return addUp(prepared, plan)
  if (isSourceKey(plan)) return { relation: prepared }
  if (input.kind === 'stream') return sendToGroups(prepared, input.keyFormat, plan)
  return {
    relation: repartition('Aggregate-GroupBy', prepared, { keyFormat: input.keyFormat, payload: 'change' }, builder),
  }
}

/** Rows of a stream under the key of each of their sets. NULL is a value in it, which JSON can write. */
function groupBySets(plan: AggregationPlan, sets: GroupingSets): GroupedRows {
  const { input, groups, builder } = plan
  const columns = [...groups, ...preparedColumns(plan)]
  const step = builder.add({ kind: 'project', id: AGGREGATE_INPUT, input: input.step, key: keySchema(input), columns })
  const prepared = { ...input, step, columns: columns.map(({ name, type }) => ({ name, type })), macros: new Map() }
  const expanded = expandSets(prepared, { sets, groups, keyed: true }, builder)
  const keyed: Relation = {
    ...placedByKey(expanded),
    key: expandedKey(groups, sets),
    window: null,
    isComposed: true,
  }
  return sendToGroups(keyed, internalKeySpec('JSON', keyed.key), plan)
}

/** Whether the grouping is exactly the key that the rows have: then they are where they must be. */
const isSourceKey = ({ input, groups }: AggregationPlan): boolean =>
  input.window === null &&
  input.placedBy === undefined &&
  input.key.length === groups.length &&
  groups.every(({ expression }, i) => expression.kind === 'column' && input.key[i]!.columns.includes(expression.name))

/**
 * What places the groups of a query in FROM whose rows lie together already, as those of a join do that are grouped by what they are joined on. Null: they must be
 * sent. The table of a statement lies where its key is placed: pull queries look it up there.
 */
function placeOfGroups({
  analysis,
  input,
  groups,
  builder,
}: AggregationPlan): NonNullable<Relation['placedBy']> | null {
  if (!builder.isNested || analysis.window !== null || input.kind === 'table' || input.placedBy === undefined)
    return null
  const placedBy = input.placedBy.map((names) =>
    groups.flatMap(({ name, expression }) =>
      expression.kind === 'column' && names.includes(expression.name) ? [name] : [],
    ),
  )
  return placedBy.every((names) => names.length > 0) ? placedBy : null
}

function prepareArguments(plan: AggregationPlan, relation: Relation): Relation {
  const prepared = preparedColumns(plan)
  const step = plan.builder.add({
    kind: 'project',
    id: AGGREGATE_INPUT,
    input: relation.step,
    key: keySchema(relation),
    columns: prepared,
  })
  return { ...relation, step, columns: prepared.map(({ name, type }) => ({ name, type })) }
}

function aggregate(plan: AggregationPlan, { relation: grouped, recordColumns }: GroupedRows): Aggregated {
  const { analysis, input, calls, builder } = plan
  const functions = calls.map((call, i) => aggregateCall(call, i, plan, grouped))
  if (input.kind === 'table') refuseWithoutUndo(functions, builder)
  const common = { id: 'Aggregate/Aggregate', input: grouped.step, functions, store: 'Aggregate-Aggregate-Materialize' }
  const partials = recordColumns === undefined ? {} : { recordColumns }
  const { window } = analysis
  if (window?.type === 'SESSION') refuseWithoutMerge(functions, builder)
  const step =
    window !== null
      ? builder.add({ ...common, kind: 'windowedAggregate', window, ...emission(analysis), ...partials })
      : input.kind === 'table'
        ? builder.add({ ...common, kind: 'tableAggregate' })
        : builder.add({ ...common, kind: 'aggregate', ...partials })
  const results = functions.map(({ name, type }) => ({ name, type }))
  const bounds: Column[] = window === null ? [] : WINDOW_BOUNDS.map((name) => ({ name, type: BIGINT }))
  return {
    relation: {
      ...grouped,
      step,
      kind: 'table',
      columns: [...keySchema(grouped), ...results, ...bounds],
      callTexts: new Map(results.map(({ name }, i) => [name, displayExpression(calls[i]!)])),
      keyOrigin: 'grouping expression',
      keyTexts: [...plan.groups.map(({ text }) => text), ...(plan.sets === null ? [] : [plan.sets.name])],
      window: window === null ? null : keyWindow(window),
      keyFormat: plan.sets === null ? input.keyFormat : grouped.keyFormat,
    },
    results: results.map(({ name }) => name),
  }
}

const emission = ({ emitFinal, emitTimeoutMs }: Analysis): Pick<WindowedAggregateStep, 'emit' | 'timeoutMs'> =>
  emitFinal ? { emit: 'FINAL', ...(emitTimeoutMs !== null && { timeoutMs: emitTimeoutMs }) } : { emit: 'CHANGES' }

function refuseWithoutUndo(functions: readonly AggregateCall[], { context }: PlanBuilder): void {
  const names = functions.filter((call) => !hasUndo(call, context)).map(({ function: name }) => name)
  if (names.length === 0) return
  const unique = [...new Set(names)].sort()
  const list = unique.length === 1 ? unique[0] : `${unique.slice(0, -1).join(', ')} and ${unique[unique.length - 1]}`
  throw new StatementError(
    `The aggregation function${unique.length === 1 ? '' : 's'} ${list} cannot be applied to a table source, only to a stream source.`,
  )
}

function refuseWithoutMerge(functions: readonly AggregateCall[], { context }: PlanBuilder): void {
  for (const call of functions) {
    if (variantOf(call, context)?.hasMerge !== false) continue
    throw new StatementError(
      `The aggregation function ${call.function} cannot be applied to session windows: it has no function merge that makes one state of two.`,
    )
  }
}

/** Grouping expressions become key columns, aggregate calls become result columns. */
function aggregatedNames(
  { groupBy }: Analysis,
  names: readonly string[],
  calls: readonly FunctionCall[],
  results: readonly string[],
): (expression: Syntax) => Syntax {
  return readingColumns(
    new Map([
      ...groupBy!.map((expression, i): [string, string] => [withoutLocations(expression), names[i]!]),
      ...calls.map((call, i): [string, string] => [withoutLocations(call), results[i]!]),
    ]),
  )
}

function having(
  { analysis, builder }: AggregationPlan,
  relation: Relation,
  toAggregated: (expression: Syntax) => Syntax,
): Relation {
  if (analysis.having === null) return relation
  const predicate = toAggregated(analysis.having)
  return planFilter(predicate, 'HAVING', relation, builder)
}
