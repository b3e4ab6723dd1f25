/** SELECT -> Analysis: resolves names clause by clause and applies the rules, each in its own file, in the dialect's order. */
import { placing, StatementError } from '../errors.ts'
import { typecheck } from '../expressions/typecheck.ts'
import type { FunctionRegistry } from '../functions/registry.ts'
import type { AggregationWindow } from '../metastore/aggregation-window.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { Expression, FunctionCall, Grouping, Query, SelectItem } from '../sql/ast/query.ts'
import { displayExpression } from '../sql/format.ts'
import { rewrite, walk } from '../sql/walk.ts'
import { WINDOW_BOUNDS } from '../types/schema.ts'
import type { StructType } from '../types/sql-type.ts'
import {
  aggregateCalls,
  aggregateTest,
  checkAggregates,
  containsAggregate,
  type IsAggregate,
  refuseWindowBounds,
  withRowtimeArguments,
} from './aggregates.ts'
import type { Analysis, AnalyzedJoin, AnalyzedSource, QueryUse, SelectColumn } from './analysis.ts'
import { analyzeJoins } from './analyze-joins.ts'
import { durationMs } from './durations.ts'
import { refuse } from './errors.ts'
import { checkGroupingCalls } from './grouping-calls.ts'
import { display, withLayoutNames } from './layout-names.ts'
import { isOverFunction } from './over-functions.ts'
import { checkPullQuery } from './pull-rules.ts'
import { refuseUnsupportedForms } from './query-forms.ts'
import { type NameScope, resolveNames } from './resolve-names.ts'
import { analyzeSelect } from './select-items.ts'
import { sourceScope } from './source-scope.ts'
import { analyzeSources, type Derive, flattenRelation, hasColumn, refuseDerived } from './sources.ts'
import { stateTtlMs } from './state-ttl.ts'
import { checkTableFunctions } from './table-functions.ts'
import { usedColumns } from './used-columns.ts'
import { analyzeWindow } from './window.ts'

export interface AnalyzeOptions {
  readonly metastore: Metastore
  readonly functions: FunctionRegistry
  readonly use: QueryUse
  /** Name of the sink; null for push and pull queries. */
  readonly sinkName: string | null
  /** How long state is kept that nothing else bounds, where a query around says so; null or absent: as this query says. */
  readonly ttlMs?: number | null
  /** Absent: queries in FROM are refused. */
  readonly derive?: Derive
}

/** Throws StatementError. The result's expressions are untyped but resolved: they name the columns of the planner's rows. */
export function analyzeQuery(query: Query, options: AnalyzeOptions): Analysis {
  return placing(query.location, () => analyze(query, options))
}

function analyze(query: Query, options: AnalyzeOptions): Analysis {
  refuseUnsupportedForms(query, options.use)
  const sources = analyzeSources(query.from, options.metastore, options.derive ?? refuseDerived)
  if (options.use === 'pull') checkPullQuery(query, sources, aggregateTest(options.functions))
  const joins = analyzeJoins(flattenRelation(query.from).joins, sources, options.ttlMs ?? stateTtlMs(query))
  const window = windowOf(query)
  const clauses = resolveClauses(query, sources, joins, window, options)
  checkClauses(query, sources, clauses, window, options)
  return {
    use: options.use,
    sources,
    ...laidOut(clauses, joins, sources),
    partitionTexts: (clauses.partitionBy ?? []).map((expression) => displayExpression(expression)),
    usedColumns: usedColumns({ sources, joins, ...clauses }),
    groupsAll: query.groupBy?.isAll === true,
    groupingSets: query.groupBy?.sets ?? null,
    window,
    sinkName: options.sinkName,
    ...output(query, clauses, options),
  }
}

function windowOf({ window, emit }: Query): AggregationWindow | null {
  if (window === null) return null
  return placing(window.location, () => analyzeWindow(window, { emitFinal: emit === 'FINAL' }))
}

/** The clauses over layout names: until here columns carry the alias of their source, which the rules read. */
function laidOut(
  { select, where, groupBy, partitionBy, having, qualify }: Clauses,
  joins: readonly AnalyzedJoin[],
  sources: readonly AnalyzedSource[],
): Clauses & Pick<Analysis, 'joins'> {
  const toLayout = (expression: Expression): Expression => withLayoutNames(expression, sources)
  return {
    joins: joins.map((join) => ({
      ...join,
      leftExpression: toLayout(join.leftExpression),
      rightExpression: toLayout(join.rightExpression),
      general: join.general && {
        ...join.general,
        equations: join.general.equations.map(({ left, right }) => ({ left: toLayout(left), right: toLayout(right) })),
        residual: join.general.residual && toLayout(join.general.residual),
        ...(join.general.asof !== undefined && {
          asof: {
            ...join.general.asof,
            left: toLayout(join.general.asof.left),
            right: toLayout(join.general.asof.right),
          },
        }),
      },
    })),
    select: select.map((column) => ({ ...column, expression: toLayout(column.expression) })),
    where: where && toLayout(where),
    groupBy: groupBy === null ? null : groupBy.map(toLayout),
    partitionBy: partitionBy === null ? null : partitionBy.map(toLayout),
    having: having && toLayout(having),
    qualify: qualify && toLayout(qualify),
  }
}

interface Clauses {
  readonly select: readonly SelectColumn[]
  readonly where: Expression | null
  readonly groupBy: readonly Expression[] | null
  readonly partitionBy: readonly Expression[] | null
  readonly having: Expression | null
  readonly qualify: Expression | null
}

function resolveClauses(
  query: Query,
  sources: readonly AnalyzedSource[],
  joins: readonly AnalyzedJoin[],
  window: AggregationWindow | null,
  { use, functions, metastore }: AnalyzeOptions,
): Clauses {
  const synthetic = syntheticKey(joins)
  const scope: NameScope = {
    sources: sources.filter(({ isHidden }) => isHidden !== true),
    hidden: sources.filter(({ isHidden }) => isHidden === true),
    own: new Set(synthetic === null ? [] : [synthetic]),
    aliases: aliasesOf(query.items),
    isFunction: (name) => functions.find(name) !== undefined,
  }
  const selectScope: NameScope = window === null ? scope : { ...scope, own: new Set([...scope.own, ...WINDOW_BOUNDS]) }
  const isAggregate = aggregateTest(functions)
  const complete = (expression: Expression) => withRowtimeArguments(expression, isAggregate, sources[0]!.alias)
  const where = query.where && resolveNames(query.where, 'WHERE', selectScope)
  const partitionBy =
    query.partitionBy &&
    placing(query.partitionBy.location, () =>
      partitionExpressions(resolveGrouping(query.partitionBy!, 'PARTITION BY', scope)),
    )
  const select = analyzeSelect(query.items, {
    ...selectScope,
    use,
    syntheticKey: synthetic,
    partitionBy,
    structType: (expression) => structTypeOf(expression, sources, functions, metastore),
  }).map((column) => ({ ...column, expression: complete(column.expression) }))
  return {
    select,
    where,
    groupBy: query.groupBy && resolveGrouping(query.groupBy, 'GROUP BY', selectScope),
    partitionBy,
    having: query.having && complete(resolveNames(query.having, 'HAVING', selectScope)),
    qualify:
      query.qualify === undefined
        ? null
        : complete(resolveNames(withAliases(query.qualify, scope), 'QUALIFY', selectScope)),
  }
}

/** QUALIFY can read what SELECT gives a name to, unless a source has a column of that name. */
const withAliases = (expression: Expression, { sources, aliases }: NameScope): Expression =>
  rewrite(expression, (node) => {
    if (node.kind !== 'columnReference' || node.qualifier !== null) return null
    if (sources.some(({ source }) => hasColumn(source, node.name))) return null
    return aliases?.get(node.name) ?? null
  })

const aliasesOf = (items: readonly SelectItem[]): ReadonlyMap<string, Expression> =>
  new Map(
    items.flatMap((item) =>
      item.kind === 'singleColumn' && item.alias !== null ? [[item.alias, item.expression] as const] : [],
    ),
  )

const resolveGrouping = (grouping: Grouping, clause: 'GROUP BY' | 'PARTITION BY', scope: NameScope): Expression[] =>
  grouping.expressions.map((expression) => resolveNames(expression, clause, scope))

function syntheticKey(joins: readonly AnalyzedJoin[]): string | null {
  const key = joins[joins.length - 1]?.key
  return key?.kind === 'synthetic' ? key.name : null
}

function partitionExpressions(expressions: readonly Expression[]): readonly Expression[] {
  if (expressions.length === 0) refuse('PARTITION BY requires at least one expression')
  if (!expressions.some(({ kind }) => kind === 'nullLiteral')) return expressions
  if (expressions.length > 1) refuse('Cannot PARTITION BY multiple columns including NULL')
  return []
}

function structTypeOf(
  expression: Expression,
  sources: readonly AnalyzedSource[],
  functions: FunctionRegistry,
  metastore: Metastore,
): StructType {
  const { type } = typecheck(...sourceScope(expression, sources, functions, metastore))
  if (type?.kind === 'STRUCT') return type
  const shown = display(expression, sources)
  throw new StatementError(`${shown}->* needs a STRUCT, but ${shown} is not one. Select the column itself.`, {
    location: expression.location,
  })
}

function checkClauses(
  query: Query,
  sources: readonly AnalyzedSource[],
  clauses: Clauses,
  window: AggregationWindow | null,
  { functions }: AnalyzeOptions,
): void {
  const { select, where, groupBy, partitionBy, having, qualify } = clauses
  const elsewhere = [where, having, qualify, ...(groupBy ?? []), ...(partitionBy ?? [])].filter(
    (clause) => clause !== null,
  )
  const groupingSets = query.groupBy?.sets ?? null
  const everywhere = [...select.map(({ expression }) => expression), ...elsewhere]
  checkGroupingCalls(everywhere, { groupBy, groupingSets }, functions)
  refuseUnknownFunctions(everywhere, functions, (call) => groupingSets !== null && call.name === 'GROUPING')
  const isAggregate = aggregateTest(functions)
  if (window !== null) refuseOwnWindowBounds(clauses, sources, isAggregate)
  checkTableFunctions({ select, sources, elsewhere, grouped: groupBy !== null }, functions)
  placing((query.groupBy ?? query.window)?.location, () =>
    checkAggregates({ sources, select, where, groupBy, having, hasWindow: window !== null }, isAggregate),
  )
  if (query.partitionBy !== null && sources.every(({ source }) => source.kind === 'TABLE')) {
    refuse(
      'PARTITION BY is only supported for streams: rows of a table belong to their primary key. Use GROUP BY to re-key a table.',
      query.partitionBy.location,
    )
  }
  if (query.partitionBy !== null && groupBy !== null) {
    refuse(
      'PARTITION BY and GROUP BY cannot be used together: the result is keyed by GROUP BY.',
      query.partitionBy.location,
    )
  }
}

/** `isKnown` tells which calls are known although no function has their name. */
function refuseUnknownFunctions(
  expressions: readonly Expression[],
  functions: FunctionRegistry,
  isKnown: (call: FunctionCall) => boolean,
): void {
  for (const expression of expressions) {
    walk(expression, (node) => {
      if (node.kind === 'functionCall' && !isOverFunction(node) && !isKnown(node))
        placing(node.location, () => functions.get(node.name))
      return true
    })
  }
}

/** A window's own bounds may be read in SELECT only, outside aggregate functions. */
function refuseOwnWindowBounds(
  { select, where, groupBy, having }: Clauses,
  sources: readonly AnalyzedSource[],
  isAggregate: IsAggregate,
): void {
  const inAggregates = select.flatMap(({ expression }) =>
    aggregateCalls(expression, isAggregate).flatMap(({ args }) => args),
  )
  refuseWindowBounds([...inAggregates, ...(groupBy ?? [])], sources)
  if (having !== null) refuseWindowBounds([having], sources)
  if (where !== null) refuseUnknownBounds(where)
}

/** WHERE comes before the window: its bounds are not there yet. Those of a windowed source carry its alias. */
function refuseUnknownBounds(where: Expression): void {
  walk(where, (node) => {
    if (node.kind === 'columnReference' && node.qualifier === null && WINDOW_BOUNDS.includes(node.name)) {
      refuse(`Error in WHERE expression: Unknown column ${node.name}.`, node.location)
    }
    return true
  })
}

function emitTimeoutMs({ emitTimeout, emitLocation }: Query): number | null {
  if (emitTimeout === undefined) return null
  const ms = durationMs(emitTimeout)
  if (ms <= 0)
    refuse('EMIT FINAL TIMEOUT must be more than 0. Leave it out to close windows by records alone.', emitLocation)
  return ms
}

function output(query: Query, { select, having }: Clauses, { functions }: AnalyzeOptions) {
  const isAggregate = aggregateTest(functions)
  const aggregates =
    select.some(({ expression }) => containsAggregate(expression, isAggregate)) ||
    (having !== null && containsAggregate(having, isAggregate))
  const emitFinal = query.emit === 'FINAL'
  if (emitFinal && query.window === null) {
    refuse(
      'EMIT FINAL is only supported for windowed aggregations.\nAdd a WINDOW clause, or use EMIT CHANGES.',
      query.emitLocation,
    )
  }
  return { emitFinal, emitTimeoutMs: emitTimeoutMs(query), limit: query.limit, aggregates }
}
