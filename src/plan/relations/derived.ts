/**
 * Queries in FROM as relations. The relational algebra of a statement is the tree of its SELECTs: each becomes steps that end in a relation, and
 * the query around it reads that as it reads a source.
 *
 * A relation is a stream, whose rows are facts, or a table, whose records are changes: a row that leaves, one that enters, or both. A table has a
 * key, the columns that tell its rows apart; what SELECT leaves out of it stays in the row without a name. A table without a key is a bag.
 */

import { aggregateTest, containsAggregate } from '../../analysis/aggregates.ts'
import { analyzeQuery } from '../../analysis/analyze-query.ts'
import { NO_KEY } from '../../analysis/formats.ts'
import type { Derive } from '../../analysis/sources.ts'
import { stateTtlMs } from '../../analysis/state-ttl.ts'
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { NamedExpression } from '../../operators/step.ts'
import type { Derived, Query, QueryExpression, Expression as Syntax } from '../../sql/ast/query.ts'
import type { Column } from '../../types/schema.ts'
import { type DerivedRelation, type KeyColumn, keySchema, type PlanBuilder, type Relation } from '../builder.ts'
import { columnOf } from '../clauses/add-columns.ts'
import { placementOf } from '../clauses/placement.ts'
import { type ProjectedColumn, refuseDuplicates } from '../clauses/projection.ts'
import { planQuery } from '../clauses/query-planner.ts'
import { typedColumn } from '../clauses/typed.ts'
import { distinctRows, planSetOperation } from './set-operations.ts'

/** What the analysis takes for the sources of queries in FROM, which are planned by `builder` at this moment. */
export const derivedBy =
  (builder: PlanBuilder): Derive =>
  ({ query }: Derived, alias) => {
    const known = builder.derived.get(query)
    const derived = known ?? planQueryExpression(query, alias, builder.scoped(alias))
    builder.derived.set(query, derived)
    const source = sourceOf(alias, derived, builder)
    builder.byFrom.set(source, derived)
    return source
  }

function planQueryExpression(query: QueryExpression, alias: string, builder: PlanBuilder): DerivedRelation {
  if (query.kind === 'select') {
    const selected = planSelect(query, alias, builder)
    return query.distinct === true ? distinctRows(selected, builder) : selected
  }
  return planSetOperation(
    query,
    [operand(query.left, 'Left', builder), operand(query.right, 'Right', builder)],
    builder,
  )
}

/** A query that is read at two places is planned once. */
function operand(query: QueryExpression, side: string, builder: PlanBuilder): DerivedRelation {
  const derived = builder.derived.get(query) ?? planQueryExpression(query, side, builder.scoped(side))
  builder.derived.set(query, derived)
  return derived
}

function planSelect(query: Query, alias: string, outer: PlanBuilder): DerivedRelation {
  refuseOuterClauses(query)
  const builder = outer.keeping(stateTtlMs(query))
  const { metastore, functions } = builder.context
  const analysis = analyzeQuery(overAllRows(query, builder), {
    metastore,
    functions,
    use: 'persistent',
    sinkName: alias,
    ttlMs: builder.ttlMs,
    derive: derivedBy(builder),
  })
  const { relation, columns } = planQuery(analysis, builder)
  return projectDerived(columns, relation, builder)
}

/** EMIT CHANGES in a query in FROM says nothing that is not so anyway. */
function refuseOuterClauses({ limit, limitLocation }: Query): void {
  if (limit === null) return
  throw new StatementError(
    'LIMIT is not supported in a query in FROM. Keep the first rows with ROW_NUMBER() OVER (ORDER BY ...) and QUALIFY.',
    { location: limitLocation },
  )
}

/** Aggregates without GROUP BY are over all rows: one group, by a constant. */
export function overAllRows(query: Query, { context: { functions } }: PlanBuilder): Query {
  if (query.groupBy !== null) return query
  const isAggregate = aggregateTest(functions)
  const aggregates = query.items.some(
    (item) => item.kind === 'singleColumn' && containsAggregate(item.expression, isAggregate),
  )
  return aggregates
    ? { ...query, groupBy: { expressions: [{ kind: 'integerLiteral', value: 0 }], isAll: true } }
    : query
}

/** The columns of SELECT, and behind them those that the key and the place of a row are made of and SELECT leaves out. */
function projectDerived(
  columns: readonly ProjectedColumn[],
  relation: Relation,
  builder: PlanBuilder,
): DerivedRelation {
  const visible = columns.map(({ name, expression }) => typedColumn(name, expression, relation, builder.context))
  refuseDuplicates('value', visible, columns)
  const row = new ProjectedRow(columns, visible, relation, builder)
  const key = relation.kind === 'table' ? tableKey(row, relation) : streamKey(row, relation)
  const placedBy = placementIn(row, relation)
  const step = builder.add({
    kind: 'project',
    id: 'Project',
    input: relation.step,
    key: keySchema(relation),
    columns: row.columns,
  })
  const projected: Relation = {
    ...relation,
    step,
    columns: row.columns.map(declared),
    macros: new Map(),
    callTexts: new Map(),
    isComposed: true,
    ...(placedBy !== null && relation.placedBy !== undefined && { placedBy }),
  }
  return { relation: withKey(projected, key, placedBy, builder), visible: visible.map(declared) }
}

/** Null: a stream that lies where its key is placed. A stream tells of its place what SELECT shows: its rows get no hidden columns. */
function placementIn(row: ProjectedRow, relation: Relation): string[][] | null {
  if (relation.kind === 'table') return placementOf(relation).map((names) => row.namesOf(names))
  return relation.placedBy?.map((names) => row.visibleNamesOf(names)) ?? null
}

const declared = ({ name, type }: Column): Column => ({ name, type })

/** A row of the columns of SELECT to which others are added. */
class ProjectedRow {
  readonly columns: NamedExpression[]
  readonly #select: readonly ProjectedColumn[]
  readonly #relation: Relation
  readonly #builder: PlanBuilder

  constructor(
    select: readonly ProjectedColumn[],
    visible: readonly NamedExpression[],
    relation: Relation,
    builder: PlanBuilder,
  ) {
    this.columns = [...visible]
    this.#select = select
    this.#relation = relation
    this.#builder = builder
  }

  /** Names in the new row of one of these columns of the old one; added without a name that SQL could say, if SELECT has none of them. */
  namesOf(names: readonly string[]): string[] {
    const shown = this.visibleNamesOf(names)
    const [first] = names
    if (shown.length > 0 || first === undefined) return shown
    const hidden = ` ${first}`
    if (!this.columns.some(({ name }) => name === hidden)) {
      const syntax: Syntax = { kind: 'columnReference', qualifier: null, name: first }
      this.columns.push(typedColumn(hidden, syntax, this.#relation, this.#builder.context))
    }
    return [hidden]
  }

  visibleNamesOf(names: readonly string[]): string[] {
    return this.#select.flatMap(({ name, expression }) =>
      expression.kind === 'columnReference' && names.includes(expression.name) ? [name] : [],
    )
  }
}

/** The bounds of its window are part of the key of a windowed row; the end only where the start does not imply it. */
function tableKey(row: ProjectedRow, { key, window }: Relation): KeyColumn[] {
  const bounds = window === null ? [] : window.sizeMs === null ? ['WINDOWSTART', 'WINDOWEND'] : ['WINDOWSTART']
  const keyColumn = (columns: readonly string[]): KeyColumn => {
    const { name, type } = row.columns.find((column) => column.name === columns[0])!
    return { name, type, columns }
  }
  return [
    ...key.map(({ columns, name, isConstant }) => ({
      ...keyColumn(row.namesOf(columns.length === 0 ? [name] : columns)),
      ...(isConstant && { isConstant }),
    })),
    ...bounds.map((name) => keyColumn(row.namesOf([name]))),
  ]
}

/** A stream whose key is not in SELECT has none. */
function streamKey(row: ProjectedRow, { key }: Relation): KeyColumn[] {
  const columns = key.map((column) => ({ ...column, columns: row.visibleNamesOf(column.columns) }))
  return columns.every((column) => column.columns.length > 0)
    ? columns.map((column) => ({ ...column, name: column.columns[0]! }))
    : []
}

/** The relation under its key: windows become columns of it, and a stream may lose its own. */
function withKey(
  relation: Relation,
  key: readonly KeyColumn[],
  placedBy: readonly (readonly string[])[] | null,
  builder: PlanBuilder,
): Relation {
  if (relation.kind === 'stream') {
    if (key.length === relation.key.length) return { ...relation, key }
    const step = builder.add({ kind: 'selectKey', id: 'WithoutKey', input: relation.step, key: [] })
    return { ...relation, step, key: [], window: null, keyFormat: NO_KEY }
  }
  if (relation.window === null) return { ...relation, key }
  const step = builder.add({
    kind: 'changeKey',
    id: 'WindowKey',
    input: relation.step,
    key: key.map(({ name }) => columnOf(name, relation)),
    encoded: false,
  })
  return { ...relation, step, key, window: null, ...(placedBy !== null && { placedBy }) }
}

/** The source that stands for a query. Key columns that SELECT leaves out cannot be named, so that the source has no key then. */
function sourceOf(alias: string, { relation, visible }: DerivedRelation, { context }: PlanBuilder): DataSource {
  const { kind, key, keyFormat, valueFormat, partitionsOf } = relation
  const names = key.map(({ columns }) => columns.find((name) => visible.some((column) => column.name === name)))
  const hasKey = names.every((name) => name !== undefined)
  const keyColumns = hasKey ? names.map((name) => visible.find((column) => column.name === name)!) : []
  const base = context.metastore.sources.get(partitionsOf)!
  return {
    kind: kind === 'table' ? 'TABLE' : 'STREAM',
    name: alias,
    schema: { key: keyColumns, value: visible.filter((column) => !keyColumns.includes(column)), headers: [] },
    topic: base.topic,
    keyFormat,
    valueFormat: valueFormat.format === 'KAFKA' ? base.valueFormat : valueFormat,
    window: null,
    timestamp: null,
    isQuery: true,
    isSource: true,
    isDerived: true,
    derivedFrom: [],
    statement: '',
  }
}
