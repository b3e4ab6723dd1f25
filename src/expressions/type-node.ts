/** Types as they are written, to SQL types: custom types are looked up and expanded. */
import { StatementError } from '../errors.ts'
import type { BaseTypeName, TypeNode } from '../sql/ast.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  type SqlType,
  STRING,
  struct,
  TIME,
  TIMESTAMP,
} from '../types/sql-type.ts'

const BASE_TYPES: { readonly [Name in BaseTypeName]: SqlType } = {
  BOOLEAN,
  INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  BYTES,
  TIME,
  DATE,
  TIMESTAMP,
}

/** `resolveCustom` answers undefined for a name that no CREATE TYPE has defined; that, too, is a StatementError here. */
export function resolveTypeNode(node: TypeNode, resolveCustom: (name: string) => SqlType | undefined): SqlType {
  switch (node.kind) {
    case 'baseType':
      return BASE_TYPES[node.name]
    case 'decimalType':
      return decimal(node.precision, node.scale)
    case 'arrayType':
      return array(resolveTypeNode(node.element, resolveCustom))
    case 'mapType':
      return map(resolveTypeNode(node.key, resolveCustom), resolveTypeNode(node.value, resolveCustom))
    case 'structType':
      return struct(node.fields.map(({ name, type }) => ({ name, type: resolveTypeNode(type, resolveCustom) })))
    case 'customType': {
      const type = resolveCustom(node.name)
      if (type !== undefined) return type
      throw new StatementError(`Cannot resolve unknown type: ${node.name}`, { location: node.location })
    }
  }
}
