/** The AVRO format's writer: rows by the registered schema, behind the frame that names it. */
import type { Row } from '../../types/value.ts'
import type { ByteSink, ColumnsWriter, WriterOptions } from '../format.ts'
import { writeFrame } from '../frame.ts'
import { parsedSchema } from './parsed-schema.ts'
import { bareWriter, recordWriter, type WritePayload } from './writer-source.ts'

export function avroWriter({ columns, sources, spec, passed }: WriterOptions): ColumnsWriter {
  const { schema } = spec
  if (schema === undefined) throw new Error('AVRO is written with a registered schema, and there is none')
  const type = parsedSchema(schema)
  const bareSource = columns.length === 1 && spec.unwrapped ? sources[0]! : null
  const write =
    bareSource === null ? recordWriter(type, columns, sources, passed) : bareWriter(type, columns[0]!, bareSource)
  return new AvroWriter(schema.id, write, bareSource)
}

class AvroWriter implements ColumnsWriter {
  readonly #id: number
  readonly #write: WritePayload
  /** Index into the row of a column that is written as itself: NULL is then a null payload. */
  readonly #bareSource: number | null

  constructor(id: number, write: WritePayload, bareSource: number | null) {
    this.#id = id
    this.#write = write
    this.#bareSource = bareSource
  }

  write(row: Row, out: ByteSink): boolean {
    if (this.#bareSource !== null && row[this.#bareSource] === null) return false
    const start = out.position
    try {
      writeFrame(this.#id, out)
      this.#write(row, out)
    } catch (error) {
      out.position = start
      throw error
    }
    return true
  }
}
