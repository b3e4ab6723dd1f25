/** What the lines of an answer of POST /query say. See docs/http-api.md#post-query. */
import { readColumns } from '../../types/column-text.ts'
import type { Column } from './columns.ts'
import { type Json, parseExact } from './exact-json.ts'
import type { ErrorBody } from './server-error.ts'

/** A row of a result. Rows of 100,000 are kept, so a row is no more than its values. */
export interface ResultRow {
  readonly values: readonly Json[]
  /** True: the row was deleted from its table; only its key columns have values. */
  readonly isTombstone: boolean
  /** When the row came, epoch ms. */
  readonly arrivedAt: number
}

export type ResultItem =
  | { readonly kind: 'header'; readonly queryId: string; readonly columns: readonly Column[] }
  | { readonly kind: 'row'; readonly row: ResultRow }
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly kind: 'end'; readonly message: string }
  | { readonly kind: 'error'; readonly error: ErrorBody }

interface WireItem {
  readonly header?: { readonly queryId: string; readonly schema: string }
  readonly row?: { readonly columns: readonly Json[]; readonly tombstone?: boolean }
  readonly notice?: { readonly message: string }
  readonly finalMessage?: string
  readonly errorMessage?: ErrorBody
}

/** The item of a line, which is an element of an array with the marks around it; null for a line of marks alone. */
export function readResultLine(line: string, arrivedAt: number): ResultItem | null {
  const text = line.replace(/^[[,]+/, '').replace(/[\],]+$/, '')
  // An object ends in a brace, so brackets behind the last one belong to the array of the answer.
  if (text === '') return null
  const { header, row, notice, finalMessage, errorMessage } = parseExact(text) as WireItem
  if (row !== undefined) {
    return { kind: 'row', row: { values: row.columns, isTombstone: row.tombstone === true, arrivedAt } }
  }
  if (header !== undefined) return { kind: 'header', queryId: header.queryId, columns: readColumns(header.schema) }
  if (notice !== undefined) return { kind: 'notice', message: notice.message }
  if (errorMessage !== undefined) return { kind: 'error', error: errorMessage }
  return finalMessage === undefined ? null : { kind: 'end', message: finalMessage }
}
