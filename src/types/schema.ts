/** Columns and schemas of sources, and the names of system columns. */
import { formatType, quoteName, type SqlType } from './sql-type.ts'

export interface Column {
  readonly name: string
  readonly type: SqlType
}

/** A column filled from record headers: all of them (`headerKey` null), or the last one of that key. */
export interface HeaderColumn extends Column {
  readonly headerKey: string | null
}

/** What a stream or table declares: key columns, value columns, header columns; each list in declaration order. */
export interface Schema {
  readonly key: readonly Column[]
  readonly value: readonly Column[]
  readonly headers: readonly HeaderColumn[]
}

export const ROWTIME = 'ROWTIME'
export const ROWPARTITION = 'ROWPARTITION'
export const ROWOFFSET = 'ROWOFFSET'
export const WINDOWSTART = 'WINDOWSTART'
export const WINDOWEND = 'WINDOWEND'

export const PSEUDO_COLUMNS: readonly string[] = [ROWTIME, ROWPARTITION, ROWOFFSET]
export const WINDOW_BOUNDS: readonly string[] = [WINDOWSTART, WINDOWEND]
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set([...PSEUDO_COLUMNS, ...WINDOW_BOUNDS])

export const isSystemColumn = (name: string): boolean => SYSTEM_COLUMNS.has(name)

export const columnTypes = (columns: readonly Column[]): SqlType[] => columns.map(({ type }) => type)

/** All columns that `SELECT *` of a stream or table without windows shows, in order. */
export const allColumns = (schema: Schema): readonly Column[] => [...schema.key, ...schema.value, ...schema.headers]

/** ``[`ID` INTEGER KEY, `V` STRING]`` without the brackets: the form that messages and REST headers carry. */
export function formatSchema({ key, value, headers }: Schema): string {
  return [
    ...key.map((column) => `${formatColumn(column)} KEY`),
    ...value.map(formatColumn),
    ...headers.map(formatHeader),
  ].join(', ')
}

export const formatHeader = (column: HeaderColumn): string =>
  column.headerKey === null
    ? `${formatColumn(column)} HEADERS`
    : `${formatColumn(column)} HEADER('${column.headerKey}')`

export const formatColumn = (column: Column): string => `${quoteName(column.name)} ${formatType(column.type)}`
