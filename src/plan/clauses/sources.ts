/** Sources as steps: each reads exactly the columns that the query uses. */
import type { AnalyzedSource } from '../../analysis/analysis.ts'
import { layoutName } from '../../analysis/layout-names.ts'
import { readableColumns, systemColumns } from '../../analysis/sources.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { SourceColumn, SourceOrigin, SourceStep } from '../../operators/step.ts'
import { keySchema, type PlanBuilder, type Relation } from '../builder.ts'

export interface SourceRole {
  /** Step id prefix: `KsqlTopic` for a single source, `KafkaTopic_Left`, ... in joins. */
  readonly name: string
  readonly used: ReadonlySet<string>
  /** Whether the step that follows keeps the rows of a table itself (joins do). */
  readonly keptByFollower: boolean
  /** Whether the row holds the key, whether or not the query reads it: changes are distinguished by it. */
  readonly holdsKey: boolean
}

export function planSource(
  analyzed: AnalyzedSource,
  sources: readonly AnalyzedSource[],
  role: SourceRole,
  builder: PlanBuilder,
): Relation {
  const { source, alias } = analyzed
  const layout = (name: string) => layoutName({ kind: 'columnReference', qualifier: alias, name }, sources)
  if (source.isQuery === true) return renamed(builder.byFrom.get(source)!.relation, layout, role, builder)
  builder.reads(source)
  if (builder.isShared(source)) return sharedSource(analyzed, layout, role, builder)
  const columns = sourceColumns(analyzed, usedOf(analyzed, role)).map((column) => ({
    ...column,
    name: layout(column.name),
  }))
  const read = builder.add({ id: `${role.name}/Source`, columns, ...sourceStep(source) })
  const isKept = source.kind === 'TABLE' && !role.keptByFollower
  return {
    ...sourceRelation(source, layout),
    step: isKept ? materializeSource(read, role.name, builder) : read,
    columns: columns.map(({ name, type }) => ({ name, type })),
  }
}

const usedOf = ({ source }: AnalyzedSource, { used, holdsKey }: SourceRole): ReadonlySet<string> =>
  holdsKey ? new Set([...used, ...source.schema.key.map(({ name }) => name)]) : used

const sourceStep = (source: DataSource): Omit<SourceStep, 'id' | 'columns'> => ({
  kind: 'source',
  source: source.name,
  sourceKind: source.kind === 'TABLE' ? 'table' : 'stream',
  topic: source.topic,
  keyFormat: source.keyFormat,
  valueFormat: source.valueFormat,
  window: source.window,
  key: source.schema.key,
  value: source.schema.value,
  headers: source.schema.headers,
  timestamp: source.timestamp,
  ...(source.badRecords !== undefined && { badRecords: source.badRecords }),
})

const sourceRelation = (source: DataSource, layout: (name: string) => string): Omit<Relation, 'step' | 'columns'> => ({
  kind: source.kind === 'TABLE' ? 'table' : 'stream',
  key: source.schema.key.map(({ name, type }) => ({ name: layout(name), type, columns: [layout(name)] })),
  keyOrigin: 'key column',
  keyTexts: source.schema.key.map(({ name }) => name),
  window: source.window,
  macros: new Map(),
  callTexts: new Map(),
  keyFormat: source.keyFormat,
  valueFormat: source.valueFormat,
  partitionsOf: source.name,
})

/**
 * A source that the statement reads at several places: it is read once, with all columns, and each place takes those that it uses. A table is kept
 * once, too.
 */
function sharedSource(
  analyzed: AnalyzedSource,
  layout: (name: string) => string,
  role: SourceRole,
  builder: PlanBuilder,
): Relation {
  const { source } = analyzed
  const all = sourceColumns(analyzed, new Set(readableColumns(source).map(({ name }) => name)))
  const shared = builder.once(source.name, (top) => {
    const read = top.add({ id: `${source.name}/Source`, columns: all, ...sourceStep(source) })
    return source.kind === 'TABLE' ? materializeSource(read, source.name, top) : read
  })
  const used = sourceColumns(analyzed, usedOf(analyzed, role))
  const columns = used.map(({ name, type }) => {
    const index = all.findIndex((column) => column.name === name)
    return { name: layout(name), type, expression: { kind: 'column', index, name, type } as const, text: name }
  })
  const relation = sourceRelation(source, layout)
  const step = builder.add({
    kind: 'project',
    id: `${role.name}/Columns`,
    input: shared,
    key: relation.key.map(({ name, type }) => ({ name, type })),
    columns,
  })
  return { ...relation, step, columns: columns.map(({ name, type }) => ({ name, type })) }
}

/** The relation of a query in FROM under the names that the query around gives its columns: those of a join hold the alias. */
function renamed(
  relation: Relation,
  layout: (name: string) => string,
  { name: role }: SourceRole,
  builder: PlanBuilder,
): Relation {
  if (relation.columns.every(({ name }) => layout(name) === name)) return relation
  const columns = relation.columns.map(({ name, type }, index) => ({
    name: layout(name),
    type,
    expression: { kind: 'column', index, name, type } as const,
    text: name,
  }))
  const step = builder.add({
    kind: 'project',
    id: `${role}/Columns`,
    input: relation.step,
    key: keySchema(relation),
    columns,
  })
  return {
    ...relation,
    step,
    columns: columns.map(({ name, type }) => ({ name, type })),
    key: relation.key.map((column) => ({ ...column, columns: column.columns.map(layout) })),
    ...(relation.placedBy !== undefined && { placedBy: relation.placedBy.map((names) => names.map(layout)) }),
  }
}

const materializeSource = (input: string, name: string, builder: PlanBuilder): string =>
  builder.add({ kind: 'materialize', id: `${name}/Materialize`, input, store: `${name}-Reduce`, retentionMs: null })

function sourceColumns({ source }: AnalyzedSource, used: ReadonlySet<string>): SourceColumn[] {
  const { key, value, headers } = source.schema
  const declared = [
    ...key.map((column, index) => ({ column, from: { part: 'key', index } as const })),
    ...value.map((column, index) => ({ column, from: { part: 'value', index } as const })),
    ...headers.map((column, index) => ({ column, from: { part: 'header', index } as const })),
  ]
  const system = systemColumns(source).map((column) => ({
    column,
    from: { part: 'system', name: column.name } as SourceOrigin,
  }))
  return [...declared, ...system]
    .filter(({ column }) => used.has(column.name))
    .map(({ column: { name, type }, from }) => ({ name, type, from }))
}
