/**
 * Columns that a statement does not declare, from the schema of the topic. Source: ksqlDB's DefaultSchemaInjector and
 * SchemaRegistryTopicSchemaSupplier.
 */
import { StatementError } from '../errors.ts'
import type { ResolvedSchema } from '../registry/resolved-schema.ts'
import { subjectOf } from '../registry/schema-registry.ts'
import type { FormatSchemas, FormatSpec, Side, WrittenSchema } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import { type Column, formatColumn } from '../types/schema.ts'
import { type SqlType, struct } from '../types/sql-type.ts'

/** A schema that planning needs: the newest one of a topic's subject, or the one of an id. */
export interface SchemaRequest {
  readonly side: Side
  readonly topic: string
  readonly id: number | null
}

/** Schemas that were fetched for a statement; null: none was needed. */
export interface FetchedSchemas {
  readonly KEY: WrittenSchema | null
  readonly VALUE: WrittenSchema | null
}

export const NO_SCHEMAS: FetchedSchemas = { KEY: null, VALUE: null }

/** The column of a key, or of a value that is no record. */
const WHOLE: { readonly [S in Side]: string } = { KEY: 'ROWKEY', VALUE: 'ROWVAL' }

/**
 * The columns of a fetched schema. Names are upper-cased, as SQL reads them without quotes; those of a schema that the statement names by id
 * stay, as rows are written with that schema. Throws StatementError.
 */
export function inferColumns(
  { side, topic, id }: SchemaRequest,
  schema: ResolvedSchema,
  spec: FormatSpec,
): readonly Column[] {
  const type = schemaType({ side, topic, id }, schema, spec)
  const named = type === null || id !== null ? type : withUpperCaseNames(type)
  if (named === null || (named.kind === 'STRUCT' && named.fields.length === 0)) {
    throw new StatementError(
      `Schema for message ${words(side)} on topic '${topic}' does not include any columns with types that ksqlDB supports.`,
    )
  }
  if (spec.unwrapped) return [{ name: WHOLE[side], type: named }]
  if (named.kind === 'STRUCT') return named.fields
  throw new StatementError(
    'Schema returned from schema registry is anonymous type. To use this schema with ksqlDB, ' +
      "set 'WRAP_SINGLE_VALUE=false' in the WITH clause properties.",
  )
}

function schemaType({ side, topic }: SchemaRequest, schema: ResolvedSchema, spec: FormatSpec): SqlType | null {
  const schemas = schemasOf(spec)
  if (schema.type !== schemas.type) throw otherFormat(side, topic, schema, spec)
  try {
    return schemas.typeOf(schema, spec.schemaName === undefined ? {} : { schemaName: spec.schemaName })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new StatementError(
      `Unable to verify if the schema for message ${words(side)} on topic '${topic}' is compatible with ksqlDB.\n` +
        `Reason: ${reason}\nSchema: ${beginning(schema.text)}`,
      { cause: error },
    )
  }
}

const SHOWN_CHARACTERS = 2000

const beginning = (text: string): string =>
  text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`

const schemasOf = ({ format }: FormatSpec): FormatSchemas => FORMATS[format].schemas!

const words = (side: Side): string => (side === 'KEY' ? 'keys' : 'values')

/** Formats by the language of their schemas, as KEY_FORMAT and VALUE_FORMAT name them. */
const FORMAT_NAMES = { AVRO: 'AVRO', PROTOBUF: 'PROTOBUF', JSON: 'JSON_SR' } as const

function otherFormat(side: Side, topic: string, { type }: ResolvedSchema, { format }: FormatSpec): StatementError {
  const name = side === 'KEY' ? 'Key' : 'Value'
  return new StatementError(
    `${name} schema is not in the expected format. You may want to set ${side}_FORMAT to '${FORMAT_NAMES[type]}'.\n` +
      `topic: ${topic}\nexpected format: ${format}\nactual format from Schema Registry: ${FORMAT_NAMES[type]}`,
  )
}

function withUpperCaseNames(type: SqlType): SqlType {
  switch (type.kind) {
    case 'STRUCT':
      return struct(
        type.fields.map(({ name, type: field }) => ({ name: name.toUpperCase(), type: withUpperCaseNames(field) })),
      )
    case 'ARRAY':
      return { ...type, element: withUpperCaseNames(type.element) }
    case 'MAP':
      return { ...type, value: withUpperCaseNames(type.value) }
    default:
      return type
  }
}

/** The refusal where a subject or an id is not there. */
export function missingSchema({ side, topic, id }: SchemaRequest): StatementError {
  return new StatementError(
    `Schema for message ${words(side)} on topic '${topic}' does not exist in the Schema Registry.\n` +
      `Subject: ${subjectOf(topic, side)}\n${id === null ? '' : `Schema Id: ${id}\n`}` +
      'Possible causes include:\n' +
      '- The topic itself does not exist\n' +
      '\t-> Use SHOW TOPICS; to check\n' +
      '- Messages on the topic are not serialized using a format Schema Registry supports\n' +
      `\t-> Use PRINT '${topic}' FROM BEGINNING; to verify\n` +
      '- Messages on the topic have not been serialized using a Confluent Schema Registry supported serializer\n' +
      '- The schema is registered on a different instance of the Schema Registry\n' +
      `- The ${words(side)} have no schema\n` +
      `\t-> Declare the columns, or use ${side === 'KEY' ? "KEY_FORMAT='NONE' for a topic without keys" : 'another VALUE_FORMAT'}`,
  )
}

/**
 * Checks that rows of a query's columns can be written with a schema that WITH names by id: its columns must hold them in their order, and
 * may hold more. Throws StatementError.
 */
export function checkSinkColumns(columns: readonly Column[], inferred: readonly Column[], side: Side): void {
  const missing = columns.filter((column, i) => {
    const other = inferred[i]
    return other === undefined || formatColumn(column) !== formatColumn(other)
  })
  if (missing.length === 0) return
  const list = (shown: readonly Column[]) => `[${shown.map(formatColumn).join(', ')}]`
  throw new StatementError(
    `The following ${side.toLowerCase()} columns are changed, missing or reordered: ${list(missing)}. ` +
      `Schema from schema registry is ${list(inferred)}`,
  )
}
