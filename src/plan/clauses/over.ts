/** OVER and QUALIFY as steps: for each partition and order one, whose results SELECT reads as columns. */
import type { Analysis } from '../../analysis/analysis.ts'
import { refuse } from '../../analysis/errors.ts'
import { oriented } from '../../analysis/normal-form/rank-limits.ts'
import { overCalls } from '../../analysis/over-functions.ts'
import { nullsFirst } from '../../analysis/sort-items.ts'
import { MAX_EARLY_RANK } from '../../operators/changes/early-limit.ts'
import { MAX_LISTED_ROWS } from '../../operators/changes/first-rows.ts'
import type { RankLimit } from '../../operators/changes/ordered-rows.ts'
import type { OverCall, RankingName } from '../../operators/changes/over-functions.ts'
import type { SortColumn } from '../../operators/changes/sort-text.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { FunctionCall, Over, SortItem, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { conjuncts, withoutLocations } from '../../sql/walk.ts'
import { type PlanBuilder, positionsOf, type Relation } from '../builder.ts'
import { addColumns, columnOf } from './add-columns.ts'
import { onlyComeForward } from './growing-rows.ts'
import { overCall } from './over-call.ts'
import { bringTogether, isSettled } from './placement.ts'
import type { ProjectedColumn } from './projection.ts'
import { readingColumns } from './result-columns.ts'
import { inClause, knownType, typed } from './typed.ts'
import { planFilter } from './where.ts'

/** A query up to its SELECT. */
export interface PlannedQuery {
  readonly relation: Relation
  /** SELECT over `relation`'s columns. */
  readonly columns: readonly ProjectedColumn[]
}

export interface SelectOverRows extends PlannedQuery {
  /** Over the same columns. */
  readonly qualify: Syntax | null
}

export function planOver(planned: SelectOverRows, analysis: Analysis, builder: PlanBuilder): PlannedQuery {
  const { qualify } = planned
  const calls = distinct([
    ...planned.columns.map(({ expression }) => expression),
    ...(qualify === null ? [] : [qualify]),
  ])
  if (calls.length === 0) {
    if (qualify !== null)
      refuse('QUALIFY needs a call with OVER. To filter rows, use WHERE.', analysis.qualify?.location)
    return planned
  }
  const groups = Object.values(Object.groupBy(calls, ({ over }) => orderingText(over!))) as FunctionCall[][]
  const limit = groups.length === 1 ? rankLimit(qualify, calls) : null
  const names = new Map(calls.map((call, i) => [withoutLocations(call), `KSQL_OVER_${i}`]))
  const isHidden = limit?.isAll === true && !planned.columns.some(({ expression }) => overCalls(expression).length > 0)
  let { relation } = planned
  groups.forEach((group, i) => {
    relation = addOver(
      { name: i === 0 ? 'Over' : `Over_${i}`, calls: isHidden ? [] : group, over: group[0]!.over!, limit, names },
      relation,
      builder,
    )
  })
  const read = readingColumns(names)
  const columns = planned.columns.map((column) => ({ ...column, expression: read(column.expression) }))
  if (qualify === null || limit?.isAll === true) return { relation, columns }
  return { relation: planFilter(read(qualify), 'QUALIFY', relation, builder), columns }
}

function distinct(expressions: readonly Syntax[]): FunctionCall[] {
  const calls = expressions.flatMap(overCalls)
  for (const call of calls) {
    const [inner] = call.args.flatMap(overCalls)
    if (inner !== undefined)
      refuse('A call with OVER cannot be an argument of another one. Put it into a query in FROM.', inner.location)
  }
  return [...new Map(calls.map((call) => [withoutLocations(call), call])).values()]
}

/** Calls with the same text are computed together. */
const orderingText = ({ partitionBy, orderBy }: Over): string =>
  JSON.stringify([
    partitionBy.map(withoutLocations),
    orderBy.map(({ expression, descending, nulls }) => [withoutLocations(expression), descending, nulls]),
  ])

interface Limit extends RankLimit {
  /** The call that ranks. */
  readonly call: FunctionCall
  /** Whether the limit is all that QUALIFY says. */
  readonly isAll: boolean
}

/** What QUALIFY lets in by rank at most. Null where one of the calls looks at rows behind that rank. */
function rankLimit(qualify: Syntax | null, calls: readonly FunctionCall[]): Limit | null {
  const conditions = qualify === null ? [] : conjuncts(qualify)
  for (const condition of conditions) {
    if (condition.kind !== 'comparison') continue
    const { left: call, operator, right } = oriented(condition)
    if (call.kind !== 'functionCall' || call.over === undefined || right.kind !== 'integerLiteral') continue
    const { name: ranking } = call
    if (!isRanking(ranking)) continue
    if (operator !== '<=' && operator !== '<' && operator !== '=') continue
    const rank = operator === '<' ? right.value - 1 : right.value
    if (rank < 1 || calls.some((other) => looksBehind(other, ranking))) continue
    const isAll = conditions.length === 1 && (operator !== '=' || rank === 1)
    return { ranking, rank, call, isAll }
  }
  return null
}

/** Whether the result of a call for some row depends on rows of a higher rank. Equals of a row have its rank, but not its number. */
function looksBehind({ name, over }: FunctionCall, ranking: RankingName): boolean {
  if (isRanking(name) || name === 'LAG') return false
  const { frame, orderBy } = over!
  if (name === 'LEAD' || orderBy.length === 0 || frame?.end.kind === 'following') return true
  return frame?.unit !== 'ROWS' && ranking === 'ROW_NUMBER'
}

const isRanking = (name: string): name is RankingName =>
  name === 'ROW_NUMBER' || name === 'RANK' || name === 'DENSE_RANK'

interface OverPlan {
  readonly name: string
  readonly calls: readonly FunctionCall[]
  readonly over: Over
  readonly limit: Limit | null
  /** Names of the results by the text of the call. */
  readonly names: ReadonlyMap<string, string>
}

function addOver(plan: OverPlan, input: Relation, builder: PlanBuilder): Relation {
  const { name, limit } = plan
  const { relation: prepared, partition, order } = withSortColumns(plan, input, builder)
  const group = partition.map((column) => columnOf(column, prepared))
  const comesForward =
    limit !== null &&
    prepared.kind === 'table' &&
    builder.ttlMs === null &&
    onlyComeForward(prepared, { partition, order, ranking: limit.ranking }, builder)
  const isEarly = limit !== null && isKnownEarly(limit, builder) && (prepared.kind === 'stream' || comesForward)
  const before = (grouped: Relation): Relation => ({
    ...grouped,
    step: builder.add({
      kind: 'earlyLimit',
      id: `${name}/EarlyLimit`,
      input: grouped.step,
      order,
      limit: rankOf(limit!),
    }),
  })
  const together = bringTogether(name, prepared, group, builder, isEarly ? { before } : {})
  const functions = plan.calls.map((call) =>
    overCall(call, plan.names.get(withoutLocations(call))!, { relation: together, order, builder }),
  )
  const columns = [...prepared.columns, ...functions.map(({ name, type }) => ({ name, type }))]
  const key = overKey(plan, prepared, partition, functions)
  const step = builder.add({
    kind: 'over',
    id: `${name}/Over`,
    input: together.step,
    order,
    functions,
    limit: limit === null ? null : rankOf(limit),
    key: positionsOf(key, { columns }),
    ttlMs: builder.ttlMs,
    ...(comesForward && { comesForward }),
    ...(canBeListed(limit, input) ? { isListed: true } : limit !== null && { inBlocks: true }),
    store: `${name}-Rows`,
  })
  return {
    ...together,
    step,
    kind: 'table',
    columns,
    key,
    keyOrigin: 'grouping expression',
    keyTexts: key.map(({ name: text }) => text),
    macros: prepared.macros,
    callTexts: new Map([
      ...prepared.callTexts,
      ...plan.calls.map((call) => [plan.names.get(withoutLocations(call))!, displayExpression(call)] as const),
    ]),
    keyFormat: input.keyFormat,
    isComposed: true,
    // Rows under a place in the order are distinguished by their partition; those under their own key come as that did.
    isUnsettled: key === prepared.key && !isSettled(input),
  }
}

const rankOf = ({ ranking, rank }: Limit): RankLimit => ({ ranking, rank })

/** Whether rows are looked at before they are sent. A row that expires would make room for one that was left out. */
const isKnownEarly = ({ rank }: Limit, { ttlMs, isSnapshot }: PlanBuilder): boolean =>
  rank <= MAX_EARLY_RANK && ttlMs === null && !isSnapshot

/** Whether the first rows are all that there is to keep: rows of a stream never leave. */
const canBeListed = (limit: RankLimit | null, { kind }: Relation): boolean =>
  kind === 'stream' && limit?.ranking === 'ROW_NUMBER' && limit.rank <= MAX_LISTED_ROWS

interface Sorted {
  readonly relation: Relation
  /** Columns of the row by name. */
  readonly partition: readonly string[]
  readonly order: readonly SortColumn[]
}

/** The relation with a column for each expression that it is partitioned or ordered by. */
function withSortColumns({ name, over }: OverPlan, input: Relation, builder: PlanBuilder): Sorted {
  const added: NamedExpression[] = []
  const columnFor = (syntax: Syntax): string => {
    const expression = inClause('Error in OVER expression: ', () => typed(syntax, input, builder.context))
    if (expression.kind === 'column') return expression.name
    const text = displayExpression(syntax)
    const column = `${name} ${text}`
    if (!added.some((other) => other.name === column)) {
      added.push({ name: column, type: knownType(expression, syntax), expression, text })
    }
    return column
  }
  const partition = over.partitionBy.map(columnFor)
  const sorted = over.orderBy.map((item) => ({ item, column: columnFor(item.expression) }))
  const relation = addColumns(`${name}/Columns`, added, input, builder)
  const order = sorted.map(({ item, column }) => sortColumn(item, column, relation))
  return { relation, partition, order }
}

const sortColumn = (item: SortItem, column: string, { columns }: Relation): SortColumn => ({
  index: columns.findIndex(({ name }) => name === column),
  descending: item.descending,
  nullsFirst: nullsFirst(item),
})

/**
 * The columns that identify the rows of the result. The partition identifies the first row of each partition; other rows have their own key,
 * or their number in the partition. Else the result is a bag.
 */
function overKey(
  { limit }: OverPlan,
  { key, columns, kind }: Relation,
  partition: readonly string[],
  functions: readonly OverCall[],
): Relation['key'] {
  const keyColumn = (name: string, type = columns.find((column) => column.name === name)!.type) => ({
    name,
    type,
    columns: [name],
  })
  if (limit?.ranking === 'ROW_NUMBER' && limit.rank === 1 && partition.length > 0)
    return partition.map((name) => keyColumn(name))
  if (kind === 'table' && key.length > 0) return key
  const number = functions.find((call) => call.call === 'ranking' && call.ranking === 'ROW_NUMBER')
  return number === undefined ? [] : [...partition.map((name) => keyColumn(name)), keyColumn(number.name, number.type)]
}
