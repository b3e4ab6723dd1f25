/** What a JSON Schema describes as a SQL type. Source: Confluent's JsonSchemaData, and ksqlDB's ConnectKsqlSchemaTranslator. */
import type { ResolvedSchema } from '../../registry/resolved-schema.ts'
import { JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  MAX_PRECISION,
  map,
  type SqlType,
  STRING,
  type StructField,
  struct,
  TIME,
  TIMESTAMP,
} from '../../types/sql-type.ts'

type JsonObject = ReadonlyMap<string, JsonValue>

/** References of a recursive schema would never end. */
const MAX_DEPTH = 64
const LOGICAL = 'org.apache.kafka.connect.data.'

/** Null: SQL has no such type. Throws an Error for a text that is no schema, and for one that refers to itself. */
export function schemaType(schema: ResolvedSchema): SqlType | null {
  const root = parseJsonValue(schema.text)
  return new Translation(root, schema.imports).type(root, 0)
}

/** Names of the properties that every object must have. */
export function requiredProperties({ text }: ResolvedSchema): readonly string[] {
  const root = parseJsonValue(text)
  const required = root instanceof Map ? (root as JsonObject).get('required') : undefined
  return Array.isArray(required) ? (required as JsonValue[]).map(String) : []
}

class Translation {
  readonly #root: JsonValue
  readonly #imports: { readonly [name: string]: string }

  constructor(root: JsonValue, imports: { readonly [name: string]: string }) {
    this.#root = root
    this.#imports = imports
  }

  type(schema: JsonValue, depth: number): SqlType | null {
    if (depth > MAX_DEPTH) throw new Error('The schema refers to itself, which SQL types cannot')
    if (!(schema instanceof Map)) return null
    const object: JsonObject = schema
    const reference = object.get('$ref')
    if (typeof reference === 'string') return this.#referenced(reference, depth)
    const branches = object.get('oneOf') ?? object.get('anyOf')
    if (Array.isArray(branches)) return this.#union(branches as JsonValue[], depth)
    if (object.has('enum')) return STRING
    return this.#plain(object, depth)
  }

  /** Null beside one other branch makes a type nullable, which all SQL types are. */
  #union(branches: readonly JsonValue[], depth: number): SqlType | null {
    const others = branches.filter((branch) => !isNull(branch))
    return others.length === 1 ? this.type(others[0]!, depth + 1) : null
  }

  #plain(object: JsonObject, depth: number): SqlType | null {
    const title = textOf(object, 'title')
    const connectType = textOf(object, 'connect.type')
    switch (singleType(object)) {
      case 'boolean':
        return BOOLEAN
      case 'integer':
        return integerType(title, connectType)
      case 'number':
        return title === `${LOGICAL}Decimal` ? decimalType(object) : connectType?.startsWith('int') ? INTEGER : DOUBLE
      case 'string':
        return connectType === 'bytes' ? BYTES : STRING
      case 'array':
        return this.#array(object, connectType, depth)
      case 'object':
        return this.#object(object, connectType, depth)
      default:
        return object.has('properties') ? this.#object(object, connectType, depth) : null
    }
  }

  /** A map whose keys are no plain texts is an array of entries. */
  #array(object: JsonObject, connectType: string | null, depth: number): SqlType | null {
    if (connectType === 'map') return null
    const items = this.type(object.get('items') ?? null, depth + 1)
    return items === null ? null : array(items)
  }

  #object(object: JsonObject, connectType: string | null, depth: number): SqlType | null {
    if (connectType === 'map') {
      const value = this.type(object.get('additionalProperties') ?? null, depth + 1)
      return value === null ? null : map(STRING, value)
    }
    const fields = this.#fields(object, depth)
    return fields.length === 0 ? null : struct(fields)
  }

  #fields(object: JsonObject, depth: number): StructField[] {
    const properties = object.get('properties')
    if (!(properties instanceof Map)) return []
    const indexed = Array.from(properties as JsonObject, ([name, schema], place) => ({
      name,
      schema,
      index: connectIndex(schema) ?? place,
    }))
    return indexed
      .sort((a, b) => a.index - b.index)
      .flatMap(({ name, schema }) => {
        const type = this.type(schema, depth + 1)
        return type === null ? [] : [{ name, type }]
      })
  }

  /** `#/definitions/A` within the schema, or the name of a referenced one with or without such a path. */
  #referenced(reference: string, depth: number): SqlType | null {
    const [name = '', path = ''] = reference.split('#')
    const text = this.#imports[name]
    if (name !== '' && text === undefined) throw new Error(`The reference ${reference} leads nowhere`)
    const document = text === undefined ? this.#root : parseJsonValue(text)
    const target = path.split('/').slice(1).reduce(memberOf, document)
    if (target === null) throw new Error(`The reference ${reference} leads nowhere`)
    return new Translation(document, this.#imports).type(target, depth + 1)
  }
}

/** A step of a JSON pointer (RFC 6901). */
function memberOf(value: JsonValue, step: string): JsonValue {
  const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  return value instanceof Map ? ((value as JsonObject).get(name) ?? null) : null
}

const isNull = (schema: JsonValue): boolean => schema instanceof Map && (schema as JsonObject).get('type') === 'null'

/** `["null", "string"]` is a nullable text; several other types are none that SQL has. */
function singleType(object: JsonObject): string | null {
  const type = object.get('type')
  if (typeof type === 'string') return type
  if (!Array.isArray(type)) return null
  const others = (type as JsonValue[]).filter((one) => one !== 'null')
  return others.length === 1 ? String(others[0]) : null
}

function textOf(object: JsonObject, member: string): string | null {
  const text = object.get(member)
  return typeof text === 'string' ? text : null
}

function connectIndex(schema: JsonValue): number | null {
  const index = schema instanceof Map ? (schema as JsonObject).get('connect.index') : undefined
  return index instanceof JsonNumber ? Number(index.text) : null
}

function integerType(title: string | null, connectType: string | null): SqlType {
  switch (title) {
    case `${LOGICAL}Time`:
      return TIME
    case `${LOGICAL}Date`:
      return DATE
    case `${LOGICAL}Timestamp`:
      return TIMESTAMP
  }
  return connectType === 'int8' || connectType === 'int16' || connectType === 'int32' ? INTEGER : BIGINT
}

/** Connect's own precision, which is none, is more than SQL's. */
function decimalType(object: JsonObject): SqlType {
  const parameters = object.get('connect.parameters')
  const parameter = (name: string): number | null => {
    const text = parameters instanceof Map ? textOf(parameters, name) : null
    return text === null ? null : Number(text)
  }
  const precision = parameter('connect.decimal.precision') ?? MAX_PRECISION
  return decimal(Math.min(MAX_PRECISION, precision), parameter('scale') ?? 0)
}
