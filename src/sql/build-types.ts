// Types: CST -> AST.

import type {
  DecimalTypeCstNode,
  NamedTypeCstNode,
  StructTypeCstNode,
  TypeCstNode,
} from '../../grammar/generated/cst.d.ts'
import type { Location } from '../errors.ts'
import type { BaseTypeName, TypeNode } from './ast/types.ts'
import { nameOf, nodeLocation, refusal } from './build-names.ts'

const BASE_TYPES: Readonly<Record<string, BaseTypeName>> = {
  BOOLEAN: 'BOOLEAN',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  DOUBLE: 'DOUBLE',
  STRING: 'STRING',
  VARCHAR: 'STRING',
  BYTES: 'BYTES',
  TIME: 'TIME',
  DATE: 'DATE',
  TIMESTAMP: 'TIMESTAMP',
}

export function buildType(node: TypeCstNode): TypeNode {
  const location = nodeLocation(node)
  let type = buildPrefix(node, location)
  for (const _ of node.children.Array ?? []) type = { kind: 'arrayType', element: type, location }
  return type
}

function buildPrefix({ children }: TypeCstNode, location: Location): TypeNode {
  if (children.arrayType) {
    return { kind: 'arrayType', element: buildType(children.arrayType[0]!.children.type[0]!), location }
  }
  if (children.mapType) {
    const { key, value } = children.mapType[0]!.children
    return { kind: 'mapType', key: buildType(key[0]!), value: buildType(value[0]!), location }
  }
  if (children.structType) return buildStruct(children.structType[0]!, location)
  if (children.decimalType) return buildDecimal(children.decimalType[0]!, location)
  return buildNamed(children.namedType![0]!, location)
}

function buildStruct({ children }: StructTypeCstNode, location: Location): TypeNode {
  const fields = (children.structTypeField ?? []).map((field) => ({
    name: nameOf(field.children.Identifier[0]!),
    type: buildType(field.children.type[0]!),
  }))
  const repeated = repetition(fields.map((field) => field.name))
  if (repeated !== undefined) throw refusal(`Duplicate field names found in STRUCT: '${repeated}'`, location)
  return { kind: 'structType', fields, location }
}

/** The first of `names` that came before; undefined if they differ from each other. */
export function repetition(names: readonly string[]): string | undefined {
  return names.find((name, i) => names.indexOf(name) < i)
}

function buildDecimal({ children }: DecimalTypeCstNode, location: Location): TypeNode {
  const precision = Number(children.precision[0]!.image)
  const scale = Number(children.scale[0]!.image)
  if (precision < 1) throw refusal(`DECIMAL precision must be >= 1: DECIMAL(${precision},${scale})`, location)
  if (scale > precision) throw refusal(`DECIMAL precision must be >= scale: DECIMAL(${precision},${scale})`, location)
  return { kind: 'decimalType', precision, scale, location }
}

function buildNamed({ children }: NamedTypeCstNode, location: Location): TypeNode {
  const name = nameOf(children.Identifier[0]!)
  const base = Object.hasOwn(BASE_TYPES, name) ? BASE_TYPES[name] : undefined
  return base === undefined ? { kind: 'customType', name, location } : { kind: 'baseType', name: base, location }
}
