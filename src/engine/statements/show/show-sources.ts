/** SHOW STREAMS, SHOW TABLES, DESCRIBE STREAMS, DESCRIBE TABLES and DESCRIBE x. */
import type { SourceKind } from '../../../metastore/data-source.ts'
import { findSource } from '../../../metastore/lookup.ts'
import type {
  DescribeSource,
  DescribeStreams,
  DescribeTables,
  ShowStreams,
  ShowTables,
} from '../../../sql/ast/show-statements.ts'
import { describeSource as describe, listSource } from '../../describe/describe-source.ts'
import type { Scope } from '../../scope.ts'
import { atOnce, checked, type EntityBody } from '../handler.ts'

const sourcesOf = (kind: SourceKind, { catalog }: Scope) =>
  [...catalog.metastore.sources.values()].filter((source) => source.kind === kind)

async function descriptions(kind: SourceKind, extended: boolean, scope: Scope): Promise<EntityBody> {
  const described = sourcesOf(kind, scope).map((source) => describe(source, extended, scope.catalog, scope.parts))
  return { '@type': 'source_descriptions', sourceDescriptions: await Promise.all(described) }
}

export const showStreams = atOnce<ShowStreams>(({ extended }, scope) => {
  if (extended) return descriptions('STREAM', true, scope)
  return { '@type': 'streams', streams: sourcesOf('STREAM', scope).map((source) => listSource(source, 'STREAM')) }
})

export const showTables = atOnce<ShowTables>(({ extended }, scope) => {
  if (extended) return descriptions('TABLE', true, scope)
  return { '@type': 'tables', tables: sourcesOf('TABLE', scope).map((source) => listSource(source, 'TABLE')) }
})

export const describeStreams = atOnce<DescribeStreams>(({ extended }, scope) => descriptions('STREAM', extended, scope))

export const describeTables = atOnce<DescribeTables>(({ extended }, scope) => descriptions('TABLE', extended, scope))

export const describeSource = checked<DescribeSource>(({ name, extended }, scope) => {
  const source = findSource(scope.catalog.metastore, name)
  return async () => ({
    '@type': 'sourceDescription',
    sourceDescription: await describe(source, extended, scope.catalog, scope.parts),
  })
})
