/** Types as statements write them. */
import type { Node } from './node.ts'

export type BaseTypeName =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'TIME'
  | 'DATE'
  | 'TIMESTAMP'

export interface BaseType extends Node {
  readonly kind: 'baseType'
  readonly name: BaseTypeName
}

export interface DecimalType extends Node {
  readonly kind: 'decimalType'
  readonly precision: number
  readonly scale: number
}

export interface ArrayType extends Node {
  readonly kind: 'arrayType'
  readonly element: TypeNode
}

export interface MapType extends Node {
  readonly kind: 'mapType'
  readonly key: TypeNode
  readonly value: TypeNode
}

export interface StructType extends Node {
  readonly kind: 'structType'
  readonly fields: readonly StructTypeField[]
}

export interface StructTypeField {
  readonly name: string
  readonly type: TypeNode
}

/** The name of a custom type (CREATE TYPE), not looked up yet. */
export interface CustomType extends Node {
  readonly kind: 'customType'
  readonly name: string
}

export type TypeNode = BaseType | DecimalType | ArrayType | MapType | StructType | CustomType
