/**
 * FileDescriptorProto, the compiled form of a .proto file, back to text, so that both forms of a schema take one path. Field numbers are those
 * of google/protobuf/descriptor.proto. Comments and options are left out, but for those that the reading of records needs.
 */
import { ProtobufInput } from './input.ts'
import { LENGTH_DELIMITED, VARINT } from './message-type.ts'
import { readTag, readText, readVarint32, skipField, truncated, WireFailure } from './wire.ts'

/** The .proto text of a serialized FileDescriptorProto. Throws an Error if it is none. */
export function descriptorText(bytes: Buffer): string {
  try {
    return fileText(new Fields(bytes))
  } catch (error) {
    throw error instanceof WireFailure ? new Error(`Not a FileDescriptorProto: ${error.message}`) : error
  }
}

function fileText(file: Fields): string {
  const syntax = file.text(12)
  const publicOnes = new Set(file.numbers(10))
  return [
    syntax === 'editions' ? `edition = "${editionName(file.number(14))}";` : `syntax = "${syntax || 'proto2'}";`,
    file.has(2) ? `package ${named(file.text(2))};` : '',
    ...file.texts(3).map((path, i) => `import ${publicOnes.has(i) ? 'public ' : ''}${JSON.stringify(path)};`),
    ...file.messages(5).map(enumText),
    ...file.messages(4).map((message) => messageText(message, syntax)),
  ].join('\n')
}

/** Edition.EDITION_2023 is 1000. */
const editionName = (number: number): string => String(2023 + number - 1000)

/** Names go into text that is parsed again, so they must be names. */
function named(name: string): string {
  if (/^\.?[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(name)) return name
  throw new Error(`Not a FileDescriptorProto: ${JSON.stringify(name)} is not a name`)
}

function enumText(type: Fields): string {
  const values = type.messages(2).map((value) => `${named(value.text(1))} = ${value.number(2)};`)
  return `enum ${named(type.text(1))} { option allow_alias = true; ${values.join(' ')} }`
}

function messageText(message: Fields, syntax: string): string {
  const nested = message.messages(3)
  const entries = new Map(nested.filter(isMapEntry).map((entry) => [entry.text(1), entry]))
  const groups = new Set(
    message.messages(2).flatMap((field) => (field.number(5) === TYPE_GROUP ? [lastName(field.text(6))] : [])),
  )
  const oneofs = message.messages(8).map((oneof) => named(oneof.text(1)))
  const fields = message.messages(2)
  const isSynthetic = (field: Fields) => field.number(17) !== 0
  const isMember = (field: Fields) => field.has(9) && !isSynthetic(field)
  const text = (field: Fields) => fieldText(field, entries, syntax)
  return [
    `message ${named(message.text(1))} {`,
    ...message.messages(4).map(enumText),
    ...nested.filter((type) => !isMapEntry(type) && !groups.has(type.text(1))).map((type) => messageText(type, syntax)),
    ...fields.flatMap((field) => {
      if (!isMember(field)) return [text(field)]
      const members = fields.filter((other) => isMember(other) && other.number(9) === field.number(9))
      // All of them stand where the first one does.
      if (members[0] !== field) return []
      return [`oneof ${oneofs[field.number(9)]} {`, ...members.map(text), '}']
    }),
    '}',
  ].join('\n')
}

/** MessageOptions.map_entry. */
const isMapEntry = (message: Fields): boolean => message.message(7)?.number(7) === 1

const TYPE_GROUP = 10
const TYPE_MESSAGE = 11
const TYPE_ENUM = 14
const LABEL_REQUIRED = 2
const LABEL_REPEATED = 3
/** By FieldDescriptorProto.Type; the others are named by the field. */
const TYPE_NAMES: readonly (string | undefined)[] = [
  undefined,
  'double',
  'float',
  'int64',
  'uint64',
  'int32',
  'fixed64',
  'fixed32',
  'bool',
  'string',
  undefined,
  undefined,
  'bytes',
  'uint32',
  undefined,
  'sfixed32',
  'sfixed64',
  'sint32',
  'sint64',
]

function fieldText(field: Fields, entries: ReadonlyMap<string, Fields>, syntax: string): string {
  const head = `${named(field.text(1))} = ${field.number(3)}`
  const entry = entries.get(lastName(field.text(6)))
  if (entry !== undefined && field.number(4) === LABEL_REPEATED) {
    const [key, value] = entry.messages(2)
    if (key !== undefined && value !== undefined) return `map<${typeName(key)}, ${typeName(value)}> ${head};`
  }
  const label = labelOf(field, syntax)
  if (field.number(5) === TYPE_GROUP) return `${label} group ${named(lastName(field.text(6)))} = ${field.number(3)} {}`
  return `${label} ${typeName(field)} ${head}${optionsText(field)};`
}

function labelOf(field: Fields, syntax: string): string {
  if (field.number(4) === LABEL_REPEATED) return 'repeated'
  if (field.has(9) && field.number(17) === 0) return ''
  if (syntax === 'proto3') return field.number(17) === 0 ? '' : 'optional'
  if (syntax === 'editions') return ''
  return field.number(4) === LABEL_REQUIRED ? 'required' : 'optional'
}

function typeName(field: Fields): string {
  const type = field.number(5)
  const name = TYPE_NAMES[type]
  if (name !== undefined) return name
  if (type === TYPE_MESSAGE || type === TYPE_ENUM || field.has(6)) return named(field.text(6))
  throw new Error(`Not a FileDescriptorProto: field ${JSON.stringify(field.text(1))} has the type ${type}`)
}

const lastName = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** FieldOptions: packed, and the parameters of `(confluent.field_meta)`. */
function optionsText(field: Fields): string {
  const options = field.message(8)
  if (options === undefined) return ''
  const params = options
    .message(CONFLUENT_META)
    ?.messages(2)
    .map((entry) => `{ key: ${JSON.stringify(entry.text(1))}, value: ${JSON.stringify(entry.text(2))} }`)
  const parts = [
    ...(options.has(2) ? [`packed = ${options.number(2) === 1}`] : []),
    ...(params === undefined || params.length === 0
      ? []
      : [`(confluent.field_meta) = { params: [${params.join(', ')}] }`]),
  ]
  return parts.length === 0 ? '' : ` [${parts.join(', ')}]`
}

const CONFLUENT_META = 1088

/** The fields of one message by number, as they lie on the wire. */
class Fields {
  readonly #values = new Map<number, (number | Buffer)[]>()

  constructor(bytes: Buffer) {
    const input = new ProtobufInput()
    input.begin(bytes, 0, bytes.length)
    while (input.position < bytes.length) {
      const tag = readTag(input)
      const value = readField(input, tag)
      if (value === null) continue
      const number = tag >>> 3
      const values = this.#values.get(number)
      if (values === undefined) this.#values.set(number, [value])
      else values.push(value)
    }
  }

  has(number: number): boolean {
    return this.#values.has(number)
  }

  numbers(number: number): number[] {
    return (this.#values.get(number) ?? []).filter((value) => typeof value === 'number')
  }

  number(number: number): number {
    return this.numbers(number).at(-1) ?? 0
  }

  texts(number: number): string[] {
    return this.#bytes(number).map((bytes) => readText(bytes, 0, bytes.length))
  }

  text(number: number): string {
    return this.texts(number).at(-1) ?? ''
  }

  messages(number: number): Fields[] {
    return this.#bytes(number).map((bytes) => new Fields(bytes))
  }

  /** A message that comes in parts is put together. */
  message(number: number): Fields | undefined {
    const parts = this.#bytes(number)
    return parts.length === 0 ? undefined : new Fields(Buffer.concat(parts))
  }

  #bytes(number: number): Buffer[] {
    return (this.#values.get(number) ?? []).filter((value) => typeof value !== 'number')
  }
}

/** Null for a kind of value that descriptors do not have. */
function readField(input: ProtobufInput, tag: number): number | Buffer | null {
  const { bytes, end } = input
  if ((tag & 7) === VARINT && tag >= 8) return readVarint32(input)
  const start = input.position
  const behind = skipField(input, tag, start, end)
  if (behind > end) throw truncated()
  input.position = start
  if ((tag & 7) === LENGTH_DELIMITED) readVarint32(input)
  const value = bytes.subarray(input.position, behind)
  input.position = behind
  return (tag & 7) === LENGTH_DELIMITED ? value : null
}
