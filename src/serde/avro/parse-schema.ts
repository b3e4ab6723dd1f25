/**
 * Schema texts to types. Source: the Avro 1.12 specification. More is accepted than the specification allows, because registries hold such
 * schemas and Java reads them: names with any characters, defaults of any branch of a union, logical types with wrong attributes (the type
 * beneath then counts, as the specification says).
 */
import { JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import type {
  AvroField,
  AvroRecord,
  AvroType,
  DecimalLogicalType,
  LogicalType,
  PrimitiveKind,
  TimeLogicalType,
} from './schema.ts'

/** Characters of a schema text together with what it refers to. */
const MAX_TEXT = 1 << 20
/** Types within types. */
const MAX_DEPTH = 64
/** Types in a schema, a named one counted wherever it is used: generated readers and SQL types have one part for each. */
const MAX_TYPES = 50_000
const MAX_FIXED = 1 << 24

/** `imports`: texts of schemas that are referred to, by the name of the reference. Throws an Error that says what is wrong. */
export function parseAvroSchema(text: string, imports: { readonly [name: string]: string } = {}): AvroType {
  const length = Object.values(imports).reduce((sum, { length }) => sum + length, text.length)
  if (length > MAX_TEXT) throw new Error(`The schema has ${length} characters, the most are ${MAX_TEXT}`)
  return new Parser(new Map(Object.entries(imports))).parse(text)
}

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveKind>([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])
const isPrimitive = (name: string): name is PrimitiveKind => PRIMITIVES.has(name)

type JsonObject = ReadonlyMap<string, JsonValue>

class Parser {
  /** By full name. Null: the definition is being read, so a use of the name is recursion. */
  readonly #named = new Map<string, AvroType | null>()
  /** Texts that were not parsed yet, by the name of the reference. */
  readonly #imports: Map<string, string>
  /** Types within each type, itself included. */
  readonly #sizes = new Map<AvroType, number>()

  constructor(imports: Map<string, string>) {
    this.#imports = imports
  }

  parse(text: string): AvroType {
    return this.#type(parseJsonValue(text), '', 0)
  }

  #type(json: JsonValue, namespace: string, depth: number): AvroType {
    if (depth > MAX_DEPTH) throw new Error(`The schema is nested deeper than ${MAX_DEPTH} types`)
    if (typeof json === 'string') return this.#reference(json, namespace)
    if (Array.isArray(json)) {
      return this.#sized({ kind: 'union', branches: json.map((branch) => this.#type(branch, namespace, depth + 1)) })
    }
    if (!(json instanceof Map)) throw new Error(`${show(json)} is not an Avro type`)
    return this.#object(json, namespace, depth)
  }

  /** Counts the type; its parts were counted before. */
  #sized(type: AvroType): AvroType {
    let size = 1
    for (const part of partsOf(type)) size += this.#sizes.get(part)!
    if (size > MAX_TYPES) throw new Error(`The schema has more than ${MAX_TYPES} types`)
    this.#sizes.set(type, size)
    return type
  }

  #reference(name: string, namespace: string): AvroType {
    if (isPrimitive(name)) return this.#sized({ kind: name, logical: null })
    for (;;) {
      for (const fullName of name.includes('.') || namespace === '' ? [name] : [`${namespace}.${name}`, name]) {
        const type = this.#named.get(fullName)
        if (type === null) throw new Error(`Recursive schemas are not supported: ${fullName} contains itself`)
        if (type !== undefined) return type
      }
      if (!this.#parseNextImport(name)) throw new Error(`The schema has no type ${name}`)
    }
  }

  /** The import of that name, or else the first one that is left. False: none is left. */
  #parseNextImport(name: string): boolean {
    const next = this.#imports.has(name) ? name : this.#imports.keys().next().value
    if (next === undefined) return false
    const text = this.#imports.get(next)!
    this.#imports.delete(next)
    this.parse(text)
    return true
  }

  #object(json: JsonObject, namespace: string, depth: number): AvroType {
    const type = json.get('type')
    if (typeof type !== 'string') {
      if (type === undefined) throw new Error(`${show(json)} has no "type"`)
      return this.#type(type, namespace, depth + 1)
    }
    switch (type) {
      case 'record':
      case 'error':
        return this.#define(json, namespace, (name, inner) => this.#record(json, name, inner, depth))
      case 'enum':
        return this.#define(json, namespace, (name) => ({ kind: 'enum', name, symbols: texts(json, 'symbols') }))
      case 'fixed':
        return this.#define(json, namespace, (name) => {
          const size = integer(json, 'size') ?? -1
          if (size < 0 || size > MAX_FIXED) throw new Error(`The size of ${name} is not from 0 to ${MAX_FIXED}`)
          return { kind: 'fixed', name, size, logical: decimalOf(json, maxDigits(size)) }
        })
      case 'array':
        return this.#sized({ kind: 'array', items: this.#member(json, 'items', namespace, depth) })
      case 'map':
        return this.#sized({ kind: 'map', values: this.#member(json, 'values', namespace, depth) })
      default:
        if (!isPrimitive(type)) return this.#reference(type, namespace)
        return this.#sized({ kind: type, logical: logicalOf(json, type) })
    }
  }

  #member(json: JsonObject, name: string, namespace: string, depth: number): AvroType {
    const member = json.get(name)
    if (member === undefined) throw new Error(`${show(json)} has no "${name}"`)
    return this.#type(member, namespace, depth + 1)
  }

  /** `make` gets the full name, and the namespace of names within. */
  #define(json: JsonObject, namespace: string, make: (name: string, namespace: string) => AvroType): AvroType {
    const name = json.get('name')
    if (typeof name !== 'string' || name === '') throw new Error(`${show(json)} has no "name"`)
    const own = json.get('namespace')
    const dot = name.lastIndexOf('.')
    const inner = dot >= 0 ? name.slice(0, dot) : typeof own === 'string' ? own : namespace
    const fullName = dot >= 0 || inner === '' ? name : `${inner}.${name}`
    if (this.#named.has(fullName)) throw new Error(`The schema defines ${fullName} twice`)
    this.#named.set(fullName, null)
    const type = this.#sized(make(fullName, inner))
    this.#named.set(fullName, type)
    for (const alias of optionalTexts(json, 'aliases')) {
      const aliasName = alias.includes('.') || inner === '' ? alias : `${inner}.${alias}`
      if (!this.#named.has(aliasName)) this.#named.set(aliasName, type)
    }
    return type
  }

  #record(json: JsonObject, name: string, namespace: string, depth: number): AvroRecord {
    const fields = json.get('fields')
    if (!Array.isArray(fields)) throw new Error(`The record ${name} has no "fields"`)
    const isMapEntry = name === CONNECT_MAP_ENTRY || json.get('connect.internal.type') === 'MapEntry'
    const names = new Set<string>()
    return {
      kind: 'record',
      name,
      fields: fields.map((field: JsonValue): AvroField => {
        const fieldName = field instanceof Map ? field.get('name') : undefined
        if (typeof fieldName !== 'string' || fieldName === '') throw new Error(`A field of ${name} has no "name"`)
        if (names.has(fieldName)) throw new Error(`The record ${name} has the field ${fieldName} twice`)
        names.add(fieldName)
        return {
          name: fieldName,
          aliases: optionalTexts(field as JsonObject, 'aliases'),
          type: this.#member(field as JsonObject, 'type', namespace, depth),
          default: (field as JsonObject).get('default'),
        }
      }),
      isMapEntry,
    }
  }
}

/** What Kafka Connect calls the entries of a map without a name. Source: Confluent's AvroData. */
const CONNECT_MAP_ENTRY = 'io.confluent.connect.avro.MapEntry'

function partsOf(type: AvroType): readonly AvroType[] {
  switch (type.kind) {
    case 'array':
      return [type.items]
    case 'map':
      return [type.values]
    case 'union':
      return type.branches
    case 'record':
      return type.fields.map((field) => field.type)
    default:
      return []
  }
}

function logicalOf(json: JsonObject, kind: PrimitiveKind): LogicalType | null {
  if (kind === 'bytes') return decimalOf(json, Number.POSITIVE_INFINITY)
  const name = json.get('logicalType')
  const logical = typeof name === 'string' ? TIMES.get(name) : undefined
  return logical !== undefined && logical.of === kind ? logical.type : null
}

const time = (of: PrimitiveKind, kind: TimeLogicalType['kind'], perMs: number) => ({ of, type: { kind, perMs } })

const TIMES: ReadonlyMap<string, { readonly of: PrimitiveKind; readonly type: TimeLogicalType }> = new Map([
  ['date', time('int', 'date', 1)],
  ['time-millis', time('int', 'time', 1)],
  ['time-micros', time('long', 'time', 1e3)],
  ['timestamp-millis', time('long', 'timestamp', 1)],
  ['timestamp-micros', time('long', 'timestamp', 1e3)],
  ['timestamp-nanos', time('long', 'timestamp', 1e6)],
  ['local-timestamp-micros', time('long', 'timestamp', 1e3)],
  ['local-timestamp-nanos', time('long', 'timestamp', 1e6)],
])

/** Null where the attributes make no decimal: then the bytes are bytes. A missing precision is Kafka Connect's 64. */
function decimalOf(json: JsonObject, maxPrecision: number): DecimalLogicalType | null {
  if (json.get('logicalType') !== 'decimal') return null
  const precision = integer(json, 'precision') ?? DEFAULT_PRECISION
  const scale = integer(json, 'scale') ?? 0
  if (precision < 1 || scale < 0 || scale > precision || scale > MAX_SCALE || precision > maxPrecision) return null
  return { kind: 'decimal', precision, scale }
}

const DEFAULT_PRECISION = 64
const MAX_SCALE = 1_000

/** Decimal digits that `size` bytes of two's complement hold. */
const maxDigits = (size: number): number => (size === 0 ? 0 : Math.floor((8 * size - 1) * Math.log10(2)))

function integer(json: JsonObject, name: string): number | null {
  const value = json.get(name)
  if (value instanceof JsonNumber && value.isInteger()) return Number(value.text)
  // Kafka Connect's parameters are texts, and some writers copy them.
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null
}

function texts(json: JsonObject, name: string): readonly string[] {
  const value = json.get(name)
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Error(`${show(json)} has no list of texts "${name}"`)
  }
  return value
}

const optionalTexts = (json: JsonObject, name: string): readonly string[] => {
  const value = json.get(name)
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

/** The beginning of a JSON value, for messages. */
function show(json: JsonValue): string {
  if (json === null || typeof json !== 'object') return JSON.stringify(json)
  if (json instanceof JsonNumber) return json.text
  if (Array.isArray(json)) return 'A list'
  const name = (json as JsonObject).get('name') ?? (json as JsonObject).get('type')
  return typeof name === 'string' ? `The type ${name}` : 'A type'
}
