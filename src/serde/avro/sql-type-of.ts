/** What an Avro type is in SQL. Source: Confluent's AvroData and ksqlDB's ConnectKsqlSchemaTranslator. */
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
import { type AvroType, branchName, entriesOf, type LogicalType, nullableOf } from './schema.ts'

/** Names stay as they are. Null: SQL has no such type; fields and alternatives of such types are left out. */
export function sqlTypeOf(type: AvroType): SqlType | null {
  switch (type.kind) {
    case 'null':
      return null
    case 'boolean':
      return BOOLEAN
    case 'int':
      return timeOf(type.logical) ?? INTEGER
    case 'long':
      return timeOf(type.logical) ?? BIGINT
    case 'float':
    case 'double':
      return DOUBLE
    case 'string':
    case 'enum':
      return STRING
    case 'bytes':
    case 'fixed':
      return decimalOf(type.logical) ?? BYTES
    case 'array':
      return arrayOf(type)
    case 'map':
      return mapOf(STRING, sqlTypeOf(type.values))
    case 'record':
      return structOf(type.fields)
    case 'union': {
      const single = nullableOf(type)
      if (single !== null) return sqlTypeOf(single)
      return structOf(
        type.branches.flatMap((branch) => (branch.kind === 'null' ? [] : [{ name: branchName(branch), type: branch }])),
      )
    }
  }
}

/** Only milliseconds are times to Kafka Connect; finer units are numbers. */
function timeOf(logical: LogicalType | null): SqlType | null {
  if (logical === null || logical.kind === 'decimal' || logical.perMs !== 1) return null
  return { date: DATE, time: TIME, timestamp: TIMESTAMP }[logical.kind]
}

/** Decimals of more digits than SQL has get as many as there are: their values mostly fit. */
function decimalOf(logical: LogicalType | null): SqlType | null {
  if (logical?.kind !== 'decimal' || logical.scale > MAX_PRECISION) return null
  return decimal(Math.min(logical.precision, MAX_PRECISION), logical.scale)
}

function arrayOf(type: AvroType & { readonly kind: 'array' }): SqlType | null {
  const entries = entriesOf(type)
  if (entries !== null) return mapOf(sqlTypeOf(entries.key.type), sqlTypeOf(entries.value.type))
  const element = sqlTypeOf(type.items)
  return element === null ? null : array(element)
}

/** Keys become texts. */
function mapOf(key: SqlType | null, value: SqlType | null): SqlType | null {
  return key === null || value === null || !KEYS.has(key.kind) ? null : map(STRING, value)
}

const KEYS: ReadonlySet<SqlType['kind']> = new Set(['STRING', 'BOOLEAN', 'INTEGER', 'BIGINT'] as const)

function structOf(parts: readonly { readonly name: string; readonly type: AvroType }[]): SqlType | null {
  const fields: StructField[] = []
  for (const { name, type } of parts) {
    const sqlType = sqlTypeOf(type)
    if (sqlType !== null) fields.push({ name, type: sqlType })
  }
  return fields.length === 0 ? null : struct(fields)
}
