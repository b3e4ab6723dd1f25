/** Schemas of answers as text. */
import type { FieldInfo, SchemaInfo } from '../../engine/describe/entities.ts'
import { schemaInfoText } from '../../engine/describe/schema-info.ts'

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
export function resultColumns(schema: string): ResultColumn[] {
  const columns: { name: string; type: string }[] = []
  let depth = 0
  let isStart = true
  for (const [token] of schema.matchAll(/`(?:[^`]|``)*`|[<>(),]|[^`<>(),]+/g)) {
    if (token === '<' || token === '(') depth++
    else if (token === '>' || token === ')') depth--
    if (token === ',' && depth === 0) isStart = true
    else if (isStart && token.startsWith('`')) {
      columns.push({ name: token.slice(1, -1).replaceAll('``', '`'), type: '' })
      isStart = false
    } else if (!isStart) columns.at(-1)!.type += token
  }
  return columns.map(({ name, type }) => ({ name, type: type.trim().replace(/ (?:PRIMARY )?KEY$/, '') }))
}

/** Names of the columns of a header. */
export const columnNames = (schema: string): string[] => resultColumns(schema).map(({ name }) => name)
