/**
 * Which fields of a message fill which columns, or fields of a STRUCT. Names are compared as ksqlDB compares them: exactly, else in any letter
 * case, the first match. What is not there is NULL; a field of another type than the column's makes the payload unreadable.
 */
import { type ArrayType, formatType, type MapType, type SqlType, type StructType } from '../../types/sql-type.ts'
import {
  type EnumType,
  type FieldType,
  type MessageField,
  type MessageType,
  mapEntryOf,
  type Oneof,
  type Scalar,
  type ScalarType,
  scalarType,
  WRAPPERS,
} from './message-type.ts'
import { type WELL_KNOWN, wellKnownKind } from './well-known.ts'

/** How the value of one field, or one element of a repeated field, is read. */
export type ValuePlan =
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly asText: boolean; readonly isLoose: boolean }
  | { readonly kind: 'enum'; readonly enum: EnumType }
  | { readonly kind: 'wrapper'; readonly scalar: Scalar; readonly value: ValuePlan }
  | { readonly kind: 'wellKnown'; readonly type: SqlType & { readonly kind: keyof typeof WELL_KNOWN } }
  | {
      readonly kind: 'struct'
      readonly size: number
      readonly slots: readonly Slot[]
      readonly oneofs: readonly Oneof[]
    }

/** One target, filled from one field or from the members of a oneof. */
export type Slot =
  | { readonly kind: 'absent'; readonly target: number }
  | { readonly kind: 'single'; readonly target: number; readonly field: MessageField; readonly value: ValuePlan }
  | { readonly kind: 'array'; readonly target: number; readonly field: MessageField; readonly value: ValuePlan }
  | { readonly kind: 'map'; readonly target: number; readonly field: MessageField; readonly entry: MapEntryPlan }
  | {
      readonly kind: 'oneof'
      readonly target: number
      readonly oneof: Oneof
      readonly size: number
      readonly members: readonly OneofMember[]
    }

export interface MapEntryPlan {
  /** Key at 0, value at 1. */
  readonly slots: readonly Slot[]
  /** A message that is absent from the entry of a `map` field is an empty one. */
  readonly emptyForAbsent: boolean
}

export interface OneofMember {
  /** Index into the STRUCT of the oneof. */
  readonly index: number
  readonly field: MessageField
  readonly value: ValuePlan
}

/** A column or a STRUCT's field to be filled. */
export interface Wanted {
  readonly name: string
  readonly type: SqlType
  readonly target: number
}

/** Why the fields of a message cannot fill the columns. */
export class TypeMismatch extends Error {}

export const oneofColumnName = (message: MessageType, oneof: Oneof): string =>
  `${oneof.name}_${message.oneofs.indexOf(oneof)}`

/** Throws a TypeMismatch, whose text names the `path`. */
export function slotsOf(message: MessageType, wanted: readonly Wanted[], path: string): Slot[] {
  const fields = byName(
    message.fields.filter(({ type }) => type.kind !== 'group'),
    ({ name }) => name,
  )
  const oneofs = byName(message.oneofs, (oneof) => oneofColumnName(message, oneof))
  return wanted.map(({ name, type, target }): Slot => {
    const field = fields(name)
    const within = `${path}->${name}`
    if (field !== undefined) return fieldSlot(field, type, target, within)
    const oneof = oneofs(name)
    return oneof !== undefined && type.kind === 'STRUCT'
      ? oneofSlot(oneof, type, target, within)
      : { kind: 'absent', target }
  })
}

function byName<T>(items: readonly T[], nameOf: (item: T) => string): (name: string) => T | undefined {
  const exact = new Map<string, T>()
  const upper = new Map<string, T>()
  for (const item of items) {
    const name = nameOf(item)
    if (!exact.has(name)) exact.set(name, item)
    if (!upper.has(name.toUpperCase())) upper.set(name.toUpperCase(), item)
  }
  return (name) => exact.get(name) ?? upper.get(name.toUpperCase())
}

function fieldSlot(field: MessageField, type: SqlType, target: number, path: string): Slot {
  const { type: fieldType } = field
  if (!field.isRepeated) return { kind: 'single', target, field, value: valuePlan(fieldType, type, path) }
  const entry = fieldType.kind === 'message' ? mapEntryOf(fieldType) : null
  if (entry !== null && type.kind === 'MAP') return mapSlot(field, entry, type, target, path)
  if (type.kind !== 'ARRAY') throw mismatch(entry === null ? 'array' : 'map', type, path)
  return { kind: 'array', target, field, value: valuePlan(fieldType, (type as ArrayType).element, path) }
}

function mapSlot(
  field: MessageField,
  { key, value }: { key: MessageField; value: MessageField },
  type: MapType,
  target: number,
  path: string,
): Slot {
  const slots = [fieldSlot(key, type.key, 0, `${path}->KEY`), fieldSlot(value, type.value, 1, `${path}->VALUE`)]
  const isMapField = field.type.kind === 'message' && field.type.isMapEntry
  return { kind: 'map', target, field, entry: { slots, emptyForAbsent: isMapField } }
}

function oneofSlot(oneof: Oneof, type: StructType, target: number, path: string): Slot {
  const find = byName(oneof.fields, ({ name }) => name)
  const members = type.fields.flatMap(({ name, type: memberType }, index): OneofMember[] => {
    const field = find(name)
    if (field === undefined || field.type.kind === 'group') return []
    return [{ index, field, value: valuePlan(field.type, memberType, `${path}->${name}`) }]
  })
  return { kind: 'oneof', target, oneof, size: type.fields.length, members }
}

function valuePlan(field: FieldType, type: SqlType, path: string): ValuePlan {
  switch (field.kind) {
    case 'scalar':
      return scalarPlan(field, type, path)
    case 'enum':
      if (type.kind === 'STRING') return { kind: 'enum', enum: field }
      throw mismatch('string', type, path)
    case 'message':
      return messagePlan(field, type, path)
    case 'group':
      throw mismatch('group', type, path)
  }
}

function scalarPlan({ scalar, ...own }: ScalarType, type: SqlType, path: string): ValuePlan {
  const isLoose = own.isLoose === true
  if (type.kind === 'STRING' && scalar !== 'bytes') {
    return { kind: 'scalar', scalar, asText: scalar !== 'string', isLoose }
  }
  if (!TAKEN_BY[scalar].includes(type.kind)) throw mismatch(CONNECT_NAMES[scalar], type, path)
  return { kind: 'scalar', scalar, asText: false, isLoose }
}

function messagePlan(message: MessageType, type: SqlType, path: string): ValuePlan {
  const wellKnown = wellKnownKind(message)
  if (wellKnown !== undefined && wellKnown === type.kind)
    return { kind: 'wellKnown', type: type as SqlType & { kind: typeof wellKnown } }
  if (type.kind === 'STRUCT') {
    const wanted = type.fields.map(({ name, type: fieldType }, target) => ({ name, type: fieldType, target }))
    return {
      kind: 'struct',
      size: type.fields.length,
      slots: slotsOf(message, wanted, path),
      oneofs: message.oneofs,
    }
  }
  const scalar = WRAPPERS.get(message.fullName)
  if (scalar === undefined) throw mismatch('struct', type, path)
  return { kind: 'wrapper', scalar, value: scalarPlan(scalarType(scalar), type, path) }
}

type Kind = SqlType['kind']
const SMALL_INTEGERS: readonly Kind[] = ['INTEGER', 'BIGINT']
const LARGE_INTEGERS: readonly Kind[] = ['BIGINT']
const NUMBERS: readonly Kind[] = ['DOUBLE']

/** SQL types that take a scalar, besides STRING. An unsigned number of 32 bits is too large for INTEGER. */
export const TAKEN_BY: { readonly [scalar in Scalar]: readonly Kind[] } = {
  double: NUMBERS,
  float: NUMBERS,
  int32: SMALL_INTEGERS,
  sint32: SMALL_INTEGERS,
  sfixed32: SMALL_INTEGERS,
  uint32: LARGE_INTEGERS,
  fixed32: LARGE_INTEGERS,
  int64: LARGE_INTEGERS,
  uint64: LARGE_INTEGERS,
  sint64: LARGE_INTEGERS,
  fixed64: LARGE_INTEGERS,
  sfixed64: LARGE_INTEGERS,
  bool: ['BOOLEAN'],
  string: ['STRING'],
  bytes: ['BYTES'],
}

/** What Kafka Connect calls the scalars, for messages that clients know. */
const CONNECT_NAMES: { readonly [scalar in Scalar]: string } = {
  double: 'float64',
  float: 'float32',
  int32: 'int32',
  sint32: 'int32',
  sfixed32: 'int32',
  uint32: 'int64',
  fixed32: 'int64',
  int64: 'int64',
  uint64: 'int64',
  sint64: 'int64',
  fixed64: 'int64',
  sfixed64: 'int64',
  bool: 'boolean',
  string: 'string',
  bytes: 'bytes',
}

/** Source of the wording: ksqlDB's ConnectDataTranslator. */
const mismatch = (found: string, type: SqlType, path: string): TypeMismatch =>
  new TypeMismatch(`Cannot deserialize type ${found} as type ${formatType(type)} for path: ${path}`)
