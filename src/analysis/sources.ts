/** FROM: the sources of a query in written order, and which columns each offers. */

import type { DataSource } from '../metastore/data-source.ts'
import { findSource } from '../metastore/lookup.ts'
import type { Metastore } from '../metastore/metastore.ts'
import type { Derived, Join, Relation, Source } from '../sql/ast/query.ts'
import { allColumns, type Column, PSEUDO_COLUMNS, ROWPARTITION, WINDOW_BOUNDS } from '../types/schema.ts'
import { BIGINT, INTEGER } from '../types/sql-type.ts'
import type { AnalyzedSource } from './analysis.ts'
import { refuse } from './errors.ts'

/** All sources, left-most first, and the joins between them in written order. */
export function flattenRelation(relation: Relation): { sources: (Source | Derived)[]; joins: Join[] } {
  if (relation.kind !== 'join') return { sources: [relation], joins: [] }
  const { sources, joins } = flattenRelation(relation.left)
  return { sources: [...sources, relation.right], joins: [...joins, relation] }
}

/** What stands for a query in FROM under that alias. */
export type Derive = (derived: Derived, alias: string) => DataSource

export function analyzeSources(relation: Relation, metastore: Metastore, derive: Derive): AnalyzedSource[] {
  const { sources, joins } = flattenRelation(relation)
  const analyzed = sources.map((from, i) => {
    const { location } = from
    if (from.kind === 'source') {
      return { alias: from.alias, source: findSource(metastore, from.name, location), location }
    }
    const alias = from.alias ?? `KSQL_QUERY_${i}`
    return { alias, source: derive(from, alias), location, ...(from.isHidden && { isHidden: true as const }) }
  })
  refuseRepeatedSources(analyzed, joins.length)
  refuseRepeatedAliases(analyzed)
  return analyzed
}

export function refuseDerived({ location }: Derived): never {
  return refuse(
    'A SELECT in FROM is not supported here. Give it a name, CREATE STREAM x AS SELECT ...;, and read FROM x.',
    location,
  )
}

function refuseRepeatedAliases(sources: readonly AnalyzedSource[]): void {
  sources.forEach(({ alias, location }, i) => {
    if (sources.findIndex((other) => other.alias === alias) === i) return
    refuse(`Two sources are called ${alias}. Give one of them another alias.`, location)
  })
}

const AGAIN = '\nCreate a second stream or table over the same topic, and join with that.'

function refuseRepeatedSources(sources: readonly AnalyzedSource[], joins: number): void {
  sources.forEach(({ source, location }, i) => {
    if (sources.findIndex((other) => other.source.name === source.name) === i) return
    if (joins === 1) {
      refuse(`Can not join '${source.name}' to '${source.name}': self joins are not yet supported.${AGAIN}`, location)
    }
    refuse(
      `N-way joins do not support multiple occurrences of the same source. Source: '${source.name}'.${AGAIN}`,
      location,
    )
  })
}

export const systemColumns = (source: DataSource): readonly Column[] => [
  ...(source.isQuery === true ? [] : PSEUDO_COLUMNS).map((name) => ({
    name,
    type: name === ROWPARTITION ? INTEGER : BIGINT,
  })),
  ...(source.window === null ? [] : WINDOW_BOUNDS.map((name) => ({ name, type: BIGINT }))),
]

/** Every column that an expression may read of a source. */
export const readableColumns = (source: DataSource): readonly Column[] => [
  ...allColumns(source.schema),
  ...systemColumns(source),
]

export const hasColumn = (source: DataSource, name: string): boolean =>
  readableColumns(source).some((column) => column.name === name)
