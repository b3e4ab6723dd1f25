/** Secondary indexes of tables as they are resolved against their columns, and where a pull query looks in them; plain data. */
import type { DataSource } from '../metastore/data-source.ts'
import { type IndexDefinition, indexesOf, type Metastore } from '../metastore/metastore.ts'
import type { EntryRange } from '../state/store.ts'
import type { SqlType } from '../types/sql-type.ts'

/** A column of a table's rows as pull queries read them. */
export interface IndexedColumn {
  /** Its place in the row: [key columns, value columns, ROWTIME]. */
  readonly at: number
  readonly type: SqlType
}

export interface TableIndex {
  readonly name: string
  readonly columns: readonly IndexedColumn[]
}

/** Entries of an index; all rows that match have one of them. */
export interface IndexLookup {
  readonly name: string
  /** They do not overlap. */
  readonly ranges: readonly EntryRange[]
}

/** The index over the columns that the table has. Null: it has not all of them. */
export function resolveIndex(
  { name, columns }: Pick<IndexDefinition, 'name' | 'columns'>,
  { schema }: Pick<DataSource, 'schema'>,
): TableIndex | null {
  const all = [...schema.key, ...schema.value]
  const places = columns.map((column) => all.findIndex((one) => one.name === column))
  if (places.includes(-1)) return null
  return { name, columns: places.map((at) => ({ at, type: all[at]!.type })) }
}

/** The indexes of a table. Empty: there is no such table, or it has none. */
export function tableIndexes(metastore: Metastore, table: string): TableIndex[] {
  const source = metastore.sources.get(table)
  if (source === undefined) return []
  return indexesOf(metastore, table).flatMap((index) => resolveIndex(index, source) ?? [])
}
