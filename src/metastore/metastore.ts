/**
 * Streams, tables, custom types, user-defined functions and persistent queries: what the command log has defined so far. An immutable snapshot, so that a
 * sandbox is a copy and a statement that fails changes nothing.
 */
import type { FunctionDefinition } from '../functions/definition.ts'
import { withEntry, withoutEntry } from '../layered-map.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { DataSource } from './data-source.ts'

/** What the metastore keeps of a persistent query, to answer who reads and writes a source. */
export interface QueryLink {
  readonly queryId: string
  readonly kind: 'CREATE_AS' | 'INSERT' | 'CREATE_SOURCE'
  /** Names of the sources it reads. */
  readonly reads: readonly string[]
  /** Name of the source it writes; null for the materialization of a source table. */
  readonly writes: string | null
}

/** A secondary index of a materialized table. */
export interface IndexDefinition {
  readonly name: string
  readonly table: string
  /** Names of columns; rows are found by the first, and then by the next. */
  readonly columns: readonly string[]
  /** Text of the statement that made it. */
  readonly statement: string
}

export interface Metastore {
  readonly sources: ReadonlyMap<string, DataSource>
  readonly types: ReadonlyMap<string, SqlType>
  /** The overloads of each user-defined function, by name, in the order in which they were made. */
  readonly functions: ReadonlyMap<string, readonly FunctionDefinition[]>
  readonly queries: ReadonlyMap<string, QueryLink>
  /** Names of the sources over each topic. */
  readonly sourcesByTopic: ReadonlyMap<string, readonly string[]>
  /** Ids of the queries that write each source, by its name. */
  readonly writers: ReadonlyMap<string, readonly string[]>
  /** By name. */
  readonly indexes: ReadonlyMap<string, IndexDefinition>
}

export const EMPTY_METASTORE: Metastore = {
  sources: new Map(),
  types: new Map(),
  functions: new Map(),
  queries: new Map(),
  sourcesByTopic: new Map(),
  writers: new Map(),
  indexes: new Map(),
}

export function putSource(metastore: Metastore, source: DataSource): Metastore {
  const { name, topic } = source
  const others = withoutTopic(metastore, name)
  return {
    ...metastore,
    sources: withEntry(metastore.sources, name, source),
    sourcesByTopic: withEntry(others, topic, [...(others.get(topic) ?? []), name]),
  }
}

/** Its indexes go with it. */
export function removeSource(metastore: Metastore, name: string): Metastore {
  const indexes = new Map([...metastore.indexes].filter(([, { table }]) => table !== name))
  return {
    ...metastore,
    sources: withoutEntry(metastore.sources, name),
    sourcesByTopic: withoutTopic(metastore, name),
    indexes,
  }
}

/** `sourcesByTopic` without the source as it is. */
function withoutTopic({ sources, sourcesByTopic }: Metastore, name: string): Metastore['sourcesByTopic'] {
  const topic = sources.get(name)?.topic
  return topic === undefined ? sourcesByTopic : withoutItem(sourcesByTopic, topic, name)
}

export function putIndex(metastore: Metastore, index: IndexDefinition): Metastore {
  return { ...metastore, indexes: withEntry(metastore.indexes, index.name, index) }
}

export function removeIndex(metastore: Metastore, name: string): Metastore {
  return { ...metastore, indexes: withoutEntry(metastore.indexes, name) }
}

/** In the order in which they were made. */
export const indexesOf = ({ indexes }: Pick<Metastore, 'indexes'>, table: string): IndexDefinition[] =>
  [...indexes.values()].filter((index) => index.table === table)

export function putType(metastore: Metastore, name: string, type: SqlType): Metastore {
  return { ...metastore, types: withEntry(metastore.types, name, type) }
}

export function removeType(metastore: Metastore, name: string): Metastore {
  return { ...metastore, types: withoutEntry(metastore.types, name) }
}

/** `overloads`: all of the function; none: there is no such function any more. */
export function putFunction(metastore: Metastore, name: string, overloads: readonly FunctionDefinition[]): Metastore {
  const { functions } = metastore
  return {
    ...metastore,
    functions: overloads.length === 0 ? withoutEntry(functions, name) : withEntry(functions, name, overloads),
  }
}

export function putQuery(metastore: Metastore, link: QueryLink): Metastore {
  const { queryId, writes } = link
  const others = withoutWriter(metastore, queryId)
  return {
    ...metastore,
    queries: withEntry(metastore.queries, queryId, link),
    writers: writes === null ? others : withEntry(others, writes, [...(others.get(writes) ?? []), queryId]),
  }
}

export function removeQuery(metastore: Metastore, queryId: string): Metastore {
  return {
    ...metastore,
    queries: withoutEntry(metastore.queries, queryId),
    writers: withoutWriter(metastore, queryId),
  }
}

/** `writers` without the query as it is. */
function withoutWriter({ queries, writers }: Metastore, queryId: string): Metastore['writers'] {
  const writes = queries.get(queryId)?.writes ?? null
  return writes === null ? writers : withoutItem(writers, writes, queryId)
}

/** Names of the derived sources that read `name`. */
export const dependantsOf = (metastore: Metastore, name: string): string[] =>
  [...metastore.sources.values()].filter(({ derivedFrom }) => derivedFrom.includes(name)).map((source) => source.name)

function withoutItem(
  lists: ReadonlyMap<string, readonly string[]>,
  key: string,
  item: string,
): ReadonlyMap<string, readonly string[]> {
  const rest = lists.get(key)?.filter((other) => other !== item) ?? []
  return rest.length === 0 ? withoutEntry(lists, key) : withEntry(lists, key, rest)
}
