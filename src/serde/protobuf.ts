/**
 * The PROTOBUF and PROTOBUF_NOSR formats. A payload is a message; in PROTOBUF it stands behind a frame that names a registered schema, and
 * behind the indexes of the message in it; in PROTOBUF_NOSR it is the message that the columns imply. The codec is our own: fields that a
 * query does not use are stepped over, BIGINT is exact, and rows are filled without objects in between.
 * Source: ksqlDB's ProtobufFormat and ProtobufNoSRFormat, Confluent's ProtobufData.
 */
import type { Column } from '../types/schema.ts'
import { type SqlType, struct } from '../types/sql-type.ts'
import type { Row } from '../types/value.ts'
import type { Format, FormatSchemas, FormatSpec } from './format.ts'
import { NULL_READER, NULL_WRITER } from './none.ts'
import { asRead } from './protobuf/as-read.ts'
import { barePayloadReader, bareWriter } from './protobuf/bare.ts'
import { inferColumns } from './protobuf/columns.ts'
import { bareMessage, deriveMessage, Inexpressible } from './protobuf/derive.ts'
import type { MessageType } from './protobuf/message-type.ts'
import { messageOf, parsedSchema, writtenMessage } from './protobuf/parsed-schema.ts'
import { payloadReader } from './protobuf/payload-reader.ts'
import { FramedReader, messageIn, messageReader } from './protobuf/reader.ts'
import { schemaText } from './protobuf/schema-text.ts'
import { messageWriter } from './protobuf/write-source.ts'
import { framedWriter, plainWriter } from './protobuf/writer.ts'

/** What both formats have in common. */
const BOTH = {
  supportsKey: true,
  // Fields may come in any order, and a default may be written or not.
  isCanonical: false,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  holdsNested: true,
  refusal(columns: readonly Column[], spec: FormatSpec): string | null {
    if (columns.some(({ type }) => hasOtherKeys(type))) return OTHER_KEYS
    try {
      derivedMessage(columns, spec)
      return null
    } catch (error) {
      if (error instanceof Inexpressible) return error.message
      throw error
    }
  },
  asRead(columns: readonly Column[], spec: FormatSpec): (row: Row) => Row {
    const converts = columns.map(({ type }) => asRead(type, spec.nullable))
    // A bare NULL is a null payload.
    const keepsNull = isBare(columns, spec)
    return (row) => row.map((value, i) => (value === null && keepsNull ? null : converts[i]!(value)))
  },
  canBeUnreadable: () => true,
} as const

const SCHEMAS: Omit<FormatSchemas, 'isRegistered' | 'takesName'> = {
  type: 'PROTOBUF',
  takesNullable: true,
  schemaOf: (columns, spec) => schemaText(derivedMessage(columns, spec), spec.nullable),
  typeOf(schema, { schemaName }) {
    const { columns } = inferColumns(messageOf(parsedSchema(schema), schemaName))
    return columns.length === 0 ? null : struct(columns)
  },
  nameIn: (schema, bytes) => messageIn(parsedSchema(schema), bytes)?.fullName,
  writeRefusal(columns, schema, { schemaName }) {
    const message = writtenMessage(parsedSchema(schema), schemaName)
    const written = new Set(columns.map(({ name }) => name.toUpperCase()))
    const required = message.fields.find(({ name, isRequired }) => isRequired && !written.has(name.toUpperCase()))
    if (required !== undefined) {
      return `Missing default value for required Protobuf field: [${required.name}]. This field appears in Protobuf schema in Schema Registry`
    }
    try {
      messageWriter(message, columns, [...columns.keys()])
      return null
    } catch (error) {
      return (error as Error).message
    }
  },
}

export const protobuf: Format = {
  ...BOTH,
  name: 'PROTOBUF',
  wrapping: 'always',
  schemas: { ...SCHEMAS, isRegistered: true, takesName: true },
  reader: (options) => (options.columns.length === 0 ? NULL_READER : new FramedReader(options)),
  writer: (options) => (options.columns.length === 0 ? NULL_WRITER : framedWriter(options)),
}

export const protobufNosr: Format = {
  ...BOTH,
  name: 'PROTOBUF_NOSR',
  wrapping: 'optional',
  schemas: { ...SCHEMAS, isRegistered: false, takesName: false },
  reader(options) {
    const { columns, spec, wanted, topic } = options
    if (columns.length === 0) return NULL_READER
    const payload = isBare(columns, spec)
      ? barePayloadReader(options)
      : payloadReader(derivedMessage(columns, spec), columns, wanted)
    return messageReader(payload, topic)
  },
  writer(options) {
    const { columns, spec } = options
    if (columns.length === 0) return NULL_WRITER
    return isBare(columns, spec) ? bareWriter(options) : plainWriter(derivedMessage(columns, spec), options)
  },
}

const isBare = (columns: readonly Column[], { unwrapped }: FormatSpec): boolean => columns.length === 1 && unwrapped

/** Throws Inexpressible. */
const derivedMessage = (columns: readonly Column[], spec: FormatSpec): MessageType =>
  isBare(columns, spec) ? bareMessage(columns[0]!.type, spec.nullable) : deriveMessage(columns, spec)

/** Source of the wording: ksqlDB's ProtobufSerdeFactory. */
const OTHER_KEYS =
  'PROTOBUF format only supports MAP types with STRING keys. See https://github.com/confluentinc/ksql/issues/6177.'

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
