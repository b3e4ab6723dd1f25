/** The NONE format: no columns, nothing written, whatever is read is NULL. Source: ksqlDB's NONE format. */
import { type Column, formatColumn } from '../types/schema.ts'
import type { ColumnsReader, ColumnsWriter, Format, Side } from './format.ts'

/** Also what other formats use for a side without columns. */
export const NULL_READER: ColumnsReader = { isNull: true, open: () => null, finish: () => null }
export const NULL_WRITER: ColumnsWriter = { write: () => false }

export const none: Format = {
  name: 'NONE',
  wrapping: 'never',
  supportsKey: true,
  isCanonical: true,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  schemas: null,
  holdsNested: false,
  canBeUnreadable: () => false,
  refusal(columns, _spec, side) {
    if (columns.length === 0) return null
    return `The 'NONE' format can only be used when no columns are defined. Got: [${listColumns(columns, side)}]`
  },
  reader: () => NULL_READER,
  writer: () => NULL_WRITER,
}

/** ``[`K` STRING KEY]`` without the brackets, as refusals show columns. */
export const listColumns = (columns: readonly Column[], side: Side): string =>
  columns.map((column) => formatColumn(column) + (side === 'KEY' ? ' KEY' : '')).join(', ')
