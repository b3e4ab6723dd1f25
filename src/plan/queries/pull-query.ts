/** Pull queries: over a table that a query keeps, or over the whole of a stream's topic. Source: ksqlDB's PullPhysicalPlanBuilder. */
import type { Analysis, AnalyzedSource } from '../../analysis/analysis.ts'
import { analyzeQuery } from '../../analysis/analyze-query.ts'
import { PUSH_ADVICE, pullRefusal } from '../../analysis/pull-rules.ts'
import { columnScope } from '../../analysis/source-scope.ts'
import { placing, StatementError } from '../../errors.ts'
import type { Expression } from '../../expressions/expression.ts'
import { typecheck } from '../../expressions/typecheck.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Query, Expression as Syntax } from '../../sql/ast/query.ts'
import { displayExpression } from '../../sql/format.ts'
import { walk } from '../../sql/walk.ts'
import { isIndexable } from '../../state/index-text.ts'
import {
  type Column,
  formatColumn,
  formatHeader,
  type HeaderColumn,
  ROWOFFSET,
  ROWPARTITION,
  ROWTIME,
  WINDOW_BOUNDS,
} from '../../types/schema.ts'
import { BIGINT, formatType } from '../../types/sql-type.ts'
import { PlanBuilder, type PlanContext } from '../builder.ts'
import { checkPlan } from '../check-plan.ts'
import { planOutputProjection, refuseDuplicates } from '../clauses/projection.ts'
import { planQuery } from '../clauses/query-planner.ts'
import { inClause, knownType } from '../clauses/typed.ts'
import type { PhysicalPlan } from '../physical-plan.ts'
import { type IndexLookup, resolveIndex, tableIndexes } from '../table-index.ts'
import { planIndexLookup } from './index-lookup.ts'
import { type Lookup, planLookup } from './pull-lookup.ts'
import { type KeyParameter, keyParameters } from './pull-parameters.ts'

/** What planning a pull query reads of the world: its keys may be constant expressions, which are evaluated. */
export interface PullContext extends PlanContext {
  readonly functionContext: FunctionContext
}

/** A pull query on a table: rows are [key, WINDOWSTART and WINDOWEND if windowed, value, ROWTIME]. */
export interface PlannedTablePull {
  readonly kind: 'table'
  readonly source: DataSource
  readonly lookup: Lookup
  /** The condition where no keys are looked up, over the table's columns; null: keys are, or there is none. */
  readonly where: Syntax | null
  /** An index that spares reading all rows; null: keys are looked up, or none helps. */
  readonly index: IndexLookup | null
  /** The literals that only say what to look up; null: the plan is for these literals alone. */
  readonly parameters: readonly KeyParameter[] | null
  /** What every row found must fulfil besides; null: nothing. */
  readonly predicate: Expression | null
  readonly columns: readonly NamedExpression[]
  readonly limit: number | null
  /** The result's schema with its key columns marked. */
  readonly schemaText: string
  /** Names of the columns that are marked. */
  readonly keyColumns: readonly string[]
}

/** A pull query on a stream: a plan that ends in a subscriber and is to see the topic up to its end of now. */
export interface PlannedStreamPull {
  readonly kind: 'stream'
  readonly source: DataSource
  readonly plan: PhysicalPlan
  readonly columns: readonly Column[]
  readonly schemaText: string
  readonly limit: number | null
}

/** Throws StatementError. */
export function planPullQuery(
  query: Query,
  queryId: string,
  context: PullContext,
): PlannedTablePull | PlannedStreamPull {
  if (context.config('ksql.pull.queries.enable') === 'false') {
    throw new StatementError(
      "Pull queries are switched off on this server. Set 'ksql.pull.queries.enable' to true, or add EMIT CHANGES for a push query.",
    )
  }
  refuseRecordColumns(query)
  if (query.limit !== null && query.limit < 0) {
    throw new StatementError(
      pullRefusal(
        'LIMIT takes a number that is not negative.',
        "Pull queries don't support negative integers in the LIMIT clause.",
      ),
      { location: query.limitLocation },
    )
  }
  const { metastore, functions } = context
  const analysis = analyzeQuery(query, { metastore, functions, use: 'pull', sinkName: null })
  const [{ source }] = analysis.sources as [Analysis['sources'][0]]
  return source.kind === 'STREAM'
    ? planStream(analysis, queryId, context)
    : planTable(analysis, { isWildcard: query.items[0]?.kind === 'allColumns' }, context)
}

function refuseRecordColumns({ items, where }: Query): void {
  const select = items.flatMap((item) => (item.kind === 'singleColumn' ? [item.expression] : []))
  refuseIn('SELECT', select)
  refuseIn('WHERE', where === null ? [] : [where])
}

function refuseIn(clause: string, expressions: readonly Syntax[]): void {
  const found = new Map<string, Syntax>()
  for (const expression of expressions) {
    walk(expression, (node) => {
      const isRecordColumn = node.kind === 'columnReference' && (node.name === ROWPARTITION || node.name === ROWOFFSET)
      if (isRecordColumn) found.set(`\`${node.name}\``, node)
      return true
    })
  }
  if (found.size === 0) return
  throw new StatementError(
    `Pull queries don't support the following columns in ${clause} clauses: ${[...found.keys()].join(', ')}`,
    { location: found.values().next().value!.location },
  )
}

// ---- Tables ------------------------------------------------------------------------------------------------------------------------

function planTable(
  analysis: Analysis,
  { isWildcard }: { readonly isWildcard: boolean },
  context: PullContext,
): PlannedTablePull {
  const [analyzed] = analysis.sources as [AnalyzedSource]
  requireMaterialization(analyzed, context)
  const { source } = analyzed
  const layout = tableLayout(source)
  const scope = {
    ...columnScope(layout, context.functions, context.metastore),
    lambdasEnabled: context.config('ksql.lambdas.enabled') !== 'false',
  }
  const { where, select } = analysis
  if (where !== null) refuseBadLikes(where, layout)
  const typed = where === null ? null : typedWhere(where, scope)
  const lookupOptions = {
    source,
    constants: { ...context, resolveType: scope.resolveType, lambdasEnabled: scope.lambdasEnabled },
    allowScan: context.config('ksql.query.pull.table.scan.enabled') !== 'false',
    allowRange: context.config('ksql.query.pull.range.scan.enabled') !== 'false',
  }
  const lookup = placing(where?.location, () => planLookup(where, lookupOptions))
  const isFound = lookup.keys !== null || lookup.keyRange !== null
  const index =
    isFound || source.window !== null
      ? null
      : planIndexLookup(where, { ...lookupOptions, indexes: tableIndexes(context.metastore, source.name) })
  const parameters = isFound ? keyParameters(where, source) : null
  const columns = select.map(({ name, expression: syntax }): NamedExpression => {
    const expression = inClause('Invalid Select: ', () => typecheck(syntax, scope))
    return { name, type: knownType(expression, syntax), expression, text: displayExpression(syntax) }
  })
  const isKey = keyTest(source)
  const keyColumns = select.filter(({ expression }) => isKey(expression)).map(({ name }) => name)
  const sides = Map.groupBy(columns, (_, i) => (isKey(select[i]!.expression) ? 'key' : 'value'))
  for (const [side, those] of sides) refuseDuplicates(side, those, select)
  return {
    kind: 'table',
    source,
    lookup,
    where: isFound ? null : where,
    index,
    parameters,
    predicate: parameters === null ? typed : null,
    columns,
    limit: analysis.limit,
    schemaText: tableSchemaText(columns, keyColumns, isWildcard ? source.schema.headers : []),
    keyColumns,
  }
}

/** A column whose index would spare the query reading all rows. Null: no single one would, or it does not read all. */
export function adviseIndex({ source, where, lookup, index }: PlannedTablePull, context: PullContext): string | null {
  if (index !== null || lookup.keys !== null || lookup.keyRange !== null || source.window !== null) return null
  const { resolveType } = columnScope(tableLayout(source), context.functions, context.metastore)
  const isKey = ({ name }: Column) => source.schema.key.length === 1 && source.schema.key[0]!.name === name
  const columns = [...source.schema.key, ...source.schema.value].filter((one) => isIndexable(one.type) && !isKey(one))
  const indexes = columns.flatMap(({ name }) => resolveIndex({ name, columns: [name] }, source) ?? [])
  return planIndexLookup(where, { source, indexes, constants: { ...context, resolveType } })?.name ?? null
}

/**
 * `*` shows header columns as such, between the key and the value; its rows have them last. Selected by name, they are columns like others.
 * Source: ksqlDB `LogicalSchema`.
 */
function tableSchemaText(
  columns: readonly Column[],
  keys: readonly string[],
  headers: readonly HeaderColumn[],
): string {
  const isHeader = ({ name }: Column) => headers.some((header) => header.name === name)
  const texts = columns
    .filter((column) => !isHeader(column))
    .map((column) => (keys.includes(column.name) ? `${formatColumn(column)} KEY` : formatColumn(column)))
  return texts.toSpliced(keys.length, 0, ...headers.map(formatHeader)).join(', ')
}

/** The query that keeps the table's rows is found by its link; a plain table has none. */
function requireMaterialization({ source: { name }, location }: AnalyzedSource, { metastore }: PullContext): void {
  const isKept = [...metastore.queries.values()].some(
    ({ kind, reads, writes }) =>
      (kind === 'CREATE_AS' && writes === name) || (kind === 'CREATE_SOURCE' && reads.includes(name)),
  )
  if (isKept) return
  throw new StatementError(
    pullRefusal(
      `No query keeps the rows of ${name}, so there are none to read.`,
      `The \`${name}\` table isn't queryable. To derive a queryable table, you can do ` +
        `'CREATE TABLE QUERYABLE_${name} AS SELECT * FROM ${name}'.`,
    ) + PUSH_ADVICE,
    { location },
  )
}

const tableLayout = ({ schema, window }: DataSource): Column[] => [
  ...schema.key,
  ...(window === null ? [] : WINDOW_BOUNDS.map((name) => ({ name, type: BIGINT }))),
  ...schema.value,
  ...schema.headers.map(({ name, type }) => ({ name, type })),
  { name: ROWTIME, type: BIGINT },
]

function keyTest({ schema, window }: DataSource): (syntax: Syntax) => boolean {
  const names = new Set([...schema.key.map(({ name }) => name), ...(window === null ? [] : WINDOW_BOUNDS)])
  return (syntax) => syntax.kind === 'columnReference' && names.has(syntax.name)
}

/** For ksqlDB the statement at fault is the condition, which clients match on. */
function typedWhere(where: Syntax, scope: Parameters<typeof typecheck>[1]): Expression {
  try {
    const predicate = inClause('Error in WHERE expression: ', () => typecheck(where, scope))
    if (predicate.type?.kind === 'BOOLEAN') return predicate
    const type = predicate.type === null ? 'null' : formatType(predicate.type)
    throw new StatementError(
      `Type error in WHERE expression: Should evaluate to boolean but is ${displayExpression(where)} (${type}) instead.`,
      { location: where.location },
    )
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    throw error.reworded(`${error.message}\nStatement: ${displayExpression(where)}`)
  }
}

/** Worded for pull queries alone. */
function refuseBadLikes(where: Syntax, layout: readonly Column[]): void {
  walk(where, (node) => {
    if (node.kind !== 'like' || node.operand.kind !== 'columnReference') return true
    const { name } = node.operand
    const column = layout.find((candidate) => candidate.name === name)
    if (column !== undefined && column.type.kind !== 'STRING') {
      throw new StatementError(
        `The column type for Like condition must be VARCHAR. The column type is ${formatType(column.type)}`,
        { location: node.location },
      )
    }
    return true
  })
}

// ---- Streams -----------------------------------------------------------------------------------------------------------------------

function planStream(analysis: Analysis, queryId: string, context: PullContext): PlannedStreamPull {
  const [{ source }] = analysis.sources as [Analysis['sources'][0]]
  if (context.config('ksql.query.pull.stream.enabled') === 'false') {
    throw new StatementError(
      "Pull queries on streams are switched off on this server. Set 'ksql.query.pull.stream.enabled' to true, or add EMIT CHANGES.",
    )
  }
  const builder = new PlanBuilder(context)
  const planned = planQuery(analysis, builder)
  const { columns } = planned
  const output = planOutputProjection(columns, planned.relation, builder)
  builder.add({
    kind: 'subscriber',
    id: 'Subscriber',
    input: output.step,
    limit: analysis.limit,
    keyColumns: columns.map(() => null),
  })
  return {
    kind: 'stream',
    source,
    plan: checkPlan({ queryId, steps: builder.steps, sources: [source.name], sink: null, materialization: null }),
    columns: output.columns,
    schemaText: output.columns.map(formatColumn).join(', '),
    limit: analysis.limit,
  }
}
