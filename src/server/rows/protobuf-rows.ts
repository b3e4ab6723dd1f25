/** Rows as Protobuf messages, in base64 within JSON. Source: ksqlDB's JsonStreamedRowResponseWriter. */
import type { RowStream, StreamedRow } from '../../engine/api.ts'
import { RequestError } from '../../errors.ts'
import { deriveMessage, Inexpressible } from '../../serde/protobuf/derive.ts'
import type { MessageType } from '../../serde/protobuf/message-type.ts'
import { schemaText } from '../../serde/protobuf/schema-text.ts'
import { messageWriter } from '../../serde/protobuf/write-source.ts'
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { Column } from '../../types/schema.ts'

export interface ProtobufRows {
  readonly header: { readonly protoSchema: string }
  /** `{"row":{"protobufBytes":"CgFh"}}`. */
  readonly write: (row: StreamedRow) => string
}

/** Throws a RequestError (406) for columns that have no message. */
export function protobufRows({ columns }: Pick<RowStream, 'columns'>): ProtobufRows {
  const message = messageOf(columns)
  const write = messageWriter(message, columns, [...columns.keys()])
  const out = new ByteBuffer()
  return {
    header: { protoSchema: schemaText(message, undefined) },
    write({ row, tombstone }) {
      out.clear()
      write(row, out)
      return `{"row":{"protobufBytes":"${out.since(0).toString('base64')}"${tombstone ? ',"tombstone":true' : ''}}}`
    },
  }
}

function messageOf(columns: readonly Column[]): MessageType {
  try {
    return deriveMessage(columns, {})
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    throw new RequestError('NOT_ACCEPTABLE', `These columns cannot be sent as Protobuf. ${error.message}`)
  }
}
