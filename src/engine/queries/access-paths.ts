/** How a pull query reaches the rows that it reads: what EXPLAIN tells, and how many rows that are. */
import { splitOrder } from '../../analysis/pull-order.ts'
import { StatementError } from '../../errors.ts'
import {
  adviseIndex,
  type PlannedStreamPull,
  type PlannedTablePull,
  planPullQuery,
} from '../../plan/queries/pull-query.ts'
import { needsSnapshot, planSnapshotQuery } from '../../plan/queries/snapshot-query.ts'
import type { PullForm } from '../../runtime/query-runtime.ts'
import type { Query } from '../../sql/ast/query.ts'
import { INTEGER, quoteName } from '../../types/sql-type.ts'
import { keeperOf } from '../commands/table-keeper.ts'
import type { AccessPath } from '../describe/entities.ts'
import { indexListings } from '../describe/index-listings.ts'
import { pullId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'

type PlannedRead = PlannedTablePull | PlannedStreamPull

/** One for each source that the query reads. Empty: it is none that can be run as a pull query. */
export function accessPaths(query: Query, scope: TopicScope): AccessPath[] {
  return readsOf(query, scope).map((read) => describeRead(read, scope))
}

/** The same with the rows of each source that the query looks at on this server, as they are now. Throws StatementError. */
export async function analyzedPaths(query: Query, scope: TopicScope): Promise<AccessPath[]> {
  const reads = readsOf(query, scope)
  if (reads.length === 0 || reads.some(({ kind }) => kind === 'stream')) {
    throw new StatementError(
      'EXPLAIN ANALYZE takes the id of a running query, or a pull query on tables whose rows queries keep.',
      { location: query.location },
    )
  }
  const paths: AccessPath[] = []
  for (const read of reads as readonly PlannedTablePull[])
    paths.push({ ...describeRead(read, scope), rowsRead: await countRows(read, scope) })
  return paths
}

function readsOf(query: Query, scope: TopicScope): PlannedRead[] {
  const { planning, parts } = scope
  const id = pullId(parts.clock.now())
  const { core } = splitOrder(query)
  try {
    const sources = needsSnapshot(core, planning)
      ? planSnapshotQuery(core, id, planning).sources.map((source) => source.query)
      : [core]
    return sources.map((source) => planPullQuery(source, id, planning))
  } catch (error) {
    // EXPLAIN also shows the steps of queries that can only be pushed.
    if (error instanceof StatementError) return []
    throw error
  }
}

function describeRead(read: PlannedRead, scope: TopicScope): AccessPath {
  const source = read.source.name
  if (read.kind === 'stream') return { source, path: 'whole topic' }
  const { keys, keyRange, windowStart, windowEnd } = read.lookup
  if (keys !== null) return { source, path: `key lookup (${keys.length} ${keys.length === 1 ? 'key' : 'keys'})` }
  if (keyRange !== null) return { source, path: 'key range' }
  if (read.index !== null) return { source, path: indexPath(read.index.name, scope) }
  if (windowStart !== null || windowEnd !== null) return { source, path: 'range of windows' }
  const column = adviseIndex(read, scope.planning)
  if (column === null) return { source, path: 'full scan' }
  const index = quoteName(`${source}_BY_${column}`)
  return {
    source,
    path: 'full scan',
    advice: `CREATE INDEX ${index} ON ${quoteName(source)} (${quoteName(column)}); lets the query read only the rows that it needs.`,
  }
}

function indexPath(name: string, { catalog, parts }: TopicScope): string {
  const index = catalog.metastore.indexes.get(name)!
  const isReady = indexListings([index], catalog, parts).every(({ state }) => state === 'READY')
  return isReady ? `index ${name}` : `index ${name}, which is being built: full scan until it is ready`
}

/** Gives a row for each one that is looked at. */
const COUNTED: PullForm = {
  predicate: null,
  columns: [{ name: 'ONE', type: INTEGER, text: '1', expression: { kind: 'literal', type: INTEGER, value: 1 } }],
  limit: null,
}

async function countRows({ source, lookup, index }: PlannedTablePull, scope: TopicScope): Promise<number> {
  const { parts, catalog } = scope
  const queryId = keeperOf(source.name, catalog)?.plan.queryId
  const here = queryId === undefined ? undefined : parts.runtime.locate(queryId, lookup.keys)?.here
  if (queryId === undefined || here === undefined) return 0
  const pull = { pullId: pullId(parts.clock.now()), form: COUNTED, ...lookup, index }
  let count = 0
  for await (const rows of parts.runtime.pull(queryId, pull, here)) count += rows.length
  return count
}
