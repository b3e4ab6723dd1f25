/** Types as they are written, to SQL types: custom types are looked up and expanded. */
import { StatementError } from '../errors.ts'
import type { BaseTypeName, TypeNode } from '../sql/ast/types.ts'
import { suggestion } from '../suggest.ts'
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

/**
 * `resolveCustom` answers undefined for a name that no CREATE TYPE has defined; that, too, is a StatementError here. `customNames`: what may be
 * meant by it.
 */
export function resolveTypeNode(
  node: TypeNode,
  resolveCustom: (name: string) => SqlType | undefined,
  customNames: Iterable<string> = [],
): SqlType {
  const resolve = (part: TypeNode) => resolveTypeNode(part, resolveCustom, customNames)
  switch (node.kind) {
    case 'baseType':
      return BASE_TYPES[node.name]
    case 'decimalType':
      return decimal(node.precision, node.scale)
    case 'arrayType':
      return array(resolve(node.element))
    case 'mapType':
      return map(resolve(node.key), resolve(node.value))
    case 'structType':
      return struct(node.fields.map(({ name, type }) => ({ name, type: resolve(type) })))
    case 'customType': {
      const type = resolveCustom(node.name)
      if (type !== undefined) return type
      throw new StatementError(`Cannot resolve unknown type: ${node.name}.${typeAdvice(node.name, customNames)}`, {
        location: node.location,
      })
    }
  }
}

const TYPE_NAMES: readonly string[] = [
  ...Object.keys(BASE_TYPES),
  'INT',
  'VARCHAR',
  'DECIMAL',
  'ARRAY',
  'MAP',
  'STRUCT',
]

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['DECIMAL', 'DECIMAL(9, 2)'],
  ['ARRAY', 'ARRAY<INT>'],
  ['MAP', 'MAP<STRING, INT>'],
  ['STRUCT', 'STRUCT<name STRING, age INT>'],
])

/** Names that types have in other dialects. */
const FOREIGN_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    STRING: ['TEXT', 'CHAR', 'CHARACTER', 'NVARCHAR', 'VARCHAR2', 'CLOB', 'UUID', 'JSON', 'JSONB', 'ENUM'],
    INT: ['SMALLINT', 'TINYINT', 'MEDIUMINT', 'INT2', 'INT4', 'INT32', 'SERIAL', 'SHORT', 'BYTE'],
    BIGINT: ['LONG', 'INT8', 'INT64', 'BIGSERIAL', 'UINT32'],
    DOUBLE: ['FLOAT', 'REAL', 'FLOAT4', 'FLOAT8', 'FLOAT64', 'BINARY_DOUBLE'],
    'DECIMAL(precision, scale)': ['NUMBER', 'NUMERIC', 'DEC', 'MONEY', 'UINT64'],
    BOOLEAN: ['BOOL', 'BIT'],
    TIMESTAMP: ['DATETIME', 'DATETIME2', 'TIMESTAMPTZ', 'TIMESTAMP_LTZ'],
    BYTES: ['BLOB', 'BINARY', 'VARBINARY', 'BYTEA', 'RAW'],
    'STRUCT<...>': ['ROW', 'RECORD', 'OBJECT'],
    'ARRAY<...>': ['LIST'],
  }).flatMap(([type, names]) => names.map((name) => [name, type] as const)),
)

function typeAdvice(name: string, customNames: Iterable<string>): string {
  const upper = name.toUpperCase()
  const example = EXAMPLES.get(upper)
  if (example !== undefined) return ` ${upper} needs the types of its parts, for instance ${example}.`
  const other = FOREIGN_TYPES.get(upper)
  return other === undefined
    ? suggestion(name, [...TYPE_NAMES, ...customNames], { label: 'Types' })
    : ` Write ${other} instead.`
}
