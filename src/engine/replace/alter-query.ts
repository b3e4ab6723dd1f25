/** ALTER STREAM/TABLE ... AS SELECT is CREATE OR REPLACE with the properties that the stream or table was made with. */
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import { findSource } from '../../metastore/lookup.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import type { AlterQuery, CreateAs } from '../../sql/ast/definitions.ts'
import type { Property } from '../../sql/ast/statement-node.ts'
import { definingProperties } from '../../sql/change-properties.ts'
import { formatStatement } from '../../sql/format-statement.ts'
import { parseStatements } from '../../sql/parse.ts'

/** Throws StatementError if there is no such stream or table, or no query writes it. */
export function createAsOf(
  { name, sourceKind, properties, query, location }: AlterQuery,
  metastore: Metastore,
): CreateAs {
  const existing = findSource(metastore, name, location)
  if (existing.kind !== sourceKind || !existing.isDerived) throw refusal(existing, sourceKind)
  const given = new Set(properties.map((property) => property.name.toUpperCase()))
  const kept = propertiesOf(existing).filter((property) => !given.has(property.name.toUpperCase()))
  const made = {
    kind: 'createAs',
    sourceKind,
    name,
    orReplace: true,
    ifNotExists: false,
    properties: [...kept, ...properties],
    query,
    ...(location !== undefined && { location }),
  } as const
  return { ...made, text: formatStatement({ ...made, text: '' }) }
}

function propertiesOf({ statement }: DataSource): readonly Property[] {
  const [made] = parseStatements(`${statement};`)
  if (made?.kind !== 'createAs') return []
  return definingProperties(made.properties)
}

function refusal({ name, kind, isDerived }: DataSource, given: AlterQuery['sourceKind']): StatementError {
  if (kind !== given) return new StatementError(`${name} is a ${kind}. Write ALTER ${kind} ${name} AS SELECT.`)
  return new StatementError(
    `No query writes ${name}${isDerived ? '' : ', which was created over its topic'}. ALTER ${kind} ${name} ADD COLUMN adds columns to it.`,
  )
}
