/** Columns that a message type implies. Source: Confluent's ProtobufData and ksqlDB's ConnectFormatSchemaTranslator. */
import type { Column } from '../../types/schema.ts'
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
import {
  type FieldType,
  type MessageField,
  type MessageType,
  mapEntryOf,
  type Scalar,
  WRAPPERS,
} from './message-type.ts'
import { oneofColumnName } from './slots.ts'
import { wellKnownKind } from './well-known.ts'

export interface InferredColumns {
  readonly columns: readonly Column[]
  /** Paths of fields that have no SQL type, such as groups, and messages without fields. */
  readonly dropped: readonly string[]
}

/**
 * Names are as the schema has them. The members of a oneof are the fields of a STRUCT that is called by the oneof's name and number, as in
 * ksqlDB; such columns come first. Throws an Error for a message that contains itself.
 */
export function inferColumns(message: MessageType): InferredColumns {
  const inference = new Inference()
  return { columns: inference.fields(message, ''), dropped: inference.dropped }
}

const SCALARS: { readonly [scalar in Scalar]: SqlType } = {
  double: DOUBLE,
  float: DOUBLE,
  int32: INTEGER,
  sint32: INTEGER,
  sfixed32: INTEGER,
  uint32: BIGINT,
  fixed32: BIGINT,
  int64: BIGINT,
  uint64: BIGINT,
  sint64: BIGINT,
  fixed64: BIGINT,
  sfixed64: BIGINT,
  bool: BOOLEAN,
  string: STRING,
  bytes: BYTES,
}

/** Bounds: messages that use each other can stand for more fields than there are bytes. */
const MAX_FIELDS = 10_000
const MAX_DEPTH = 100

class Inference {
  readonly dropped: string[] = []
  #count = 0
  /** Messages around the one that is looked at. */
  readonly #within: MessageType[] = []

  fields(message: MessageType, path: string): StructField[] {
    if (this.#within.includes(message)) {
      throw new Error(
        `The schema is recursive: ${message.fullName} contains itself, at ${path.slice(0, -1)}. Declare the columns that are needed.`,
      )
    }
    if (this.#within.length === MAX_DEPTH) {
      throw new Error(
        `The schema has more than ${MAX_DEPTH} messages within each other. Declare the columns that are needed.`,
      )
    }
    this.#within.push(message)
    const oneofs = message.oneofs.flatMap((oneof): StructField[] => {
      const name = oneofColumnName(message, oneof)
      const members = this.#members(oneof.fields, `${path}${name}.`)
      return members.length === 0 ? this.#drop(`${path}${name}`) : [{ name, type: struct(members) }]
    })
    const others = this.#members(
      message.fields.filter(({ oneof }) => oneof === null),
      path,
    )
    this.#within.pop()
    return [...oneofs, ...others]
  }

  #drop(path: string): [] {
    this.dropped.push(path)
    return []
  }

  #members(fields: readonly MessageField[], path: string): StructField[] {
    this.#count += fields.length
    if (this.#count > MAX_FIELDS)
      throw new Error(`The schema has more than ${MAX_FIELDS} fields. Declare the columns that are needed.`)
    return fields.flatMap((field) => {
      const type = this.#type(field, `${path}${field.name}`)
      return type === null ? this.#drop(`${path}${field.name}`) : [{ name: field.name, type }]
    })
  }

  /** Null: the field has no SQL type. */
  #type(field: MessageField, path: string): SqlType | null {
    const { type, isRepeated } = field
    if (isRepeated && type.kind === 'message') {
      const entry = mapEntryOf(type)
      if (entry !== null) return this.#map(entry.key, entry.value, path)
    }
    const value = this.#value(type, field, path)
    return value !== null && isRepeated ? array(value) : value
  }

  /** Keys of any type become text. */
  #map(key: MessageField, value: MessageField, path: string): SqlType | null {
    if (key.type.kind === 'message' && WRAPPERS.get(key.type.fullName) === undefined) return null
    const valueType = this.#type(value, `${path}.value`)
    return valueType === null ? null : map(STRING, valueType)
  }

  #value(type: FieldType, field: MessageField, path: string): SqlType | null {
    switch (type.kind) {
      case 'scalar':
        return SCALARS[type.scalar]
      case 'enum':
        return STRING
      case 'group':
        return null
      case 'message':
        return this.#message(type, field, path)
    }
  }

  #message(message: MessageType, field: MessageField, path: string): SqlType | null {
    switch (wellKnownKind(message)) {
      case 'DECIMAL':
        return decimalType(field)
      case 'TIMESTAMP':
        return TIMESTAMP
      case 'DATE':
        return DATE
      case 'TIME':
        return TIME
      default: {
        const scalar = WRAPPERS.get(message.fullName)
        if (scalar !== undefined) return SCALARS[scalar]
        const fields = this.fields(message, `${path}.`)
        return fields.length === 0 ? null : struct(fields)
      }
    }
  }
}

/** A schema need not say how large its decimals are. */
function decimalType({ decimal: declared }: MessageField): SqlType {
  const scale = Math.max(0, Math.min(declared?.scale ?? 0, MAX_PRECISION))
  const precision = Math.min(declared?.precision ?? MAX_PRECISION, MAX_PRECISION)
  return decimal(Math.max(precision, scale, 1), scale)
}
