/**
 * Schemas as registries hold them, as message types: .proto text (proto2, proto3, editions), or a FileDescriptorProto in base64, which both
 * of Confluent's clients register in its place. protobufjs parses the text; records are read without it.
 */
import type protobuf from 'protobufjs'
import { descriptorText } from './descriptor.ts'
import { CONFLUENT } from './imports/confluent.ts'
import { GOOGLE_PROTOBUF } from './imports/google-protobuf.ts'
import { GOOGLE_TYPE } from './imports/google-type.ts'
import { protobufjs } from './load-protobufjs.ts'
import {
  type EnumType,
  type FieldType,
  isPackable,
  type MessageField,
  type MessageType,
  type Oneof,
  type ProtoFile,
  SCALAR_WIRE_TYPES,
  type Scalar,
  type ScalarType,
  scalarType,
} from './message-type.ts'

/** Texts of the files that a schema imports, directly or not, by path. */
export type Imports = { readonly [path: string]: string }

/** Files that registries need not hold, because every Protobuf library brings them. */
const OWN_IMPORTS: Imports = { ...GOOGLE_PROTOBUF, ...GOOGLE_TYPE, ...CONFLUENT }

const MAX_FIELD_NUMBER = 2 ** 29 - 1

/** The file that `text` declares. Throws an Error that names the place, or the import that is missing. */
export function parseSchema(text: string, imports: Imports): ProtoFile {
  try {
    return parsedFile(text, imports)
  } catch (error) {
    throw error instanceof RangeError ? new Error('The schema has messages within messages too deep to follow') : error
  }
}

function parsedFile(text: string, imports: Imports): ProtoFile {
  const root = new (protobufjs().Root)()
  const file = addFile(root, text, 'schema')
  const namespace = file.package === undefined ? root : root.lookup(file.package)
  if (!(namespace instanceof protobufjs().Namespace)) throw new Error(`Package ${file.package} is a type`)
  // Files of the same package add to the same namespace, so what this one declares is noted before they come.
  const own = messageTypes(namespace)
  addImports(root, file, imports)
  root.resolveAll()
  const types = new Types()
  return { packageName: file.package ?? null, messages: own.map((type) => types.message(type)) }
}

/** protobufjs drops what is called `__proto__` without a word, so such names are others while it works. */
const PROTOTYPE = /\b__proto__\b/g
const SUBSTITUTE = '__proto__0'
const originalName = (name: string): string => (name === SUBSTITUTE ? '__proto__' : name)

function addFile(root: protobuf.Root, text: string, name: string): protobuf.IParserResult {
  try {
    const source = sourceText(text).replace(PROTOTYPE, SUBSTITUTE)
    refuseLong(source)
    return protobufjs().parse(source, root, { keepCase: true })
  } catch (error) {
    throw new Error(`Cannot parse Protobuf ${name}: ${(error as Error).message}`)
  }
}

/** About a second. */
const MAX_COST = 10_000_000

/**
 * Bounds the time of parsing, during which nothing else happens: protobufjs looks at all fields of a message for each that it adds. The count of
 * a block includes what is in blocks within it, as the fields of a oneof are.
 */
function refuseLong(source: string): void {
  const counts = [0]
  let cost = 0
  for (const [part] of source.matchAll(/[{}]|=\s*\w+\s*[;[]/g)) {
    if (part === '{') counts.push(0)
    else if (part !== '}') counts[counts.length - 1]!++
    else if (counts.length > 1) {
      const count = counts.pop()!
      cost += count * count
      counts[counts.length - 1]! += count
    }
  }
  if (cost > MAX_COST) throw new Error('its messages have too many fields. A message can have about 3000')
}

function addImports(root: protobuf.Root, file: protobuf.IParserResult, imports: Imports): void {
  const seen = new Set<string>()
  const pending = importsOf(file)
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const text = entryOf(OWN_IMPORTS, path) ?? entryOf(imports, path)
    if (text === undefined) throw new Error(`The schema imports ${path}, which is not among its references`)
    pending.push(...importsOf(addFile(root, text, path)))
  }
}

const importsOf = ({ imports = [], weakImports = [] }: protobuf.IParserResult): string[] => [...imports, ...weakImports]

const entryOf = (files: Imports, path: string): string | undefined =>
  Object.hasOwn(files, path) ? files[path] : undefined

/** The .proto text, where `schema` is a descriptor in base64. A .proto text is never base64: it has a brace or a semicolon. */
function sourceText(schema: string): string {
  const compact = schema.trim()
  return compact !== '' && /^[A-Za-z0-9+/\s]+={0,2}$/.test(compact)
    ? descriptorText(Buffer.from(compact, 'base64'))
    : schema
}

const messageTypes = (namespace: protobuf.Namespace): protobuf.Type[] =>
  namespace.nestedArray.filter((item): item is protobuf.Type => item instanceof protobufjs().Type && !isGroup(item))

/** The member is there, though the library's types do not show it. */
const isGroup = (type: protobuf.Type): boolean => (type as { readonly group?: boolean }).group === true

/** Each of protobufjs's types becomes one object, also where messages contain each other. */
class Types {
  readonly #messages = new Map<protobuf.Type, MessageType>()
  readonly #enums = new Map<protobuf.Enum, EnumType>()

  message(type: protobuf.Type): MessageType {
    const known = this.#messages.get(type)
    if (known !== undefined) return known
    const fields: MessageField[] = []
    const oneofs: Oneof[] = []
    const nested: MessageType[] = []
    const message: MessageType = {
      kind: 'message',
      name: type.name,
      fullName: type.fullName.replace(/^\./, ''),
      fields,
      oneofs,
      nested,
      isMapEntry: false,
    }
    this.#messages.set(type, message)
    for (const field of type.fieldsArray) {
      // Extensions belong to the file that declares them.
      if (field.declaringField === null) fields.push(this.#field(field, message))
    }
    for (const oneof of type.oneofsArray) {
      const members = fields.filter((field) => field.oneof === oneof.name)
      if (members.length > 0) oneofs.push({ name: oneof.name, fields: members })
    }
    nested.push(...messageTypes(type).map((inner) => this.message(inner)))
    return message
  }

  #field(field: protobuf.Field, message: MessageType): MessageField {
    if (field.id < 1 || field.id > MAX_FIELD_NUMBER) {
      throw new Error(`Field ${originalName(field.name)} of ${message.fullName} has the number ${field.id}`)
    }
    const type = field.map ? this.#mapEntry(field, message) : this.#type(field.type, field)
    const isRepeated = field.repeated || field.map
    const oneof = field.partOf
    return {
      name: originalName(field.name),
      number: field.id,
      type,
      isRepeated,
      isPacked: isRepeated && isPackable(type) && field.packed,
      // The library's getter gives the oneof for its members.
      hasPresence: !isRepeated && Boolean(field.hasPresence),
      isRequired: field.required,
      oneof: oneof === null || oneof.isProto3Optional ? null : oneof.name,
      decimal: decimalOf(field),
    }
  }

  #type(name: string, field: protobuf.Field): FieldType {
    const { resolvedType } = field
    if (resolvedType instanceof protobufjs().Enum) return this.#enum(resolvedType)
    if (resolvedType instanceof protobufjs().Type) {
      return isGroup(resolvedType) || field.delimited ? { kind: 'group' } : this.message(resolvedType)
    }
    return fieldScalar(name, field)
  }

  #mapEntry(field: protobuf.Field, message: MessageType): MessageType {
    const name = `${field.name.replace(/(?:^|_)([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`
    const entryField = (fieldName: string, number: number, type: FieldType): MessageField => ({
      name: fieldName,
      number,
      type,
      isRepeated: false,
      isPacked: false,
      hasPresence: false,
      isRequired: false,
      oneof: null,
      decimal: null,
    })
    return {
      kind: 'message',
      name,
      fullName: `${message.fullName}.${name}`,
      fields: [
        entryField('key', 1, fieldScalar((field as protobuf.Field & { readonly keyType: string }).keyType, field)),
        entryField('value', 2, this.#type(field.type, field)),
      ],
      oneofs: [],
      nested: [],
      isMapEntry: true,
    }
  }

  #enum(type: protobuf.Enum): EnumType {
    const known = this.#enums.get(type)
    if (known !== undefined) return known
    const numbers = new Map(Object.entries(type.values))
    const names = new Map<number, string>()
    for (const [name, number] of numbers) if (!names.has(number)) names.set(number, name)
    const made: EnumType = { kind: 'enum', name: type.name, numbers, names, isClosed: isClosed(type) }
    this.#enums.set(type, made)
    return made
  }
}

/** Only strings of proto3 are checked, unless the edition's features say otherwise. */
function fieldScalar(name: string, field: protobuf.Field): ScalarType {
  const type = scalarType(scalarOf(name))
  return name === 'string' && featureOf(field, 'utf8_validation') === 'NONE' ? { ...type, isLoose: true } : type
}

function scalarOf(name: string): Scalar {
  if (Object.hasOwn(SCALAR_WIRE_TYPES, name)) return name as Scalar
  throw new Error(`Unknown Protobuf type ${name}`)
}

const isClosed = (type: protobuf.Enum): boolean => featureOf(type, 'enum_type') === 'CLOSED'

/** protobufjs keeps what applies to a declaration, its surroundings included, in a member that its types do not show. */
function featureOf(type: protobuf.ReflectionObject, name: string): unknown {
  const { _features: features } = type as unknown as { readonly _features: Readonly<Record<string, unknown>> }
  return features[name]
}

/** What `(confluent.field_meta)` says of precision and scale, in any of the forms in which options can be written. */
function decimalOf(field: protobuf.Field): MessageField['decimal'] {
  const params = new Map<string, string>()
  collectParams(field.parsedOptions, false, params)
  if (!params.has('precision') && !params.has('scale')) return null
  const precision = Number(params.get('precision') ?? Number.NaN)
  const scale = Number(params.get('scale') ?? 0)
  return { precision: Number.isInteger(precision) ? precision : null, scale: Number.isInteger(scale) ? scale : 0 }
}

function collectParams(value: unknown, isMeta: boolean, params: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) return
  const { key, value: text } = value as { readonly key?: unknown; readonly value?: unknown }
  if (isMeta && typeof key === 'string' && typeof text === 'string') params.set(key, text)
  for (const [name, item] of Object.entries(value)) {
    collectParams(item, isMeta || name.includes('confluent.field_meta'), params)
  }
}
