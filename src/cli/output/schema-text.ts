/** Schemas of answers as text. */
import type { FieldInfo, SchemaInfo } from '../../engine/describe/entities.ts'
import { schemaInfoText } from '../../engine/describe/schema-info.ts'
import { readColumns } from '../../types/column-text.ts'

/** A type as ksqlDB's CLI writes it, which has two words for a text. */
export const schemaText = (schema: SchemaInfo): string => schemaInfoText(schema, { STRING: 'VARCHAR(STRING)' })

/** A column's type, with a mark for keys and headers. `isTable`: keys are primary keys. */
export function fieldText(field: FieldInfo, isTable: boolean): string {
  return `${schemaText(field.schema)}${mark(field, isTable)}`
}

function mark({ type, headerKey }: FieldInfo, isTable: boolean): string {
  switch (type) {
    case 'KEY':
      return isTable ? ' (primary key)' : ' (key)'
    case 'SYSTEM':
      return ' (system)'
    case 'HEADER':
      return headerKey === undefined ? ' (headers)' : ` (header('${headerKey}'))`
    default:
      return ''
  }
}

/** A column of a query's answer. */
export interface ResultColumn {
  readonly name: string
  /** As the header writes it, without marks such as KEY: `BIGINT`. */
  readonly type: string
}

/** The columns of a header such as `` `K` STRING KEY, `N` STRUCT<`A` BIGINT> ``. */
export const resultColumns = (schema: string): ResultColumn[] =>
  readColumns(schema).map(({ name, type }) => ({ name, type }))

/** Names of the columns of a header. */
export const columnNames = (schema: string): string[] => readColumns(schema).map(({ name }) => name)
