/** DROP STREAM and DROP TABLE: what goes, and what stands in the way. Source: ksqlDB's DropSourceFactory. */
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { nameHint } from '../../metastore/lookup.ts'
import { dependantsOf, type Metastore, removeQuery, removeSource } from '../../metastore/metastore.ts'
import type { DropSource } from '../../sql/ast/definitions.ts'

export interface PlannedDrop {
  readonly source: DataSource
  /** Queries that end with it: the one that made it. */
  readonly queryIds: readonly string[]
  /** The topic to delete, or null. */
  readonly deleteTopic: string | null
}

/** Null: there is no such source, which IF EXISTS allows. Throws StatementError. */
export function planDropSource(statement: DropSource, metastore: Metastore): PlannedDrop | null {
  const source = metastore.sources.get(statement.name)
  if (source === undefined) {
    if (statement.ifExists) return null
    throw missing(statement, metastore)
  }
  if (source.kind !== statement.sourceKind) {
    throw new StatementError(
      `Incompatible data source type is ${source.kind}, but statement was DROP ${statement.sourceKind}`,
    )
  }
  if (statement.deleteTopic) checkTopic(source, metastore)
  checkDependants(source, metastore)
  checkQueries(source, metastore)
  const own = [...metastore.queries.values()].filter(({ kind, reads, writes }) =>
    kind === 'CREATE_SOURCE' ? reads.includes(source.name) : kind === 'CREATE_AS' && writes === source.name,
  )
  return {
    source,
    queryIds: own.map(({ queryId }) => queryId),
    deleteTopic: statement.deleteTopic ? source.topic : null,
  }
}

/** The metastore after the drop. */
export const afterDrop = (metastore: Metastore, { source, queryIds }: PlannedDrop): Metastore =>
  removeSource(queryIds.reduce(removeQuery, metastore), source.name)

function missing({ sourceKind, name }: DropSource, metastore: Metastore): StatementError {
  const kind = sourceKind === 'STREAM' ? 'Stream' : 'Table'
  return new StatementError(`${kind} ${name} does not exist.${nameHint(metastore, name, sourceKind)}`)
}

function checkTopic({ name, topic, isSource }: DataSource, metastore: Metastore): void {
  if (isSource) throw new StatementError(`Cannot delete topic for read-only source: ${name}`)
  const others = [...metastore.sources.values()].filter((other) => other.topic === topic && other.name !== name)
  if (others.length === 0) return
  throw new StatementError(
    `Refusing to delete topic. Found other data sources (${others.map((other) => other.name).join(', ')}) using topic ${topic}`,
  )
}

function checkDependants({ name }: DataSource, metastore: Metastore): void {
  const dependants = dependantsOf(metastore, name)
  if (dependants.length === 0) return
  throw new StatementError(
    `Cannot drop ${name}.\nThe following streams and/or tables read from this source: [${dependants.join(', ')}].\n` +
      `You need to drop them before dropping ${name}.`,
  )
}

/** Queries of INSERT INTO must be terminated by hand; the source's own query goes with it. */
function checkQueries({ name }: DataSource, metastore: Metastore): void {
  const inserts = [...metastore.queries.values()].filter(({ kind }) => kind === 'INSERT')
  const readers = inserts.filter(({ reads }) => reads.includes(name)).map(({ queryId }) => queryId)
  const writers = inserts.filter(({ writes }) => writes === name).map(({ queryId }) => queryId)
  if (readers.length === 0 && writers.length === 0) return
  throw new StatementError(
    `Cannot drop ${name}.\nThe following queries read from this source: [${readers.join(', ')}].\n` +
      `The following queries write into this source: [${writers.join(', ')}].\n` +
      `You need to terminate them before dropping ${name}.`,
  )
}
