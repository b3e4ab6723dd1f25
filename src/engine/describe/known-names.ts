/** The names that a server knows, read from its answers: what completion offers in the interactive CLI and in the console. */
import type { Entity } from './entities.ts'
import { schemaInfoText } from './schema-info.ts'

export interface NamedSource {
  readonly name: string
  readonly kind: 'stream' | 'table'
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface KnownNames {
  readonly sources: readonly NamedSource[]
  readonly functions: readonly { readonly name: string; readonly kind: string }[]
  readonly topics: readonly string[]
  readonly queries: readonly string[]
  readonly types: readonly string[]
  readonly properties: readonly string[]
}

export const NO_NAMES: KnownNames = { sources: [], functions: [], topics: [], queries: [], types: [], properties: [] }

/** The names with those of one more answer. */
export function withNames(names: KnownNames, entity: Entity): KnownNames {
  switch (entity['@type']) {
    case 'source_descriptions': {
      const sources = entity.sourceDescriptions.map(({ name, type, fields }) => ({
        name,
        kind: type === 'TABLE' ? ('table' as const) : ('stream' as const),
        columns: fields.map((field) => ({ name: field.name, type: schemaInfoText(field.schema) })),
      }))
      return { ...names, sources: [...names.sources, ...sources] }
    }
    case 'function_names':
      return { ...names, functions: entity.functions.map(({ name, type }) => ({ name, kind: type })) }
    case 'kafka_topics':
      return { ...names, topics: entity.topics.map(({ name }) => name) }
    case 'queries':
      return { ...names, queries: entity.queries.map(({ id }) => id) }
    case 'type_list':
      return { ...names, types: Object.keys(entity.types) }
    case 'properties': {
      const editable = entity.properties.filter((property) => property.editable)
      return { ...names, properties: editable.map(({ name }) => name.replace(/^ksql\.streams\./, '')) }
    }
    default:
      return names
  }
}
