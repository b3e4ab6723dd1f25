/**
 * The AVRO format: a payload is Avro binary data behind a frame that names the registered schema which it was written with. The codec is our
 * own: columns that a query does not use are stepped over and not decoded, BIGINT is exact, and rows are filled without objects in between.
 * Source: ksqlDB's AvroFormat, Confluent's AvroConverter.
 */
import type { Column } from '../types/schema.ts'
import type { SqlType } from '../types/sql-type.ts'
import { parsedSchema } from './avro/parsed-schema.ts'
import { AvroReader } from './avro/reader.ts'
import { avroSchemaText, DEFAULT_RECORD_NAME, nameRefusal } from './avro/schema-text.ts'
import { sqlTypeOf } from './avro/sql-type-of.ts'
import { avroWriter } from './avro/writer.ts'
import { missingDefault } from './avro/writer-source.ts'
import type { Format, FormatSpec } from './format.ts'
import { NULL_READER, NULL_WRITER } from './none.ts'

export const avro: Format = {
  name: 'AVRO',
  wrapping: 'optional',
  supportsKey: true,
  // The frame names a schema, and other schemas give other bytes.
  isCanonical: false,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  holdsNested: true,
  canPass: ({ kind }) => kind === 'STRING',
  canBeUnreadable: () => true,
  refusal(columns, spec) {
    if (columns.some(({ type }) => hasOtherKeys(type))) return 'Avro only supports MAPs with STRING keys'
    return nameRefusal(columns, { name: recordName(spec), bare: isBare(columns, spec) })
  },
  schemas: {
    type: 'AVRO',
    isRegistered: true,
    takesName: true,
    takesNullable: false,
    schemaOf: (columns, spec) => avroSchemaText(columns, { name: recordName(spec), bare: isBare(columns, spec) }),
    typeOf: (schema) => sqlTypeOf(parsedSchema(schema)),
    writeRefusal(columns, schema, spec) {
      return isBare(columns, spec) ? null : missingDefault(parsedSchema(schema), columns)
    },
  },
  reader: (options) => (options.columns.length === 0 ? NULL_READER : new AvroReader(options)),
  writer: (options) => (options.columns.length === 0 ? NULL_WRITER : avroWriter(options)),
}

const recordName = ({ schemaName = DEFAULT_RECORD_NAME }: FormatSpec): string => schemaName

const isBare = (columns: readonly Column[], { unwrapped }: FormatSpec): boolean => columns.length === 1 && unwrapped

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
