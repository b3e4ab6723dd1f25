/** Rows as JSON text, exact for BIGINT and DECIMAL. */

import { jsonWriter } from '../../types/json-text.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'

/** From a row to `[1,"a",null]`. */
export type RowWriter = (row: Row) => string

/** A writer is made once for the columns of a plan, which many queries share. */
export function rowWriter(columns: readonly Column[]): RowWriter {
  const known = WRITERS.get(columns)
  if (known !== undefined) return known
  const made = makeRowWriter(columns)
  WRITERS.set(columns, made)
  return made
}

const WRITERS = new WeakMap<readonly Column[], RowWriter>()

function makeRowWriter(columns: readonly Column[]): RowWriter {
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
