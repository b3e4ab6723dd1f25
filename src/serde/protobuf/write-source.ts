/**
 * Generated source that writes messages. Nothing of schemas is in it but numbers, and names of fields as JSON strings. A message within
 * another is written one byte behind where its length goes; where the length takes more bytes, the message is moved: most are short, and
 * measuring first would go over all values twice.
 */
import { Decimal } from '../../types/decimal.ts'
import { formatType, type SqlType, type StructField } from '../../types/sql-type.ts'
import type { Value } from '../../types/value.ts'
import type { ByteSink } from '../format.ts'
import { generatedFunction } from '../generated-function.ts'
import { parseInt64 } from '../integer-text.ts'
import {
  type EnumType,
  isPackable,
  LENGTH_DELIMITED,
  type MessageField,
  type MessageType,
  mapEntryOf,
  type Oneof,
  type Scalar,
  tagOf,
  WRAPPERS,
  wireTypeOf,
} from './message-type.ts'
import { oneofColumnName, TAKEN_BY } from './slots.ts'
import { rawColumns, WELL_KNOWN, wellKnownKind, wrapperMessage } from './well-known.ts'
import {
  closeLength,
  MAX_VARINT_BYTES,
  openLength,
  outOfRange,
  writeBytes,
  writeFixed64,
  writeInt32,
  writeInt64,
  writeText,
  writeUint32,
  writeZigZag64,
} from './write.ts'

/** Appends the fields of a message from the values of a row. Throws an Error for a value that a field cannot hold. */
export type WriteMessage = (row: readonly Value[], out: ByteSink) => void

/** `columns[i]` is at `sources[i]` of the row. Throws an Error for a column that no field can take. */
export function messageWriter(
  message: MessageType,
  columns: readonly StructField[],
  sources: readonly number[],
): WriteMessage {
  const source = new WriteSource()
  return source.compile(source.writer(message, columns, sources))
}

const LIBRARY = {
  closeLength,
  missing,
  numberOf,
  openLength,
  outOfRange,
  valueOfText,
  writeBytes,
  writeFixed64,
  writeInt32,
  writeInt64,
  writeText,
  writeUint32,
  writeZigZag64,
} as const

/** Fields that are written without asking for more room. */
const RUN = 16
/** Room for a tag of five bytes and the longest number, as often as that. */
const ROOM = RUN * (5 + MAX_VARINT_BYTES)

/**
 * Functions that write one message type each, called by each other. Within them, `buffer` and `at` are those of the sink, which has room for
 * some tags and numbers; whatever writes more goes through the sink and fetches them again.
 */
class WriteSource {
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []

  compile(body: string): WriteMessage {
    const constants = this.#constants.map((_, i) => `constant${i}`).join()
    const text = `'use strict'\nconst [${constants}] = constants\n${this.#functions.join('\n')}\nreturn ${body}`
    const names = ['constants', ...Object.keys(LIBRARY)]
    return generatedFunction(names, text, [this.#constants, ...Object.values(LIBRARY)]) as WriteMessage
  }

  #constant(value: unknown): string {
    return `constant${this.#constants.push(value) - 1}`
  }

  #define(body: string): string {
    const name = `function${this.#functions.length}`
    this.#functions.push(`function ${name}(row, out) {
      let value = null, open = 0, buffer = out.buffer, at = out.position
      ${body}
      out.position = at
    }`)
    return name
  }

  /** Name of a function that is a WriteMessage. Fields are written by number, as other writers do. */
  writer(message: MessageType, columns: readonly StructField[], sources: readonly number[]): string {
    const written: { readonly number: number; readonly source: string }[] = []
    for (const [i, column] of columns.entries()) {
      const value = `row[${sources[i]}]`
      const field = named(message.fields, column.name, ({ name }) => name)
      const oneof = named(message.oneofs, column.name, (each) => oneofColumnName(message, each))
      if (field !== undefined) written.push({ number: field.number, source: this.#field(field, column, value) })
      else if (oneof !== undefined && column.type.kind === 'STRUCT') {
        written.push({ number: oneof.fields[0]!.number, source: this.#oneof(oneof, column.type.fields, value) })
      } else throw new Error(`Message ${message.fullName} has no field for the column ${column.name}`)
    }
    const body = written.sort((a, b) => a.number - b.number).map(({ source }) => source)
    const refills = body.map((source, i) => (i % RUN === RUN - 1 ? `${source}\n${SYNC}\n${RESERVE}` : source))
    return this.#define([RESERVE, ...refills].join('\n'))
  }

  /** The members of a STRUCT that stands for a oneof: the first that is not NULL. */
  #oneof(oneof: Oneof, members: readonly StructField[], value: string): string {
    const struct = this.#constant([null])
    const writes = members.map((member, i) => {
      const field = named(oneof.fields, member.name, ({ name }) => name)
      if (field === undefined) throw new Error(`Oneof ${oneof.name} has no field for ${member.name}`)
      return `if (${struct}[0][${i}] !== null) { ${this.#field(field, member, `${struct}[0][${i}]`)} }`
    })
    return `if (${value} !== null) { ${struct}[0] = ${value}\n${writes.join(' else ')}\n${struct}[0] = null }`
  }

  #field(field: MessageField, { name, type }: StructField, value: string): string {
    if (field.isRepeated) return `value = ${value}\n${this.#repeated(field, type)}`
    const isPlain = !field.hasPresence && field.type.kind !== 'message'
    const write = `${tagSource(field)}\n${this.#value(field, type)}`
    const absent = field.isRequired ? `else throw missing(${JSON.stringify(name)})` : ''
    return `value = ${value}
      if (value !== null) { ${isPlain ? unlessDefault(field, type, write) : write} } ${absent}`
  }

  #repeated(field: MessageField, type: SqlType): string {
    const entry = field.type.kind === 'message' ? mapEntryOf(field.type) : null
    if (type.kind === 'MAP' && field.type.kind === 'message' && entry !== null)
      return this.#map(field, field.type, type)
    if (type.kind !== 'ARRAY') throw unwritable(field, type)
    const element = type.element
    const eachItem = (body: string) => `for (let i = 0, items = value; i < items.length; i++) {
      value = items[i]
      if (value === null) value = ${this.#default(field, element)}
      ${body}
    }`
    if (field.isPacked && isPackable(field.type)) {
      return `if (value !== null && value.length > 0) {
        ${tagSource(field, LENGTH_DELIMITED)}
        ${SYNC}
        open = openLength(out)
        ${RESERVE}
        ${eachItem(`${this.#value(field, element)}\n${SYNC}\n${RESERVE}`)}
        ${SYNC}
        closeLength(out, open)
        ${RESERVE}
      }`
    }
    return `if (value !== null) { ${eachItem(`${tagSource(field)}\n${this.#value(field, element)}\n${SYNC}\n${RESERVE}`)} }`
  }

  #map(field: MessageField, entry: MessageType, type: SqlType & { kind: 'MAP' }): string {
    const pair = this.#constant([null, null])
    const write = this.writer(
      entry,
      [
        { name: 'key', type: type.key },
        { name: 'value', type: type.value },
      ],
      [0, 1],
    )
    return `if (value !== null) for (const [key, item] of value) {
      ${tagSource(field)}
      ${pair}[0] = key
      ${pair}[1] = item
      ${nested(write, pair)}
    }`
  }

  /** Statements that write `value`, behind its tag. */
  #value(field: MessageField, type: SqlType): string {
    switch (field.type.kind) {
      case 'scalar':
        return this.#scalar(field, field.type.scalar, type)
      case 'enum':
        return this.#enum(field, field.type, type)
      case 'message':
        return this.#message(field, field.type, type)
      case 'group':
        throw unwritable(field, type)
    }
  }

  #scalar(field: MessageField, scalar: Scalar, type: SqlType): string {
    if (TAKEN_BY[scalar].includes(type.kind)) return SCALAR_SOURCE[scalar]
    // Keys of a `map` field, which are STRING in SQL whatever they are in Protobuf.
    if (type.kind !== 'STRING' || scalar === 'bytes') throw unwritable(field, type)
    return `value = valueOfText(value, '${scalar}')\n${SCALAR_SOURCE[scalar]}`
  }

  #enum(field: MessageField, { name, numbers }: EnumType, type: SqlType): string {
    if (type.kind !== 'STRING') throw unwritable(field, type)
    return `value = numberOf(${this.#constant(numbers)}, value, ${JSON.stringify(name)})\n${SCALAR_SOURCE.int32}`
  }

  #message(field: MessageField, message: MessageType, type: SqlType): string {
    const wellKnown = wellKnownKind(message)
    if (wellKnown !== undefined && wellKnown === type.kind) {
      const { message: own, toRaw } = WELL_KNOWN[wellKnown]
      const raw = this.#constant(own.fields.map(() => null))
      const convert = this.#constant((value: Value, target: Value[]) => toRaw(value, type, target))
      const write = this.writer(own, rawColumns(own), [...own.fields.keys()])
      return `${convert}(value, ${raw})\n${nested(write, raw)}`
    }
    if (type.kind === 'STRUCT') {
      return nested(this.writer(message, type.fields, [...type.fields.keys()]), 'value')
    }
    const scalar = WRAPPERS.get(message.fullName)
    if (scalar === undefined) throw unwritable(field, type)
    const scratch = this.#constant([null])
    const write = this.writer(wrapperMessage(message.fullName, scalar), [{ name: 'value', type }], [0])
    return `${scratch}[0] = value\n${nested(write, scratch)}`
  }

  /** What a NULL in an ARRAY is written as, since an element cannot be absent. */
  #default(field: MessageField, type: SqlType): string {
    if (field.type.kind === 'enum') return JSON.stringify([...field.type.numbers.keys()][0] ?? '')
    return this.#constant(defaultValue(type))
  }
}

/** Fetches the sink's buffer with room for the next fields. */
const RESERVE = `out.reserve(${ROOM})\nbuffer = out.buffer\nat = out.position`
/** Tells the sink how far it is written. */
const SYNC = 'out.position = at'

const nested = (write: string, value: string): string => `${SYNC}
  open = openLength(out)
  ${write}(${value}, out)
  closeLength(out, open)
  ${RESERVE}`

const named = <T>(items: readonly T[], name: string, nameOf: (item: T) => string): T | undefined =>
  items.find((item) => nameOf(item) === name) ?? items.find((item) => nameOf(item).toUpperCase() === name.toUpperCase())

function tagSource(field: MessageField, wireType?: number): string {
  if (field.type.kind === 'group') return ''
  const tag = tagOf(field.number, wireType ?? wireTypeOf(field.type))
  return tag < 128 ? `buffer[at++] = ${tag}` : `at = writeUint32(buffer, at, ${tag})`
}

/** Values that are what an absent field is read as are not written; minus zero is another value than zero. */
function unlessDefault(field: MessageField, { kind }: SqlType, write: string): string {
  if (field.type.kind === 'enum') return write
  switch (kind) {
    case 'STRING':
    case 'BYTES':
      return `if (value.length > 0) { ${write} }`
    case 'BOOLEAN':
      return `if (value) { ${write} }`
    case 'DOUBLE':
      return `if (value !== 0 || 1 / value < 0) { ${write} }`
    default:
      return `if (value !== 0) { ${write} }`
  }
}

const varint = (write: string): string => `if (value >= 0 && value < 128) buffer[at++] = Number(value)
  else at = ${write}(buffer, at, value)`

const throughSink = (write: string): string => `${SYNC}\n${write}(value, out)\n${RESERVE}`

const checked = (test: string, type: Scalar, write: string): string =>
  `if (!(${test})) throw outOfRange(value, '${type}')\n${write}`

const IS_INT32 = "typeof value === 'number' && (value | 0) === value"
const IS_UINT32 = "typeof value === 'number' && value >>> 0 === value"

/** Statements that write `value`, which is not null. */
const SCALAR_SOURCE: { readonly [scalar in Scalar]: string } = {
  double: 'at = buffer.writeDoubleLE(value, at)',
  float: 'at = buffer.writeFloatLE(value, at)',
  int32: checked(IS_INT32, 'int32', varint('writeInt32')),
  uint32: checked(IS_UINT32, 'uint32', 'at = writeUint32(buffer, at, value)'),
  sint32: checked(IS_INT32, 'sint32', 'at = writeUint32(buffer, at, (value << 1) ^ (value >> 31))'),
  int64: varint('writeInt64'),
  uint64: varint('writeInt64'),
  sint64: 'at = writeZigZag64(buffer, at, value)',
  fixed32: checked(IS_UINT32, 'fixed32', 'at = buffer.writeUInt32LE(value, at)'),
  sfixed32: checked(IS_INT32, 'sfixed32', 'at = buffer.writeInt32LE(value, at)'),
  fixed64: 'at = writeFixed64(buffer, at, value)',
  sfixed64: 'at = writeFixed64(buffer, at, value)',
  bool: 'buffer[at++] = value ? 1 : 0',
  string: throughSink('writeText'),
  bytes: throughSink('writeBytes'),
}

function numberOf(numbers: ReadonlyMap<string, number>, name: string, typeName: string): number {
  const number = numbers.get(name)
  if (number !== undefined) return number
  throw new Error(
    `${JSON.stringify(name)} is not a value of the enum ${typeName}. It has: ${[...numbers.keys()].join(', ')}`,
  )
}

function valueOfText(text: string, scalar: Scalar): Value {
  const value = scalar === 'bool' ? BOOLEANS.get(text) : parseInt64(text)
  if (value !== undefined && value !== null) return value
  throw new Error(`${JSON.stringify(text)} is not a value of the type ${scalar}`)
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

function missing(name: string): Error {
  return new Error(`Field ${name} is required, and its value is NULL`)
}

const unwritable = ({ name }: MessageField, type: SqlType): Error =>
  new Error(`Field ${name} cannot be written from ${formatType(type)}`)

function defaultValue(type: SqlType): Value {
  switch (type.kind) {
    case 'BOOLEAN':
      return false
    case 'STRING':
      return ''
    case 'BYTES':
      return new Uint8Array(0)
    case 'DECIMAL':
      return new Decimal(0n, type.scale)
    case 'ARRAY':
      return []
    case 'MAP':
      return new Map()
    case 'STRUCT':
      return type.fields.map(() => null)
    default:
      return 0
  }
}
