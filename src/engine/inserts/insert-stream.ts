/** Rows that come as JSON objects, for POST /inserts-stream. Source: rest.md 5. */
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { checkInsertTarget, encodeInsertedRow } from '../../plan/insert-values.ts'
import type { JsonValue } from '../../types/json-parse.ts'
import { type Column, ROWTIME } from '../../types/schema.ts'
import { BIGINT } from '../../types/sql-type.ts'
import type { Row, Value } from '../../types/value.ts'
import type { InsertRequest } from '../api.ts'
import type { Scope } from '../statements/handler.ts'
import { jsonToValue } from './json-values.ts'

type InsertRow = (values: InsertRequest['values']) => Promise<void>

/** Checks the target; throws StatementError. The function rejects with StatementError for a row that does not fit. */
export function openInserts(target: string, { parts, planning }: Scope): InsertRow {
  const source = checkInsertTarget({ target: columnName(target) }, planning)
  return async (values) => {
    const given = givenValues(values, source)
    const valuesOf = (columns: readonly Column[]): Row => columns.map(({ name }) => given.get(name) ?? null)
    const row = { source, key: valuesOf(source.schema.key), value: valuesOf(source.schema.value), timestamp: null }
    requireKey(row.key, source)
    const timestamp = given.get(ROWTIME) ?? null
    await parts.rows.send(source.topic, encodeInsertedRow(row), timestamp === null ? null : Number(timestamp))
  }
}

/** Names stand for themselves in back-quotes, else in upper case. */
const columnName = (name: string): string =>
  /^`.*`$/s.test(name) ? name.slice(1, -1).replaceAll('``', '`') : name.toUpperCase()

function givenValues(values: ReadonlyMap<string, JsonValue>, { schema, name }: DataSource): Map<string, Value> {
  const columns = new Map(
    [...schema.key, ...schema.value, { name: ROWTIME, type: BIGINT }].map((column) => [column.name, column]),
  )
  const given = new Map<string, Value>()
  for (const [key, value] of values) {
    const column = columns.get(columnName(key)) ?? columns.get(key)
    if (column === undefined) {
      throw new StatementError(
        `Column name ${columnName(key)} does not exist in ${name}. Columns: ${[...columns.keys()].join(', ')}.`,
      )
    }
    given.set(column.name, jsonToValue(value, column.type))
  }
  return given
}

function requireKey(key: Row, { kind, schema }: DataSource): void {
  if (kind !== 'TABLE') return
  const missing = schema.key.filter((_, i) => key[i] === null)
  if (missing.length === 0) return
  throw new StatementError(`Key field must be specified: ${missing.map(({ name }) => name).join(', ')}`)
}
