/** The names that the server knows, for completion. */
import type { Entity } from '../../engine/describe/entities.ts'
import { execute } from '../api/http.ts'
import { typeText } from '../parts/type-text.ts'
import { type KnownNames, NO_NAMES } from './text/completion.ts'

const STATEMENTS =
  'SHOW STREAMS EXTENDED; SHOW TABLES EXTENDED; SHOW FUNCTIONS; SHOW TOPICS; SHOW QUERIES; SHOW TYPES; SHOW PROPERTIES;'

/** No names if the server does not answer: completion has the words of the language then. */
export async function loadNames(): Promise<KnownNames> {
  try {
    return (await execute(STATEMENTS)).reduce(withNames, NO_NAMES)
  } catch {
    return NO_NAMES
  }
}

/** The names with those of one more answer. */
export function withNames(names: KnownNames, entity: Entity): KnownNames {
  switch (entity['@type']) {
    case 'source_descriptions': {
      const sources = entity.sourceDescriptions.map(({ name, type, fields }) => ({
        name,
        kind: type === 'TABLE' ? ('table' as const) : ('stream' as const),
        columns: fields.map((field) => ({ name: field.name, type: typeText(field.schema) })),
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
