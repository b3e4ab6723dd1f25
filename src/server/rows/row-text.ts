/** Writers of rows as JSON text. */

import { rowWriter as makeRowWriter, type RowWriter } from '../../types/row-json.ts'
import { type Column, columnTypes } from '../../types/schema.ts'

/** A writer is made once for the columns of a plan, which many queries share. */
export function rowWriter(columns: readonly Column[]): RowWriter {
  const known = WRITERS.get(columns)
  if (known !== undefined) return known
  const made = makeRowWriter(columnTypes(columns))
  WRITERS.set(columns, made)
  return made
}

const WRITERS = new WeakMap<readonly Column[], RowWriter>()
