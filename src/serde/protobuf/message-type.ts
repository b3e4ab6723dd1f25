/**
 * Message types of Protobuf as plain data: what a .proto text declares, or what columns imply. Readers, writers, inferred columns and schema
 * texts are all made from it. See https://protobuf.dev/programming-guides/encoding for the wire types.
 */

/** How values lie on the wire: the low three bits of a tag. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH_DELIMITED = 2
export const GROUP_START = 3
export const GROUP_END = 4
export const FIXED32 = 5
export type WireType = typeof VARINT | typeof FIXED64 | typeof LENGTH_DELIMITED | typeof FIXED32

export type Scalar =
  | 'double'
  | 'float'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'uint64'
  | 'sint32'
  | 'sint64'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed32'
  | 'sfixed64'
  | 'bool'
  | 'string'
  | 'bytes'

export const SCALAR_WIRE_TYPES: { readonly [scalar in Scalar]: WireType } = {
  double: FIXED64,
  float: FIXED32,
  int32: VARINT,
  int64: VARINT,
  uint32: VARINT,
  uint64: VARINT,
  sint32: VARINT,
  sint64: VARINT,
  fixed32: FIXED32,
  fixed64: FIXED64,
  sfixed32: FIXED32,
  sfixed64: FIXED64,
  bool: VARINT,
  string: LENGTH_DELIMITED,
  bytes: LENGTH_DELIMITED,
}

export interface ScalarType {
  readonly kind: 'scalar'
  readonly scalar: Scalar
  /** A string of proto2, whose bytes need not be UTF-8. */
  readonly isLoose?: true
}

export interface EnumType {
  readonly kind: 'enum'
  readonly name: string
  /** In declaration order; the first is the default. Aliases of a number are there by name. */
  readonly numbers: ReadonlyMap<string, number>
  /** The first name of each number. */
  readonly names: ReadonlyMap<number, string>
  /** Numbers without a name are unknown fields (proto2), not values (proto3). */
  readonly isClosed: boolean
}

export interface MessageType {
  readonly kind: 'message'
  readonly name: string
  /** With package and enclosing messages: `com.acme.Order.Line`. */
  readonly fullName: string
  /** In declaration order. */
  readonly fields: readonly MessageField[]
  /** In declaration order, without those that `optional` implies. */
  readonly oneofs: readonly Oneof[]
  /** Message types declared inside, in declaration order, without the entries of `map` fields. */
  readonly nested: readonly MessageType[]
  /** Implied by a `map` field: its key and its value, of which an absent one is the default, messages included. */
  readonly isMapEntry: boolean
}

/** A proto2 group: nothing of it is read. */
export interface GroupType {
  readonly kind: 'group'
}

export type FieldType = ScalarType | EnumType | MessageType | GroupType

export interface Oneof {
  readonly name: string
  readonly fields: readonly MessageField[]
}

export interface MessageField {
  readonly name: string
  /** 1 to 2^29 - 1. */
  readonly number: number
  readonly type: FieldType
  readonly isRepeated: boolean
  /** Repeated numbers are written as one length-delimited field. Readers take both forms. */
  readonly isPacked: boolean
  /** An absent field is distinguished from one with the default value. False for repeated fields and for plain scalars of proto3. */
  readonly hasPresence: boolean
  /** A message without it is not valid (proto2). */
  readonly isRequired: boolean
  /** Member of this oneof, by name: at most one member of it is set. */
  readonly oneof: string | null
  /** What the option `(confluent.field_meta)` says of the type of a confluent.type.Decimal field; null: nothing. */
  readonly decimal: { readonly precision: number | null; readonly scale: number } | null
}

/** A .proto file. */
export interface ProtoFile {
  readonly packageName: string | null
  /** Top-level message types in declaration order. */
  readonly messages: readonly MessageType[]
}

export const scalarType = (scalar: Scalar): ScalarType => ({ kind: 'scalar', scalar })

export const wireTypeOf = (type: ScalarType | EnumType | MessageType): WireType =>
  type.kind === 'scalar' ? SCALAR_WIRE_TYPES[type.scalar] : type.kind === 'enum' ? VARINT : LENGTH_DELIMITED

/** Whether several values can share one length-delimited field. */
export const isPackable = (type: FieldType): boolean =>
  type.kind === 'enum' || (type.kind === 'scalar' && SCALAR_WIRE_TYPES[type.scalar] !== LENGTH_DELIMITED)

/** The number that stands before a value: field number and wire type. Up to 2^32 - 1. */
export const tagOf = (fieldNumber: number, wireType: number): number => fieldNumber * 8 + wireType

/**
 * Key and value of a message type that stands for the entries of a map; null for any other. Besides `map` fields these are messages whose name
 * ends in `Entry` with the fields `key` and `value`, as ksqlDB declares its MAP columns. Source: Confluent's ProtobufData.
 */
export function mapEntryOf({ name, fields }: MessageType): { key: MessageField; value: MessageField } | null {
  const [key, value] = fields
  if (!name.endsWith('Entry') || fields.length !== 2 || key!.name !== 'key' || value!.name !== 'value') return null
  return key!.isRepeated ? null : { key: key!, value: value! }
}

/** Wrapper messages of google/protobuf/wrappers.proto and what they wrap. */
export const WRAPPERS: ReadonlyMap<string, Scalar> = new Map([
  ['google.protobuf.DoubleValue', 'double'],
  ['google.protobuf.FloatValue', 'float'],
  ['google.protobuf.Int64Value', 'int64'],
  ['google.protobuf.UInt64Value', 'uint64'],
  ['google.protobuf.Int32Value', 'int32'],
  ['google.protobuf.UInt32Value', 'uint32'],
  ['google.protobuf.BoolValue', 'bool'],
  ['google.protobuf.StringValue', 'string'],
  ['google.protobuf.BytesValue', 'bytes'],
])

export const DECIMAL_MESSAGE = 'confluent.type.Decimal'
export const TIMESTAMP_MESSAGE = 'google.protobuf.Timestamp'
export const DATE_MESSAGE = 'google.type.Date'
export const TIME_MESSAGE = 'google.type.TimeOfDay'
