/** Writers of columns: framed records by a registered schema, and bare messages. */
import type { Row } from '../../types/value.ts'
import type { ByteSink, ColumnsWriter, WriterOptions } from '../format.ts'
import { writeFrame } from '../frame.ts'
import { writeBytes } from '../text.ts'
import { indexesOf } from './find-message.ts'
import { indexBytes } from './message-indexes.ts'
import type { MessageType } from './message-type.ts'
import { parsedSchema, writtenMessage } from './parsed-schema.ts'
import { messageWriter, type WriteMessage } from './write-source.ts'

/** Payloads are the message, without a frame. */
export function plainWriter(message: MessageType, { columns, sources }: WriterOptions): ColumnsWriter {
  const write = messageWriter(message, columns, sources)
  return {
    write(row, out) {
      write(row, out)
      return true
    },
  }
}

export function framedWriter({ columns, sources, spec }: WriterOptions): ColumnsWriter {
  const { schema, schemaName } = spec
  if (schema === undefined) throw new Error('PROTOBUF is written with a registered schema, and there is none')
  const file = parsedSchema(schema)
  const message = writtenMessage(file, schemaName)
  return new FramedWriter(schema.id, indexBytes(indexesOf(file, message)!), messageWriter(message, columns, sources))
}

class FramedWriter implements ColumnsWriter {
  readonly #id: number
  readonly #indexes: Buffer
  readonly #write: WriteMessage

  constructor(id: number, indexes: Buffer, write: WriteMessage) {
    this.#id = id
    this.#indexes = indexes
    this.#write = write
  }

  write(row: Row, out: ByteSink): boolean {
    const start = out.position
    try {
      writeFrame(this.#id, out)
      writeBytes(this.#indexes, out)
      this.#write(row, out)
      return true
    } catch (error) {
      out.position = start
      throw error
    }
  }
}
