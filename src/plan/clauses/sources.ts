/** Sources as steps: each reads exactly the columns that the query uses. */
import type { AnalyzedSource } from '../../analysis/analysis.ts'
import { layoutName } from '../../analysis/layout-names.ts'
import { systemColumns } from '../../analysis/sources.ts'
import type { SourceColumn, SourceOrigin } from '../../operators/step.ts'
import type { PlanBuilder, Relation } from '../builder.ts'

export interface SourceRole {
  /** Step id prefix: `KsqlTopic` for a single source, `KafkaTopic_Left`, ... in joins. */
  readonly name: string
  readonly used: ReadonlySet<string>
  /** Whether the step that follows keeps the rows of a table itself (joins do). */
  readonly keptByFollower: boolean
}

export function planSource(
  analyzed: AnalyzedSource,
  sources: readonly AnalyzedSource[],
  role: SourceRole,
  builder: PlanBuilder,
): Relation {
  const { source, alias } = analyzed
  const layout = (name: string) => layoutName({ kind: 'columnReference', qualifier: alias, name }, sources)
  const columns = sourceColumns(analyzed, role.used).map((column) => ({ ...column, name: layout(column.name) }))
  const kind = source.kind === 'TABLE' ? 'table' : 'stream'
  const read = builder.add({
    kind: 'source',
    id: `${role.name}/Source`,
    source: source.name,
    sourceKind: kind,
    topic: source.topic,
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    window: source.window,
    key: source.schema.key,
    value: source.schema.value,
    headers: source.schema.headers,
    timestamp: source.timestamp,
    ...(source.badRecords !== undefined && { badRecords: source.badRecords }),
    columns,
  })
  return {
    step: kind === 'table' && !role.keptByFollower ? materializeSource(read, role, builder) : read,
    kind,
    columns: columns.map(({ name, type }) => ({ name, type })),
    key: source.schema.key.map(({ name, type }) => ({ name: layout(name), type, columns: [layout(name)] })),
    keyOrigin: 'key column',
    keyTexts: source.schema.key.map(({ name }) => name),
    window: source.window,
    macros: new Map(),
    callTexts: new Map(),
    keyFormat: source.keyFormat,
    valueFormat: source.valueFormat,
    partitionsOf: source.name,
  }
}

const materializeSource = (input: string, { name }: SourceRole, builder: PlanBuilder): string =>
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
