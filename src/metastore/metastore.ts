/**
 * Streams, tables, custom types, user-defined functions and persistent queries: what the command log has defined so far. An immutable snapshot, so that a
 * sandbox is a copy and a statement that fails changes nothing.
 */
import type { FunctionDefinition } from '../functions/definition.ts'
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
  /** By name. */
  readonly indexes: ReadonlyMap<string, IndexDefinition>
}

export const EMPTY_METASTORE: Metastore = {
  sources: new Map(),
  types: new Map(),
  functions: new Map(),
  queries: new Map(),
  indexes: new Map(),
}

export function putSource(metastore: Metastore, source: DataSource): Metastore {
  return { ...metastore, sources: new Map(metastore.sources).set(source.name, source) }
}

/** Its indexes go with it. */
export function removeSource(metastore: Metastore, name: string): Metastore {
  const indexes = new Map([...metastore.indexes].filter(([, { table }]) => table !== name))
  return { ...metastore, sources: without(metastore.sources, name), indexes }
}

export function putIndex(metastore: Metastore, index: IndexDefinition): Metastore {
  return { ...metastore, indexes: new Map(metastore.indexes).set(index.name, index) }
}

export function removeIndex(metastore: Metastore, name: string): Metastore {
  return { ...metastore, indexes: without(metastore.indexes, name) }
}

/** In the order in which they were made. */
export const indexesOf = ({ indexes }: Pick<Metastore, 'indexes'>, table: string): IndexDefinition[] =>
  [...indexes.values()].filter((index) => index.table === table)

export function putType(metastore: Metastore, name: string, type: SqlType): Metastore {
  return { ...metastore, types: new Map(metastore.types).set(name, type) }
}

export function removeType(metastore: Metastore, name: string): Metastore {
  return { ...metastore, types: without(metastore.types, name) }
}

/** `overloads`: all of the function; none: there is no such function any more. */
export function putFunction(metastore: Metastore, name: string, overloads: readonly FunctionDefinition[]): Metastore {
  const functions = new Map(metastore.functions)
  if (overloads.length === 0) functions.delete(name)
  else functions.set(name, overloads)
  return { ...metastore, functions }
}

export function putQuery(metastore: Metastore, link: QueryLink): Metastore {
  return { ...metastore, queries: new Map(metastore.queries).set(link.queryId, link) }
}

export function removeQuery(metastore: Metastore, queryId: string): Metastore {
  return { ...metastore, queries: without(metastore.queries, queryId) }
}

/** Names of the derived sources that read `name`. */
export const dependantsOf = (metastore: Metastore, name: string): string[] =>
  [...metastore.sources.values()].filter(({ derivedFrom }) => derivedFrom.includes(name)).map((source) => source.name)

function without<Item>(items: ReadonlyMap<string, Item>, name: string): ReadonlyMap<string, Item> {
  const copy = new Map(items)
  copy.delete(name)
  return copy
}
