/** The JSON format: a payload is one JSON document in UTF-8. Source: formats.md section 2, ksqlDB's JSON serde. */
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { ByteSink, ColumnsWriter, Format, WriterOptions } from './format.ts'
import { encoder, objectEncoder } from './json/encode.ts'
import { jsonReader } from './json/reader.ts'

export const json: Format = {
  name: 'JSON',
  wrapping: 'optional',
  supportsKey: true,
  refusal(columns: readonly Column[]) {
    return columns.some(({ type }) => hasOtherKeys(type)) ? 'JSON only supports MAP types with STRING keys' : null
  },
  reader: jsonReader,
  writer: (options) =>
    options.columns.length === 1 && options.spec.unwrapped ? valueWriter(options) : objectWriter(options),
}

/** Whether the type is or contains a MAP whose keys are not STRING. */
function hasOtherKeys(type: SqlType): boolean {
  switch (type.kind) {
    case 'ARRAY':
      return hasOtherKeys(type.element)
    case 'MAP':
      return type.key.kind !== 'STRING' || hasOtherKeys(type.value)
    case 'STRUCT':
      return type.fields.some((field) => hasOtherKeys(field.type))
    default:
      return false
  }
}

function objectWriter({ columns, sources }: WriterOptions): ColumnsWriter {
  const encode = objectEncoder(columns, [...sources])
  return {
    write(row: Row, out: ByteSink) {
      encode(row, out)
      return true
    },
  }
}

/** A single column as its bare value; NULL is a null payload. */
function valueWriter({ columns, sources }: WriterOptions): ColumnsWriter {
  const encode = encoder(columns[0]!.type)
  const source = sources[0]!
  return {
    write(row: Row, out: ByteSink) {
      const value = row[source]!
      if (value === null) return false
      encode(value, out)
      return true
    },
  }
}
