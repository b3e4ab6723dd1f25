/**
 * The schema text of SQL columns, as ksqlDB registers it: the order of members counts, because registries tell schemas apart by their text.
 * Source: ksqlDB's AvroSchemas and AvroSchemaTranslator with Confluent's AvroData, which writes what Kafka Connect knows of a type beside
 * it (`connect.name`, `connect.parameters`).
 */
import type { Column } from '../../types/schema.ts'
import type { DecimalType, MapType, SqlType, StructField, StructType } from '../../types/sql-type.ts'
import { avroName } from './schema.ts'

/** The record of value columns, unless *_SCHEMA_FULL_NAME names it. Source: ksqlDB's KsqlConstants. */
export const DEFAULT_RECORD_NAME = 'io.confluent.ksql.avro_schemas.KsqlDataSourceSchema'

type Json = string | number | null | readonly Json[] | { readonly [name: string]: Json }

/** `bare`: the single column's own type instead of a record with it. Throws an Error for names that Avro does not take. */
export function avroSchemaText(columns: readonly Column[], options: { readonly name: string; readonly bare: boolean }) {
  const { name, bare } = options
  const type: SqlType = bare ? columns[0]!.type : { kind: 'STRUCT', fields: columns }
  return JSON.stringify(isNested(type) ? schemaOf(type, name, '') : rootPrimitive(type))
}

const isNested = ({ kind }: SqlType): boolean => kind === 'ARRAY' || kind === 'MAP' || kind === 'STRUCT'

/** A DECIMAL or time alone has no version in ksqlDB's schemas. */
function rootPrimitive(type: SqlType): Json {
  const schema = schemaOf(type, '', '')
  if (typeof schema !== 'object') return schema
  return Object.fromEntries(Object.entries(schema as object).filter(([name]) => name !== 'connect.version'))
}

/** `name`: what a record or a map at this place is called; it grows by the names on the way. `namespace`: that of the text around. */
function schemaOf(type: SqlType, name: string, namespace: string): Json {
  switch (type.kind) {
    case 'BOOLEAN':
      return 'boolean'
    case 'INTEGER':
      return 'int'
    case 'BIGINT':
      return 'long'
    case 'DOUBLE':
      return 'double'
    case 'STRING':
      return 'string'
    case 'BYTES':
      return 'bytes'
    case 'DATE':
      return connectTime('int', 'Date', 'date')
    case 'TIME':
      return connectTime('int', 'Time', 'time-millis')
    case 'TIMESTAMP':
      return connectTime('long', 'Timestamp', 'timestamp-millis')
    case 'DECIMAL':
      return decimalSchema(type)
    case 'ARRAY':
      return { type: 'array', items: nullable(schemaOf(type.element, name, namespace)) }
    case 'MAP':
      return mapSchema(type, name, namespace)
    case 'STRUCT':
      return structSchema(type, name, namespace)
  }
}

const nullable = (type: Json): Json => ['null', type]

const connectTime = (type: string, name: string, logicalType: string): Json => ({
  type,
  'connect.version': 1,
  'connect.name': `org.apache.kafka.connect.data.${name}`,
  logicalType,
})

const decimalSchema = ({ precision, scale }: DecimalType): Json => ({
  type: 'bytes',
  scale,
  precision,
  'connect.version': 1,
  'connect.parameters': { scale: String(scale), 'connect.decimal.precision': String(precision) },
  'connect.name': 'org.apache.kafka.connect.data.Decimal',
  logicalType: 'decimal',
})

/** Keys may be NULL, which those of Avro's own maps cannot. */
function mapSchema({ key, value }: MapType, name: string, namespace: string): Json {
  const inner = namespaceOf(name)
  const entry = {
    ...recordHead(name, namespace),
    fields: [
      fieldSchema('key', schemaOf(key, `${name}_MapKey`, inner)),
      fieldSchema('value', schemaOf(value, `${name}_MapValue`, inner)),
    ],
    'connect.internal.type': 'MapEntry',
  }
  return { type: 'array', items: entry, 'connect.name': name }
}

function structSchema({ fields }: StructType, name: string, namespace: string): Json {
  const inner = namespaceOf(name)
  return {
    ...recordHead(name, namespace),
    fields: fields.map((field) =>
      fieldSchema(avroName(field.name), schemaOf(field.type, `${name}_${field.name}`, inner)),
    ),
    'connect.name': name,
  }
}

const fieldSchema = (name: string, type: Json): Json => ({ name, type: nullable(type), default: null })

/** The namespace is left out where it is that of the text around. */
function recordHead(name: string, namespace: string): { readonly [name: string]: Json } {
  const own = namespaceOf(name)
  const head = { type: 'record', name: name.slice(name.lastIndexOf('.') + 1) }
  return own === namespace ? head : { ...head, namespace: own }
}

const namespaceOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')))

/** Why Avro takes no such columns, in the words of ksqlDB and Java's Avro; null: it does. */
export function nameRefusal(columns: readonly Column[], options: { readonly name: string; readonly bare: boolean }) {
  const { name, bare } = options
  const names = new Set<string>()
  const fault = bare ? typeFault(columns[0]!.type, name, names) : recordFault(columns, name, names)
  return fault === null ? null : `Schema is not compatible with Avro: ${fault}`
}

/** `names`: those of the records so far. */
function recordFault(fields: readonly StructField[], record: string, names: Set<string>): string | null {
  const fault = definitionFault(record, names)
  if (fault !== null) return fault
  const fieldNames = new Set<string>()
  for (const field of fields) {
    const name = avroName(field.name)
    const fault = nameFault(name) ?? typeFault(field.type, `${record}_${field.name}`, names)
    if (fault !== null) return fault
    if (fieldNames.has(name)) return `Duplicate field ${name} in record ${record}`
    fieldNames.add(name)
  }
  return null
}

function definitionFault(record: string, names: Set<string>): string | null {
  if (names.has(record)) return `Can't redefine: ${record}`
  names.add(record)
  return nameFault(record.slice(record.lastIndexOf('.') + 1))
}

function typeFault(type: SqlType, name: string, names: Set<string>): string | null {
  switch (type.kind) {
    case 'ARRAY':
      return typeFault(type.element, name, names)
    case 'MAP':
      return definitionFault(name, names) ?? typeFault(type.value, `${name}_MapValue`, names)
    case 'STRUCT':
      return recordFault(type.fields, name, names)
    default:
      return null
  }
}

/** Source: Avro's NameValidator. */
function nameFault(name: string): string | null {
  if (name === '') return 'Empty name'
  if (!/^[\p{L}_]/u.test(name)) return `Illegal initial character: ${name}`
  return /^[\p{L}\p{Nd}_]*$/u.test(name) ? null : `Illegal character in: ${name}`
}
