/** The query that keeps the rows of a table, which pull queries read. */
import { type TableIndex, tableIndexes } from '../../plan/table-index.ts'
import type { Catalog, PersistentQuery } from './catalog.ts'

/** Undefined: no query does. */
export function keeperOf(table: string, { queries }: Pick<Catalog, 'queries'>): PersistentQuery | undefined {
  return queries.values().find((query) => query.plan.materialization !== null && keptTable(query) === table)
}

/** Name of the table whose rows the query keeps, if it keeps any. */
const keptTable = ({ link }: PersistentQuery): string | null =>
  link.kind === 'CREATE_AS' ? link.writes : link.kind === 'CREATE_SOURCE' ? (link.reads[0] ?? null) : null

/** The indexes of the table that the query keeps. */
export function indexesKeptBy(query: PersistentQuery, { metastore }: Pick<Catalog, 'metastore'>): TableIndex[] {
  const table = query.plan.materialization === null ? null : keptTable(query)
  return table === null ? [] : tableIndexes(metastore, table)
}
