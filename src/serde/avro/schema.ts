/**
 * Avro schemas as plain data. Source: the Avro 1.12 specification, "Schema Declaration" and "Logical Types". Names are full names; a type
 * that is named in several places is one object. No type contains itself: `parseAvroSchema` refuses recursion.
 */
import type { JsonValue } from '../../types/json-parse.ts'

export type AvroType = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroRecord | AvroUnion

export type PrimitiveKind = 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'

/** How the values of a primitive or fixed type are to be understood. Logical types that change nothing for SQL (uuid) are not kept. */
export type LogicalType = DecimalLogicalType | TimeLogicalType

export interface DecimalLogicalType {
  readonly kind: 'decimal'
  readonly precision: number
  readonly scale: number
}

export interface TimeLogicalType {
  readonly kind: 'date' | 'time' | 'timestamp'
  /** Units of the value per millisecond: 1 for milliseconds (and for dates, which are days), 1,000 for microseconds. */
  readonly perMs: number
}

export interface AvroPrimitive {
  readonly kind: PrimitiveKind
  readonly logical: LogicalType | null
}

export interface AvroFixed {
  readonly kind: 'fixed'
  readonly name: string
  readonly size: number
  readonly logical: LogicalType | null
}

export interface AvroEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
}

export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroType
}

/** Keys are strings. */
export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroType
}

export interface AvroRecord {
  readonly kind: 'record'
  readonly name: string
  readonly fields: readonly AvroField[]
  /** Kafka Connect's entry of a map: an array of such records stands for a map. */
  readonly isMapEntry: boolean
}

export interface AvroField {
  readonly name: string
  readonly aliases: readonly string[]
  readonly type: AvroType
  /** Undefined: the field has no default. */
  readonly default: JsonValue | undefined
}

export interface AvroUnion {
  readonly kind: 'union'
  readonly branches: readonly AvroType[]
}

/** A map as Kafka Connect writes it where its keys may be null or are no strings: an array of entries with `key` and `value`. */
export interface EntryArray {
  readonly key: AvroField
  readonly value: AvroField
}

/** What an array's entries are if it stands for a map, else null. Source: Confluent's AvroData. */
export function entriesOf(type: AvroType): EntryArray | null {
  if (type.kind !== 'array' || type.items.kind !== 'record' || !type.items.isMapEntry) return null
  const [key, value] = ['key', 'value'].map((name) => (type.items as AvroRecord).fields.find((f) => f.name === name))
  return key === undefined || value === undefined ? null : { key, value }
}

/** The other branch of a union of null and one type, which is how a nullable value is written; null for every other type. */
export function nullableOf(type: AvroType): AvroType | null {
  if (type.kind !== 'union' || type.branches.length !== 2) return null
  const [first, second] = type.branches as [AvroType, AvroType]
  if (first.kind === 'null') return second.kind === 'null' ? null : second
  return second.kind === 'null' ? first : null
}

/** What stands in the data for `branch` of a union: its place, zigzag. */
export const codeOf = (union: AvroType, branch: AvroType): number => 2 * (union as AvroUnion).branches.indexOf(branch)

/** What Kafka Connect calls a branch of a union with several types: the name without its namespace, or the type. */
export const branchName = (branch: AvroType): string =>
  'name' in branch ? branch.name.slice(branch.name.lastIndexOf('.') + 1) : branch.kind

/** The type's place in an ordered list of fields or branches that `name` means: letter case does not count, the first one wins. */
export function indexOfName(names: readonly string[], name: string): number {
  const upper = name.toUpperCase()
  return names.findIndex((candidate) => candidate.toUpperCase() === upper)
}

/** Column names may hold points, Avro names may not. Source: ksqlDB's AvroDataTranslator. */
export const avroName = (name: string): string => name.replaceAll('.', '_')
