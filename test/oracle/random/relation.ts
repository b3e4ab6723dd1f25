/** What a random query reads and gives. */
import type { ColumnText } from './expressions.ts'
import { type SqlText, sql, text } from './sql-text.ts'
import { COLUMNS, isTable, type SourceName, type WorldColumn } from './world.ts'

export interface ResultColumn extends WorldColumn {
  readonly isExact: boolean
}

export interface RandomRelation {
  /** Stands in FROM, before an alias. */
  readonly sql: SqlText
  readonly columns: readonly ResultColumn[]
  /** A stream's rows are facts, a table's are changes. */
  readonly kind: 'stream' | 'table'
  /** Columns that tell the rows apart; null: the same row may be there several times, or its key was left out. */
  readonly unique: readonly string[] | null
  /** A measure of how many rows it may have: a join has the sum of its sides'. */
  readonly weight: number
}

/** A SELECT; in parentheses it is a relation. */
export type RandomQuery = RandomRelation

export const sourceRelation = (name: SourceName): RandomRelation => ({
  sql: text(name),
  columns: COLUMNS.map((column) => ({ ...column, isExact: true })),
  kind: isTable(name) ? 'table' : 'stream',
  unique: isTable(name) ? ['ID'] : ['TS'],
  weight: isTable(name) ? 1 : 2,
})

export const derivedRelation = (query: RandomQuery): RandomRelation => ({ ...query, sql: sql`(${query.sql})` })

/** A relation under an alias, and its columns as that names them. */
export interface Aliased {
  readonly sql: SqlText
  readonly alias: string
  readonly columns: readonly ColumnText[]
  readonly relation: RandomRelation
}

export const aliased = (relation: RandomRelation, alias: string): Aliased => ({
  sql: sql`${relation.sql} ${alias}`,
  alias,
  columns: relation.columns.map((column) => ({ ...column, sql: text(`${alias}.${column.name}`) })),
  relation,
})
