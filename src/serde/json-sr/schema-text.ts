/**
 * The JSON Schema of columns, with the marks by which Kafka Connect finds its types again: `connect.type`, `connect.index`, and the title
 * of a logical type. Every value may be null. `$schema` is there because registries tell JSON Schemas by it. Source: Confluent's
 * JsonSchemaData.
 */
import type { Column } from '../../types/schema.ts'
import type { SqlType, StructField } from '../../types/sql-type.ts'

/** A JSON object whose members are in the order in which they are written. */
type JsonSchema = { readonly [member: string]: unknown }

const DIALECT = { $schema: 'http://json-schema.org/draft-07/schema#' }

export function schemaText(columns: readonly Column[], unwrapped: boolean): string {
  const [only] = columns
  const isBare = unwrapped && columns.length === 1 && only !== undefined
  return JSON.stringify({ ...DIALECT, ...(isBare ? nullable(only.type) : object(columns)) })
}

const nullable = (type: SqlType): JsonSchema => ({ oneOf: [{ type: 'null' }, schemaOf(type)] })

const object = (fields: readonly StructField[]): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    fields.map(({ name, type }, index) => [name, { 'connect.index': index, ...nullable(type) }]),
  ),
})

const LOGICAL = 'org.apache.kafka.connect.data'

const logical = (title: string, type: 'int32' | 'int64'): JsonSchema => ({
  type: 'integer',
  title: `${LOGICAL}.${title}`,
  'connect.version': 1,
  'connect.type': type,
})

function schemaOf(type: SqlType): JsonSchema {
  switch (type.kind) {
    case 'BOOLEAN':
      return { type: 'boolean' }
    case 'INTEGER':
      return { type: 'integer', 'connect.type': 'int32' }
    case 'BIGINT':
      return { type: 'integer', 'connect.type': 'int64' }
    case 'DOUBLE':
      return { type: 'number', 'connect.type': 'float64' }
    case 'STRING':
      return { type: 'string' }
    case 'BYTES':
      return { type: 'string', 'connect.type': 'bytes' }
    case 'TIME':
      return logical('Time', 'int32')
    case 'DATE':
      return logical('Date', 'int32')
    case 'TIMESTAMP':
      return logical('Timestamp', 'int64')
    case 'DECIMAL':
      return {
        type: 'number',
        title: `${LOGICAL}.Decimal`,
        'connect.version': 1,
        'connect.type': 'bytes',
        'connect.parameters': { scale: String(type.scale), 'connect.decimal.precision': String(type.precision) },
      }
    case 'ARRAY':
      return { type: 'array', items: nullable(type.element) }
    case 'MAP':
      return { type: 'object', 'connect.type': 'map', additionalProperties: nullable(type.value) }
    case 'STRUCT':
      return object(type.fields)
  }
}
