/** The forms in which the rows of a query leave: texts around and for each row. See docs/http-api.md. */
import type { RowStream, StreamedRow } from '../engine/api.ts'
import type { Column } from '../types/schema.ts'
import { formatType } from '../types/sql-type.ts'
import type { GenericErrorBody, StatementErrorBody } from './error-answer.ts'
import { DELIMITED, JSON_TYPE, KSQL_JSON, KSQL_PROTOBUF } from './media-types.ts'
import { protobufRows } from './rows/protobuf-rows.ts'
import { rowWriter } from './rows/row-text.ts'

export interface RowFormat {
  readonly contentType: string
  /** True: each row leaves as a chunk of its own, because clients parse chunk by chunk. */
  readonly chunkPerRow: boolean
  readonly head: string
  /** The text of a row; null: the format leaves such rows out. */
  readonly row: (row: StreamedRow) => string | null
  /** What stands around a row that is JSON already; absent where the format writes rows in another way. */
  readonly aroundJson?: { readonly before: string; readonly after: string }
  /** The text of a remark between rows; absent where the format has no place for one. */
  readonly notice?: (message: string) => string
  /** The text after the last row of a query that has failed. */
  readonly error: (body: GenericErrorBody | StatementErrorBody) => string
  /** The text after the last row of a query that has not failed. `finalMessage`: null if the engine gives none. */
  readonly tail: (finalMessage: string | null) => string
}

/** The form of `contentType` on an endpoint. Throws a RequestError if it cannot carry the stream's columns. */
export function rowFormat(contentType: string, endpoint: '/query' | '/query-stream', stream: RowStream): RowFormat {
  if (contentType === DELIMITED) return delimited(stream)
  if (contentType === JSON_TYPE && endpoint === '/query-stream') return jsonArray(stream)
  if (contentType === KSQL_PROTOBUF) return streamedRows(stream, contentType, protobufRows(stream))
  const type = contentType === JSON_TYPE ? JSON_TYPE : KSQL_JSON
  return streamedRows(stream, type, { header: {}, write: streamedRowWriter(stream), isJson: true })
}

/** A line of metadata, then a line per row. */
function delimited(stream: RowStream): RowFormat {
  const write = rowWriter(stream.columns)
  return {
    contentType: DELIMITED,
    chunkPerRow: true,
    head: `${metadata(stream)}\n`,
    row: ({ row, tombstone }) => (tombstone ? null : `${write(row)}\n`),
    aroundJson: { before: '', after: '\n' },
    error: (body) => `${JSON.stringify(body)}\n`,
    tail: () => '',
  }
}

/** One array: metadata, then the rows. */
function jsonArray(stream: RowStream): RowFormat {
  const write = rowWriter(stream.columns)
  return {
    contentType: JSON_TYPE,
    chunkPerRow: false,
    head: `[${metadata(stream)}`,
    row: ({ row, tombstone }) => (tombstone ? null : `,${write(row)}`),
    aroundJson: { before: ',', after: '' },
    error: (body) => `,${JSON.stringify(body)}]`,
    tail: () => ']',
  }
}

interface StreamedRows {
  /** Members of the header besides the query's id and schema. */
  readonly header: object
  /** The text of the object that a row is. */
  readonly write: (row: StreamedRow) => string
  /** True: the object holds the row's JSON. */
  readonly isJson?: true
}

/**
 * One array of objects, one a line, each of which says what it is. Rows of a push query leave with the separator after them, because
 * clients read line by line and the next row may never come; the array then needs a last element.
 */
function streamedRows(stream: RowStream, contentType: string, { header, write, isJson }: StreamedRows): RowFormat {
  const first = { header: { queryId: stream.queryId, schema: stream.schemaText, ...header } }
  const head = `[${JSON.stringify(first)}`
  const last = (element: object) => `${JSON.stringify(element)}]\n`
  if (stream.kind === 'push') {
    return {
      contentType,
      chunkPerRow: true,
      head: `${head},\n`,
      row: (row) => `${write(row)},\n`,
      notice: (message) => `${JSON.stringify({ notice: { message } })},\n`,
      error: (body) => last({ errorMessage: body }),
      tail: (finalMessage) => last({ finalMessage: finalMessage ?? 'Query Completed' }),
    }
  }
  return {
    contentType,
    chunkPerRow: false,
    head,
    row: (row) => `,\n${write(row)}`,
    ...(isJson === true && { aroundJson: { before: `,\n${STREAMED_ROW.before}`, after: STREAMED_ROW.after } }),
    error: (body) => `,\n${last({ errorMessage: body })}`,
    tail: (finalMessage) => (finalMessage === null ? ']\n' : `,\n${last({ finalMessage })}`),
  }
}

/** What stands around the JSON of a row, as /query and the websocket send it. */
export const STREAMED_ROW = { before: '{"row":{"columns":', after: '}}' }

/** From a row to `{"row":{"columns":[...]}}`, as /query and the websocket send it. */
export function streamedRowWriter({ columns }: RowStream): (row: StreamedRow) => string {
  const write = rowWriter(columns)
  return ({ row, tombstone }) =>
    `${STREAMED_ROW.before}${write(row)}${tombstone ? ',"tombstone":true' : ''}${STREAMED_ROW.after}`
}

const metadata = ({ queryId, columns }: RowStream): string =>
  `{"queryId":${JSON.stringify(queryId)},${columnsText(columns)}}`

const COLUMN_TEXTS = new WeakMap<readonly Column[], string>()

/** The text is made once for the columns of a plan, which many queries share. */
function columnsText(columns: readonly Column[]): string {
  const known = COLUMN_TEXTS.get(columns)
  if (known !== undefined) return known
  const columnNames = columns.map(({ name }) => name)
  const columnTypes = columns.map(({ type }) => formatType(type))
  const text = JSON.stringify({ columnNames, columnTypes }).slice(1, -1)
  COLUMN_TEXTS.set(columns, text)
  return text
}
