/**
 * What Avro schemas are, and which reads which (Avro specification 1.12, "Schema Resolution"). Names of types are compared without their
 * namespace, as Java's SchemaCompatibility does.
 */
import { formatJsonValue, JsonNumber, type JsonValue, parseJsonValue } from '../../types/json-parse.ts'
import type { SchemaRules } from './schema-rules.ts'

type AvroObject = ReadonlyMap<string, JsonValue>

const PRIMITIVES: ReadonlySet<string> = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
])

/** Types that a reader accepts beside its own. */
const PROMOTIONS: Readonly<Record<string, readonly string[]>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  string: ['bytes'],
  bytes: ['string'],
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** A schema nested deeper is refused rather than a stack overflow. */
const MAX_DEPTH = 200

export const avroRules: SchemaRules = {
  normalize(text, imports) {
    const schema = parseJsonValue(text)
    new NamedTypes(imports).add(schema)
    return formatJsonValue(schema)
  },
  readFaults(readerText, writerText, imports) {
    const [reader, writer] = [readerText, writerText].map((text) => {
      const names = new NamedTypes(imports)
      const schema = parseJsonValue(text)
      names.add(schema)
      return { schema, names }
    })
    return new Comparison(reader!.names, writer!.names).faults(reader!.schema, writer!.schema, '')
  },
}

/** Definitions of a schema by full name. Throws an Error for what is no Avro schema. */
class NamedTypes {
  readonly #types = new Map<string, AvroObject>()

  constructor(imports: { readonly [name: string]: string }) {
    const texts = Object.values(imports).map(parseJsonValue)
    // A referenced schema may itself refer to another, in either order.
    for (const schema of texts) this.#declare(schema, '', 0)
    for (const schema of texts) this.#check(schema, '', 0)
  }

  add(schema: JsonValue): void {
    this.#declare(schema, '', 0)
    this.#check(schema, '', 0)
  }

  /** A name as its definition, everything else as it is. */
  resolve(schema: JsonValue, namespace: string): JsonValue {
    if (typeof schema !== 'string' || PRIMITIVES.has(schema)) return schema
    const found = this.#types.get(fullName(schema, namespace)) ?? this.#types.get(schema)
    if (found === undefined) throw new Error(`Undefined name: ${schema}`)
    return found
  }

  #declare(schema: JsonValue, namespace: string, depth: number): void {
    if (depth > MAX_DEPTH) throw new Error(`The schema is nested deeper than ${MAX_DEPTH}`)
    if (Array.isArray(schema)) {
      for (const branch of schema as JsonValue[]) this.#declare(branch, namespace, depth + 1)
      return
    }
    if (!(schema instanceof Map)) return
    const object: AvroObject = schema
    const type = object.get('type')
    if (typeof type !== 'string') {
      if (type !== undefined) this.#declare(type, namespace, depth + 1)
      return
    }
    const isNamed = type === 'record' || type === 'error' || type === 'enum' || type === 'fixed'
    const own = isNamed ? this.#define(object, namespace) : namespace
    for (const member of ['items', 'values']) this.#declare(object.get(member) ?? null, own, depth + 1)
    for (const field of fieldsOf(object)) this.#declare(field.get('type') ?? null, own, depth + 1)
  }

  /** Gives the namespace in force inside. */
  #define(object: AvroObject, namespace: string): string {
    const name = fullName(textOf(object, 'name'), namespaceOf(object, namespace))
    if (!name.split('.').every((part) => NAME.test(part))) throw new Error(`Illegal name: ${name}`)
    const existing = this.#types.get(name)
    if (existing !== undefined && formatJsonValue(existing) !== formatJsonValue(object)) {
      throw new Error(`Can't redefine: ${name}`)
    }
    this.#types.set(name, object)
    return name.slice(0, Math.max(0, name.lastIndexOf('.')))
  }

  #check(schema: JsonValue, namespace: string, depth: number): void {
    if (typeof schema === 'string') return void this.resolve(schema, namespace)
    if (Array.isArray(schema)) {
      for (const branch of schema as JsonValue[]) this.#check(branch, namespace, depth + 1)
      return
    }
    if (!(schema instanceof Map)) throw new Error(`No type: ${formatJsonValue(schema)}`)
    this.#checkObject(schema, namespace, depth)
  }

  #checkObject(object: AvroObject, namespace: string, depth: number): void {
    const type = object.get('type')
    switch (type) {
      case undefined:
        throw new Error(`No type: ${formatJsonValue(object)}`)
      case 'record':
      case 'error':
        this.#checkFields(object, namespace, depth)
        break
      case 'enum':
        checkSymbols(object)
        break
      case 'fixed':
        if (!(object.get('size') instanceof JsonNumber))
          throw new Error(`Invalid or no size: ${textOf(object, 'name')}`)
        break
      case 'array':
        this.#check(object.get('items') ?? null, namespace, depth + 1)
        break
      case 'map':
        this.#check(object.get('values') ?? null, namespace, depth + 1)
        break
      default:
        this.#check(type, namespace, depth + 1)
    }
  }

  #checkFields(object: AvroObject, namespace: string, depth: number): void {
    if (!Array.isArray(object.get('fields'))) throw new Error(`Record has no fields: ${textOf(object, 'name')}`)
    const own = innerNamespace(object, namespace)
    const names = new Set<string>()
    for (const field of fieldsOf(object)) {
      const name = textOf(field, 'name')
      if (!NAME.test(name)) throw new Error(`Illegal character or initial character in name: ${name}`)
      if (names.has(name)) throw new Error(`Duplicate field ${name} in record ${textOf(object, 'name')}`)
      names.add(name)
      this.#check(field.get('type') ?? null, own, depth + 1)
    }
  }
}

function checkSymbols(object: AvroObject): void {
  const symbols = object.get('symbols')
  if (!Array.isArray(symbols)) throw new Error(`Enum has no symbols: ${textOf(object, 'name')}`)
  const bad = (symbols as JsonValue[]).find((symbol) => typeof symbol !== 'string' || !NAME.test(symbol))
  if (bad !== undefined) throw new Error(`Illegal symbol: ${formatJsonValue(bad)}`)
}

function textOf(object: AvroObject, member: string): string {
  const text = object.get(member)
  if (typeof text === 'string') return text
  throw new Error(`No ${member}: ${formatJsonValue(object)}`)
}

const fieldsOf = (object: AvroObject): AvroObject[] => {
  const fields = object.get('fields')
  return Array.isArray(fields)
    ? (fields as JsonValue[]).filter((field): field is AvroObject => field instanceof Map)
    : []
}

const namespaceOf = (object: AvroObject, outer: string): string => {
  const own = object.get('namespace')
  return typeof own === 'string' ? own : outer
}

const fullName = (name: string, namespace: string): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`

function innerNamespace(object: AvroObject, outer: string): string {
  const name = fullName(textOf(object, 'name'), namespaceOf(object, outer))
  return name.slice(0, Math.max(0, name.lastIndexOf('.')))
}

const simpleName = (object: AvroObject): string => {
  const name = textOf(object, 'name')
  return name.slice(name.lastIndexOf('.') + 1)
}

/** Compares two schemas. Recursive types are taken to be readable where they are met again. */
class Comparison {
  readonly #reader: NamedTypes
  readonly #writer: NamedTypes
  readonly #seen = new Set<string>()

  constructor(reader: NamedTypes, writer: NamedTypes) {
    this.#reader = reader
    this.#writer = writer
  }

  faults(readerSchema: JsonValue, writerSchema: JsonValue, path: string, namespaces = ['', '']): string[] {
    const reader = this.#reader.resolve(plain(readerSchema), namespaces[0]!)
    const writer = this.#writer.resolve(plain(writerSchema), namespaces[1]!)
    const next = [spaceIn(reader, namespaces[0]!), spaceIn(writer, namespaces[1]!)]
    if (Array.isArray(writer)) {
      return (writer as JsonValue[]).flatMap((branch) => this.faults(reader, branch, path, next))
    }
    if (Array.isArray(reader)) {
      const branches = reader as JsonValue[]
      if (branches.some((branch) => this.faults(branch, writer, path, next).length === 0)) return []
      return [`The union at ${place(path)} lacks the type ${kindOf(writer)}.`]
    }
    return this.#byKind(reader, writer, path, next)
  }

  #byKind(reader: JsonValue, writer: JsonValue, path: string, namespaces: string[]): string[] {
    const [kind, other] = [kindOf(reader), kindOf(writer)]
    if (kind !== other) {
      if (PROMOTIONS[kind]?.includes(other) === true) return []
      return [`The type at ${place(path)} is ${kind}, which does not read ${other}.`]
    }
    if (!(reader instanceof Map && writer instanceof Map)) return []
    const [mine, theirs]: [AvroObject, AvroObject] = [reader, writer]
    switch (kind) {
      case 'array':
        return this.faults(mine.get('items')!, theirs.get('items')!, `${path}/items`, namespaces)
      case 'map':
        return this.faults(mine.get('values')!, theirs.get('values')!, `${path}/values`, namespaces)
      case 'fixed':
        return [...nameFaults(mine, theirs, path), ...sizeFaults(mine, theirs, path)]
      case 'enum':
        return [...nameFaults(mine, theirs, path), ...symbolFaults(mine, theirs, path)]
      case 'record':
        return this.#recordFaults(mine, theirs, path, namespaces)
      default:
        return []
    }
  }

  #recordFaults(reader: AvroObject, writer: AvroObject, path: string, namespaces: string[]): string[] {
    const pair = `${formatJsonValue(reader)} ${formatJsonValue(writer)}`
    if (this.#seen.has(pair)) return []
    this.#seen.add(pair)
    const written = new Map(fieldsOf(writer).map((field) => [textOf(field, 'name'), field]))
    const faults = fieldsOf(reader).flatMap((field) => {
      const name = textOf(field, 'name')
      const names = [name, ...aliasesOf(field)]
      const source = names.map((one) => written.get(one)).find((one) => one !== undefined)
      const at = `${path}/${name}`
      if (source !== undefined) return this.faults(field.get('type')!, source.get('type')!, at, namespaces)
      if (field.has('default')) return []
      return [`The field at ${place(at)} has no default and is missing in the other schema.`]
    })
    return [...nameFaults(reader, writer, path), ...faults]
  }
}

/** A type that is only wrapped (`{"type": "string"}`, `{"type": {"type": "array"}}`) without the wrapper. */
function plain(schema: JsonValue): JsonValue {
  if (!(schema instanceof Map)) return schema
  const type = (schema as AvroObject).get('type')
  if (type === undefined || (typeof type === 'string' && !PRIMITIVES.has(type)))
    return isReference(type) ? type : schema
  return plain(type)
}

const COMPLEX: ReadonlySet<string> = new Set(['record', 'error', 'enum', 'fixed', 'array', 'map'])
const isReference = (type: JsonValue | undefined): type is string => typeof type === 'string' && !COMPLEX.has(type)

function kindOf(schema: JsonValue): string {
  if (typeof schema === 'string') return schema
  const type = schema instanceof Map ? (schema as AvroObject).get('type') : null
  return type === 'error' ? 'record' : String(type)
}

const spaceIn = (schema: JsonValue, outer: string): string =>
  schema instanceof Map && (schema as AvroObject).has('name') ? innerNamespace(schema, outer) : outer

const place = (path: string): string => (path === '' ? 'the root' : path)

const aliasesOf = (object: AvroObject): string[] => {
  const aliases = object.get('aliases')
  return Array.isArray(aliases) ? (aliases as JsonValue[]).filter((alias) => typeof alias === 'string') : []
}

function nameFaults(reader: AvroObject, writer: AvroObject, path: string): string[] {
  const name = simpleName(writer)
  const names = [simpleName(reader), ...aliasesOf(reader).map((alias) => alias.slice(alias.lastIndexOf('.') + 1))]
  return names.includes(name) ? [] : [`The type at ${place(path)} is called ${names[0]}, not ${name}.`]
}

function sizeFaults(reader: AvroObject, writer: AvroObject, path: string): string[] {
  const [mine, theirs] = [reader.get('size'), writer.get('size')].map((size) => (size as JsonNumber).text)
  return mine === theirs ? [] : [`The fixed type at ${place(path)} has ${mine} bytes, not ${theirs}.`]
}

function symbolFaults(reader: AvroObject, writer: AvroObject, path: string): string[] {
  if (reader.has('default')) return []
  const mine = new Set(reader.get('symbols') as readonly JsonValue[])
  const missing = (writer.get('symbols') as readonly JsonValue[]).filter((symbol) => !mine.has(symbol))
  return missing.length === 0 ? [] : [`The enum at ${place(path)} lacks the symbols ${missing.join(', ')}.`]
}
