/** Schemas as entities carry them. Source: ksqlDB's `SchemaInfo` and `FieldInfo`. */
import type { Column, Schema } from '../../types/schema.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { FieldInfo, SchemaInfo } from './entities.ts'

/** A type as entities show it. */
export function schemaInfo(type: SqlType): SchemaInfo {
  const plain = { type: type.kind, fields: null, memberSchema: null }
  switch (type.kind) {
    case 'DECIMAL':
      return { ...plain, parameters: { precision: type.precision, scale: type.scale } }
    case 'ARRAY':
      return { ...plain, memberSchema: schemaInfo(type.element) }
    case 'MAP':
      return { ...plain, memberSchema: schemaInfo(type.value) }
    case 'STRUCT':
      return { ...plain, fields: type.fields.map((field) => fieldInfo(field)) }
    default:
      return plain
  }
}

/** A type of an entity as text: `DECIMAL(4, 2)`, `ARRAY<STRING>`, `STRUCT<A BIGINT>`. `words`: what stands for a simple type that is not written as it is named. */
export function schemaInfoText(schema: SchemaInfo, words: Readonly<Record<string, string>> = {}): string {
  const { type, fields, memberSchema, parameters } = schema
  const member = memberSchema === null ? '' : schemaInfoText(memberSchema, words)
  switch (type) {
    case 'ARRAY':
      return `ARRAY<${member}>`
    case 'MAP':
      return `MAP<STRING, ${member}>`
    case 'STRUCT':
      return `STRUCT<${(fields ?? []).map((field) => `${field.name} ${schemaInfoText(field.schema, words)}`).join(', ')}>`
    case 'DECIMAL':
      return `DECIMAL(${parameters?.precision}, ${parameters?.scale})`
    default:
      return words[type] ?? type
  }
}

/** A value column as entities show it. */
export const fieldInfo = ({ name, type }: Column): FieldInfo => ({ name, schema: schemaInfo(type) })

/** The columns of a source: key columns first, then value columns, then headers. */
export const fieldsOf = ({ key, value, headers }: Schema): FieldInfo[] => [
  ...key.map((column): FieldInfo => ({ ...fieldInfo(column), type: 'KEY' })),
  ...value.map(fieldInfo),
  ...headers.map(
    (column): FieldInfo => ({
      ...fieldInfo(column),
      type: 'HEADER',
      ...(column.headerKey !== null && { headerKey: column.headerKey }),
    }),
  ),
]
