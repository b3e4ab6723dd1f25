/** The JSON_SR format: JSON behind a frame that names its JSON Schema. Source: ksqlDB's KsqlJsonSerdeFactory and JsonSchemaTranslator. */
import type { ResolvedSchema } from '../registry/resolved-schema.ts'
import type { Column } from '../types/schema.ts'
import type {
  ByteSink,
  ColumnsReader,
  ColumnsWriter,
  Format,
  FormatSpec,
  ReaderOptions,
  WriterOptions,
} from './format.ts'
import { FRAME_BYTES, frameId, writeFrame } from './frame.ts'
import { json } from './json.ts'
import { schemaText } from './json-sr/schema-text.ts'
import { requiredProperties, schemaType } from './json-sr/schema-type.ts'

export const jsonSr: Format = {
  name: 'JSON_SR',
  wrapping: 'optional',
  supportsKey: true,
  isCanonical: false,
  takesDelimiter: false,
  isWritable: true,
  lineProperty: null,
  holdsNested: true,
  schemas: {
    type: 'JSON',
    isRegistered: true,
    takesName: false,
    takesNullable: false,
    schemaOf: (columns, { unwrapped }) => schemaText(columns, unwrapped),
    typeOf: (schema) => schemaType(schema),
    writeRefusal,
  },
  canBeUnreadable: () => true,
  refusal: json.refusal,
  reader: framedReader,
  writer: framedWriter,
}

/** A bare value is not an object of properties. */
function writeRefusal(columns: readonly Column[], schema: ResolvedSchema, { unwrapped }: FormatSpec): string | null {
  if (unwrapped && columns.length === 1) return null
  const missing = requiredProperties(schema).find((name) => !columns.some((column) => column.name === name))
  return missing === undefined
    ? null
    : `Missing value for required JSON property: [${missing}]. This property appears in JSON schema in Schema Registry`
}

/** The text describes itself, so the schema that it was written with is not looked up. */
function framedReader(options: ReaderOptions): ColumnsReader {
  const reader = json.reader(options)
  const { topic } = options
  return {
    open(bytes, start, end, target) {
      if (frameId(bytes, start, end) >= 0) return reader.open(bytes, start + FRAME_BYTES, end, target)
      return { message: `Error deserializing message from topic: ${topic}`, causes: [NO_FRAME] }
    },
    finish: (target) => reader.finish(target),
    get isNull() {
      return reader.isNull
    },
  }
}

const NO_FRAME =
  'Got unexpected JSON serialization format that did not start with the magic byte. If this stream was not serialized using the ' +
  'JsonSchemaConverter, then make sure the stream is declared with JSON format (not JSON_SR).'

function framedWriter(options: WriterOptions): ColumnsWriter {
  const writer = json.writer(options)
  const { columns, spec } = options
  const schema = spec.schema!
  const refusal = writeRefusal(columns, schema, spec)
  return {
    write(row, out: ByteSink) {
      if (refusal !== null) throw new Error(refusal)
      const { position } = out
      writeFrame(schema.id, out)
      if (writer.write(row, out)) return true
      out.position = position
      return false
    },
  }
}
