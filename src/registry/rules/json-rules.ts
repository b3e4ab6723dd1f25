/**
 * What JSON Schemas are to a registry in this process, and which reads which. The comparison looks at types and properties, the parts that
 * the JSON_SR format writes: a property may come and go unless it is required, and may become wider.
 */
import { formatJsonValue, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import type { SchemaRules } from './schema-rules.ts'

type JsonObject = ReadonlyMap<string, JsonValue>

export const jsonRules: SchemaRules = {
  normalize(text) {
    const schema = parseJsonValue(text)
    if (!(schema instanceof Map) && typeof schema !== 'boolean')
      throw new Error('A JSON Schema is an object, true or false')
    return formatJsonValue(schema)
  },
  readFaults: (reader, writer) => faults(parseJsonValue(reader), parseJsonValue(writer), '#'),
}

function faults(reader: JsonValue, writer: JsonValue, path: string): string[] {
  const missing = typesOf(writer).filter((type) => !accepts(typesOf(reader), type))
  if (missing.length > 0) return [`${path} does not accept ${missing.join(', ')}.`]
  const mine = objectsOf(reader)
  const theirs = objectsOf(writer)
  return mine.flatMap((object) =>
    theirs
      .filter((other) => sameType(object, other))
      .flatMap((other) => [
        ...propertyFaults(object, other, path),
        ...(object.has('items') && other.has('items')
          ? faults(object.get('items')!, other.get('items')!, `${path}/items`)
          : []),
      ]),
  )
}

function propertyFaults(reader: JsonObject, writer: JsonObject, path: string): string[] {
  const [mine, theirs] = [propertiesOf(reader), propertiesOf(writer)]
  const written = new Set(requiredOf(writer))
  const required = requiredOf(reader).filter((name) => !written.has(name))
  const removed =
    reader.get('additionalProperties') === false ? [...theirs.keys()].filter((name) => !mine.has(name)) : []
  return [
    ...required.map((name) => `${path}/properties/${name} is required.`),
    ...removed.map((name) => `${path}/properties/${name} is not accepted, as there are no additional properties.`),
    ...[...mine].flatMap(([name, schema]) => {
      const other = theirs.get(name)
      return other === undefined ? [] : faults(schema, other, `${path}/properties/${name}`)
    }),
  ]
}

/** The schemas that `anyOf` and `oneOf` list, or the schema itself. */
function objectsOf(schema: JsonValue): JsonObject[] {
  if (!(schema instanceof Map)) return []
  const object: JsonObject = schema
  const branches = object.get('oneOf') ?? object.get('anyOf')
  return Array.isArray(branches) ? (branches as JsonValue[]).flatMap(objectsOf) : [object]
}

/** Types that it accepts; empty: any. */
function typesOf(schema: JsonValue): string[] {
  const types = objectsOf(schema).map((object) => object.get('type'))
  if (types.some((type) => type === undefined)) return []
  return types.flatMap((type) => (Array.isArray(type) ? (type as JsonValue[]).map(String) : [String(type)]))
}

const accepts = (types: readonly string[], type: string): boolean =>
  types.length === 0 || types.includes(type) || (type === 'integer' && types.includes('number'))

const sameType = (one: JsonObject, other: JsonObject): boolean => String(one.get('type')) === String(other.get('type'))

function propertiesOf(object: JsonObject): JsonObject {
  const properties = object.get('properties')
  return properties instanceof Map ? properties : new Map()
}

function requiredOf(object: JsonObject): string[] {
  const required = object.get('required')
  return Array.isArray(required) ? (required as JsonValue[]).map(String) : []
}
