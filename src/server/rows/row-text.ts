/** Rows as JSON text, exact for BIGINT and DECIMAL. */

import { jsonWriter } from '../../types/json-text.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'

/** From a row to `[1,"a",null]`. */
export type RowWriter = (row: Row) => string

export function rowWriter(columns: readonly Column[]): RowWriter {
  const writers = columns.map(({ type }) => jsonWriter(type))
  return (row) => {
    let text = '['
    for (let i = 0; i < writers.length; i++) {
      if (i > 0) text += ','
      text += writers[i]!(row[i] ?? null)
    }
    return `${text}]`
  }
}
