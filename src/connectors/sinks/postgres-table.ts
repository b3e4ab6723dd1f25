/**
 * The SQL of the sink `postgres`: a table that fits the columns of a stream or table, and statements that take a batch as one JSON text. One
 * parameter for any number of rows is as fast as COPY here, and can update and delete, too.
 */
import type { Column } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import { quoted, quotedTable } from '../postgres/postgres-client.ts'

/** A column of the source and its column in the target. */
export interface TargetColumn {
  /** Name of the column in the target, and of the member in the JSON. */
  readonly name: string
  readonly type: SqlType
  /** Type of the column in the target, as PostgreSQL writes it. */
  readonly targetType: string
}

/** The type of a column that is made for a SQL type. */
export function columnType(type: SqlType): string {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'boolean'
    case 'INTEGER':
      return 'integer'
    case 'BIGINT':
      return 'bigint'
    case 'DOUBLE':
      return 'double precision'
    case 'DECIMAL':
      return `numeric(${type.precision},${type.scale})`
    case 'STRING':
      return 'text'
    case 'BYTES':
      return 'bytea'
    case 'DATE':
      return 'date'
    case 'TIME':
      return 'time'
    case 'TIMESTAMP':
      return 'timestamp with time zone'
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return 'jsonb'
  }
}

/** The type as which a member of the JSON is read, and the expression that makes the value of it. */
function reading(type: SqlType): { readonly raw: string; readonly value: (member: string) => string } {
  switch (type.kind) {
    case 'BYTES':
      return { raw: 'text', value: (member) => `decode(${member}, 'base64')` }
    case 'DATE':
      return { raw: 'integer', value: (member) => `(date '1970-01-01' + ${member})` }
    case 'TIME':
      return { raw: 'bigint', value: (member) => `(time '00:00' + ${member} * interval '1 millisecond')` }
    case 'TIMESTAMP':
      return {
        raw: 'bigint',
        value: (member) => `(timestamp with time zone 'epoch' + ${member} * interval '1 millisecond')`,
      }
    default:
      return { raw: columnType(type), value: (member) => member }
  }
}

/** Makes the table unless there is one of the name. `key`: names of the columns of the primary key; none: it has no primary key. */
export function createTable(table: string, columns: readonly Column[], key: readonly string[]): string {
  const lines = columns.map(({ name, type }) => `${quoted(name)} ${columnType(type)}`)
  if (key.length > 0) lines.push(`PRIMARY KEY (${key.map(quoted).join(', ')})`)
  return `CREATE TABLE IF NOT EXISTS ${quotedTable(table)} (${lines.join(', ')})`
}

const recordset = (columns: readonly TargetColumn[]): string =>
  `json_to_recordset($1::json) AS r(${columns.map(({ name, type }) => `${quoted(name)} ${reading(type).raw}`).join(', ')})`

const expressionOf = ({ name, type, targetType }: TargetColumn): string =>
  `(${reading(type).value(`r.${quoted(name)}`)})::${targetType}`

/** Adds the rows of the parameter; those with a key that is there take its place if `key` is not empty. */
export function insertRows(table: string, columns: readonly TargetColumn[], key: readonly string[]): string {
  const names = columns.map(({ name }) => quoted(name)).join(', ')
  const values = columns.map(expressionOf).join(', ')
  const insert = `INSERT INTO ${quotedTable(table)} (${names}) SELECT ${values} FROM ${recordset(columns)}`
  if (key.length === 0) return insert
  const others = columns.filter(({ name }) => !key.includes(name))
  const updates = others.map(({ name }) => `${quoted(name)} = EXCLUDED.${quoted(name)}`)
  const action = updates.length === 0 ? 'DO NOTHING' : `DO UPDATE SET ${updates.join(', ')}`
  return `${insert} ON CONFLICT (${key.map(quoted).join(', ')}) ${action}`
}

/** Deletes the rows whose keys are in the parameter. */
export function deleteRows(table: string, keyColumns: readonly TargetColumn[]): string {
  const equal = keyColumns.map((column) => `t.${quoted(column.name)} = ${expressionOf(column)}`)
  return `DELETE FROM ${quotedTable(table)} AS t USING ${recordset(keyColumns)} WHERE ${equal.join(' AND ')}`
}
