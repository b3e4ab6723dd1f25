/** CREATE TYPE and DROP TYPE. Source: ksqlDB's RegisterTypeFactory and DropTypeFactory. */
import { StatementError } from '../../errors.ts'
import { resolveTypeNode } from '../../expressions/type-node.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import type { CreateType, DropType } from '../../sql/ast/definitions.ts'
import { formatType, type SqlType } from '../../types/sql-type.ts'

/** The type, custom types in it expanded; null: it is there already, which IF NOT EXISTS allows. Throws StatementError. */
export function planCreateType({ name, type, ifNotExists }: CreateType, { types }: Metastore): SqlType | null {
  const existing = types.get(name)
  if (existing !== undefined && ifNotExists) return null
  if (existing !== undefined) {
    throw new StatementError(
      `Cannot register custom type '${name}' since it is already registered with type: ${formatType(existing)}`,
    )
  }
  return resolveTypeNode(type, (custom) => types.get(custom), types.keys())
}

/** False: there is no such type, which IF EXISTS allows. Throws StatementError. */
export function planDropType({ name, ifExists }: DropType, { types }: Metastore): boolean {
  if (types.has(name)) return true
  if (ifExists) return false
  const known = types.size === 0 ? '' : `\nExisting: ${[...types.keys()].join(', ')}.`
  throw new StatementError(`Type ${name} does not exist.${known}`)
}
