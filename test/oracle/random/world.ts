/** The sources of random queries: two tables and two streams, over small values of all types, so that rows meet. */

export const TYPES = ['INT', 'BIGINT', 'DOUBLE', 'DECIMAL', 'STRING', 'BOOLEAN'] as const
export type TypeName = (typeof TYPES)[number]

export interface WorldColumn {
  readonly name: string
  readonly type: TypeName
}

/** `ID` is the key; `TS` is never the same twice in a source. */
export const COLUMNS: readonly WorldColumn[] = [
  { name: 'ID', type: 'INT' },
  { name: 'A', type: 'INT' },
  { name: 'B', type: 'BIGINT' },
  { name: 'C', type: 'STRING' },
  { name: 'D', type: 'DOUBLE' },
  { name: 'E', type: 'DECIMAL' },
  { name: 'F', type: 'BOOLEAN' },
  { name: 'TS', type: 'BIGINT' },
]

export const SOURCES = ['T', 'U', 'S', 'R'] as const
export type SourceName = (typeof SOURCES)[number]
export const isTable = (name: SourceName): boolean => name === 'T' || name === 'U'

const MILLRACE_TYPES = {
  INT: 'INT',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL(9, 2)',
  STRING: 'STRING',
  BOOLEAN: 'BOOLEAN',
}
const DUCKDB_TYPES = { ...MILLRACE_TYPES, STRING: 'VARCHAR' }

/** `columns` of CREATE STREAM and CREATE TABLE. */
export const millraceColumns = (name: SourceName): string =>
  COLUMNS.map(
    (column, i) =>
      `${column.name} ${MILLRACE_TYPES[column.type]}${i > 0 ? '' : isTable(name) ? ' PRIMARY KEY' : ' KEY'}`,
  ).join(', ')

export const duckdbColumns = COLUMNS.map(({ name, type }) => `${name} ${DUCKDB_TYPES[type]}`).join(', ')

/** A value as both sides read it in SQL, and as an operator gets it. */
export type Plain = number | string | boolean | null

/** What happens in a source: a row comes, or the row of a key goes. */
export interface Step {
  readonly source: SourceName
  readonly id: number
  /** Values of the columns behind `ID`, those of DECIMAL as numbers; null: the row is deleted. */
  readonly values: readonly Plain[] | null
  readonly timestamp: number
}
