/** The column list of CREATE STREAM and CREATE TABLE. */
import { StatementError } from '../errors.ts'
import { resolveTypeNode } from '../expressions/type-node.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { ColumnDefinition } from '../sql/ast/definitions.ts'
import { type Column, type HeaderColumn, isSystemColumn, type Schema } from '../types/schema.ts'
import { array, BYTES, equalTypes, formatType, STRING, struct } from '../types/sql-type.ts'
import { place } from './errors.ts'

const ALL_HEADERS = array(
  struct([
    { name: 'KEY', type: STRING },
    { name: 'VALUE', type: BYTES },
  ]),
)

/** Key columns first, each part in the order written. Throws StatementError. */
export function declaredSchema(definitions: readonly ColumnDefinition[], { types }: Metastore): Schema {
  definitions.forEach(refuseReserved)
  refuseRepeated(definitions)
  const columns = definitions.map((definition) => ({
    definition,
    column: { name: definition.name, type: resolveTypeNode(definition.type, (name) => types.get(name), types.keys()) },
  }))
  const withRole = (...roles: ColumnDefinition['role'][]): Column[] =>
    columns.filter(({ definition }) => roles.includes(definition.role)).map(({ column }) => column)
  return {
    key: withRole('KEY', 'PRIMARY KEY'),
    value: withRole(null),
    headers: headerColumns(columns),
  }
}

function refuseReserved({ name, location }: ColumnDefinition): void {
  if (!isSystemColumn(name)) return
  throw new StatementError(`'${name}' is a reserved column name. You cannot use it as a name for a column.`, {
    location,
  })
}

function refuseRepeated(definitions: readonly ColumnDefinition[]): void {
  const seen = new Set<string>()
  for (const { name, location } of definitions) {
    if (seen.has(name)) {
      throw new StatementError(`${place(location)}Duplicate column names: ${name}. Give each column its own name.`, {
        location,
      })
    }
    seen.add(name)
  }
}

function headerColumns(columns: readonly { definition: ColumnDefinition; column: Column }[]): HeaderColumn[] {
  const headers = columns.filter(({ definition }) => definition.role === 'HEADERS' || definition.role === 'HEADER')
  return headers.map(({ definition, column }, i) => {
    const earlier = headers.slice(0, i).map((header) => header.definition.headerKey)
    checkHeaderType(definition, column)
    if (earlier.includes(null) || (definition.headerKey === null && i > 0)) {
      throw new StatementError('Schema already contains a HEADERS column.', { location: definition.location })
    }
    if (earlier.includes(definition.headerKey)) {
      throw new StatementError(`Schema already contains a HEADER('${definition.headerKey}') column.`, {
        location: definition.location,
      })
    }
    return { ...column, headerKey: definition.headerKey }
  })
}

function checkHeaderType({ headerKey, location }: ColumnDefinition, { type }: Column): void {
  const expected = headerKey === null ? ALL_HEADERS : BYTES
  if (equalTypes(type, expected)) return
  const name = headerKey === null ? 'HEADERS' : `HEADER('${headerKey}')`
  throw new StatementError(
    `Invalid type for ${name} column: expected ${formatType(expected)}, got ${formatType(type)}`,
    {
      location,
      peerClass: 'io.confluent.ksql.util.KsqlException',
    },
  )
}
