/**
 * The message type that columns imply, and its .proto text. Names, numbers and types are those of Confluent's ProtobufData, which ksqlDB uses:
 * fields are numbered by column order, nested messages are called ConnectDefault2 and so on in the order in which they are met, and a
 * MAP is a repeated message of `key` and `value`.
 */
import type { Column } from '../../types/schema.ts'
import { type ArrayType, formatType, type SqlType, type StructField } from '../../types/sql-type.ts'
import type { NullableRepresentation } from '../format.ts'
import {
  type FieldType,
  isPackable,
  type MessageField,
  type MessageType,
  type Scalar,
  scalarType,
  WRAPPERS,
} from './message-type.ts'
import { WELL_KNOWN, wrapperMessage } from './well-known.ts'

export interface DeriveOptions {
  /** How fields of scalar columns tell NULL from the default; undefined: they do not. */
  readonly nullable?: NullableRepresentation | undefined
  /** Full name of the message; undefined: ConnectDefault1. */
  readonly schemaName?: string | undefined
}

/** Names that start so are given by this module alone. */
const DEFAULT_NAME = 'ConnectDefault'

/** Why columns have no message type. */
export class Inexpressible extends Error {}

/** Throws Inexpressible, with a message for the user. */
export function deriveMessage(columns: readonly Column[], { nullable, schemaName = '' }: DeriveOptions): MessageType {
  return new Derivation(nullable).root(columns, schemaName.trim())
}

/** `optional` does not apply to the fields of a MAP's entries: those have no NULL. */
class Derivation {
  readonly #nullable: NullableRepresentation | undefined
  #names = 0

  constructor(nullable: NullableRepresentation | undefined) {
    this.#nullable = nullable
  }

  root(columns: readonly Column[], schemaName: string): MessageType {
    const isNamed = schemaName !== '' && !schemaName.startsWith(DEFAULT_NAME)
    if (isNamed && !schemaName.split('.').every(isIdentifier)) throw notIdentifier(schemaName)
    return this.#message(isNamed ? schemaName : this.#nextName(), null, columns)
  }

  #nextName(): string {
    this.#names++
    return `${DEFAULT_NAME}${this.#names}`
  }

  #message(name: string, enclosing: string | null, columns: readonly StructField[], isEntry = false): MessageType {
    const fullName = enclosing === null ? name : `${enclosing}.${name}`
    const nested: MessageType[] = []
    const isOptional = this.#nullable === 'OPTIONAL' && !isEntry
    const fields = columns.map((column, i) => this.#field(column, i + 1, fullName, nested, isOptional))
    // An optional field implies a oneof, whose name is in the same scope.
    const implied = isOptional ? fields.flatMap((field) => (field.isRepeated ? [] : [`_${field.name}`])) : []
    const others = new Set([...nested.map(({ name }) => name), ...implied])
    const doubled = fields.find((field) => others.has(field.name))
    if (doubled !== undefined) {
      throw new Inexpressible(
        `Schema is not compatible with Protobuf: "${doubled.name}" is already defined in "${fullName}".`,
      )
    }
    return {
      kind: 'message',
      name: fullName.slice(fullName.lastIndexOf('.') + 1),
      fullName,
      fields,
      oneofs: [],
      nested,
      isMapEntry: false,
    }
  }

  #field(
    { name, type }: StructField,
    number: number,
    enclosing: string,
    nested: MessageType[],
    isOptional: boolean,
  ): MessageField {
    if (!isIdentifier(name)) throw notIdentifier(name)
    const isRepeated = type.kind === 'ARRAY' || type.kind === 'MAP'
    const valueType = type.kind === 'ARRAY' ? elementOf(type) : type
    const fieldType = this.#type(valueType, enclosing, nested)
    return {
      name,
      number,
      type: fieldType,
      isRepeated,
      isPacked: isRepeated && isPackable(fieldType),
      hasPresence: !isRepeated && (isOptional || fieldType.kind === 'message'),
      isRequired: false,
      oneof: null,
      decimal: valueType.kind === 'DECIMAL' ? { precision: valueType.precision, scale: valueType.scale } : null,
    }
  }

  #type(type: SqlType, enclosing: string, nested: MessageType[]): FieldType {
    switch (type.kind) {
      case 'STRUCT': {
        const message = this.#message(this.#nextName(), enclosing, type.fields)
        nested.push(message)
        return message
      }
      case 'MAP': {
        const name = `${this.#nextName()}Entry`
        const fields = [
          { name: 'key', type: type.key },
          { name: 'value', type: type.value },
        ]
        const entry = this.#message(name, enclosing, fields, true)
        nested.push(entry)
        return entry
      }
      case 'DECIMAL':
      case 'TIMESTAMP':
      case 'DATE':
      case 'TIME':
        return WELL_KNOWN[type.kind].message
      case 'ARRAY':
        throw new Inexpressible('Array cannot be nested')
      default:
        return this.#scalar(SCALARS[type.kind])
    }
  }

  #scalar(scalar: Scalar): FieldType {
    return this.#nullable === 'WRAPPER' ? WRAPPER_OF.get(scalar)! : scalarType(scalar)
  }
}

/** A repeated field cannot be repeated in turn. */
function elementOf({ element }: ArrayType): SqlType {
  if (element.kind !== 'ARRAY' && element.kind !== 'MAP') return element
  throw new Inexpressible(
    `Protobuf cannot represent ARRAY<${formatType(element)}>: an element cannot be an ARRAY or a MAP. Wrap it in a STRUCT.`,
  )
}

const isIdentifier = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)

/** Source of the wording: protobuf-java's DescriptorValidationException. */
const notIdentifier = (name: string): Inexpressible =>
  new Inexpressible(`Schema is not compatible with Protobuf: "${name}" is not a valid identifier.`)

const SCALARS = {
  BOOLEAN: 'bool',
  INTEGER: 'int32',
  BIGINT: 'int64',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
} as const

const WRAPPER_OF: ReadonlyMap<Scalar, MessageType> = new Map(
  [...WRAPPERS].map(([fullName, scalar]) => [scalar, wrapperMessage(fullName, scalar)]),
)

/** The type of payloads that are one bare value: the wrapper of a scalar, or the message of the value itself. */
export function bareMessage(type: SqlType, nullable: NullableRepresentation | undefined): MessageType {
  switch (type.kind) {
    case 'STRUCT':
      return deriveMessage(type.fields, { nullable })
    case 'ARRAY':
    case 'MAP':
      throw new Inexpressible(
        `Unsupported root schema of type ${type.kind}: a message cannot be a bare list. Wrap the column in a STRUCT.`,
      )
    case 'DECIMAL':
    case 'TIMESTAMP':
    case 'DATE':
    case 'TIME':
      return WELL_KNOWN[type.kind].message
    default:
      return WRAPPER_OF.get(SCALARS[type.kind])!
  }
}
