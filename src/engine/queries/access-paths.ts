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
import { type SnapshotSource, sampleQuery } from '../../plan/queries/snapshot-reads.ts'
import { functionsOf } from '../../plan/used-functions.ts'
import type { PullForm } from '../../runtime/query-runtime.ts'
import type { Query } from '../../sql/ast/query.ts'
import { INTEGER, quoteName } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import { keeperOf } from '../commands/table-keeper.ts'
import type { AccessPath } from '../describe/entities.ts'
import { indexListings } from '../describe/index-listings.ts'
import { pullId } from '../query-ids.ts'
import type { TopicScope } from '../scope.ts'
import { MatchedValues } from './matched-values.ts'

type PlannedRead = PlannedTablePull | PlannedStreamPull

/** A source that the query reads. Null: the query is what looks up or scans it. */
interface Read {
  readonly planned: PlannedRead
  readonly part: SnapshotSource | null
}

/** One for each source that the query reads. Empty: it is none that can be run as a pull query. */
export function accessPaths(query: Query, scope: TopicScope): AccessPath[] {
  return readsOf(query, scope).map((read) => describeRead(read, scope))
}

/** The same with the rows of each source that the query looks at on this server, as they are now. Throws StatementError. */
export async function analyzedPaths(query: Query, scope: TopicScope): Promise<AccessPath[]> {
  const reads = readsOf(query, scope)
  if (reads.length === 0 || reads.some(({ planned }) => planned.kind === 'stream')) {
    throw new StatementError(
      'EXPLAIN ANALYZE takes the id of a running query, or a pull query on tables whose rows queries keep.',
      { location: query.location },
    )
  }
  const matched = new MatchedValues(reads.flatMap(({ part }) => part ?? []))
  const paths: AccessPath[] = []
  for (const read of reads)
    paths.push({ ...describeRead(read, scope), rowsRead: await countRows(read, matched, scope) })
  return paths
}

function readsOf(query: Query, scope: TopicScope): Read[] {
  const { planning, parts } = scope
  const id = pullId(parts.clock.now())
  const { core } = splitOrder(query)
  try {
    if (!needsSnapshot(core, planning)) return [{ planned: planPullQuery(core, id, planning), part: null }]
    const { sources } = planSnapshotQuery(core, id, planning)
    return sources.map((part) => ({ planned: planPullQuery(sampleQuery(part), id, planning), part }))
  } catch (error) {
    // EXPLAIN also shows the steps of queries that can only be pushed.
    if (error instanceof StatementError) return []
    throw error
  }
}

function describeRead({ planned, part }: Read, scope: TopicScope): AccessPath {
  const path = describePlanned(planned, part?.advised ?? null, scope)
  const match = part?.match ?? null
  if (match === null) return path
  const by = `values of ${match.source}.${match.sourceColumn}`
  return {
    source: path.source,
    path: planned.kind === 'table' && planned.lookup.keys !== null ? `key lookup (${by})` : `${path.path} (${by})`,
  }
}

/** `joined`: a column whose index would spare reading all rows, where it is not a condition on the source that says so; null: none. */
function describePlanned(read: PlannedRead, joined: string | null, scope: TopicScope): AccessPath {
  const source = read.source.name
  if (read.kind === 'stream') return { source, path: 'whole topic' }
  const { keys, keyRange, windowStart, windowEnd } = read.lookup
  if (keys !== null) return { source, path: `key lookup (${keys.length} ${keys.length === 1 ? 'key' : 'keys'})` }
  if (keyRange !== null) return { source, path: 'key range' }
  if (read.index !== null) return { source, path: indexPath(read.index.name, scope) }
  if (windowStart !== null || windowEnd !== null) return { source, path: 'range of windows' }
  const column = adviseIndex(read, scope.planning) ?? joined
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

async function countRows({ planned, part }: Read, matched: MatchedValues, scope: TopicScope): Promise<number> {
  if (part === null) return countIn(readHere(planned as PlannedTablePull, COUNTED, scope))
  const query = matched.queryOf(part)
  if (query === null) return 0
  const { parts, planning } = scope
  const exact = planPullQuery(query, pullId(parts.clock.now()), planning) as PlannedTablePull
  if (matched.needs(part.step.id)) {
    const { predicate, columns } = exact
    const form = { predicate, columns, limit: null, ...functionsOf([predicate, columns], scope.catalog.metastore) }
    for await (const rows of readHere(exact, form, scope)) matched.note(part.step.id, rows)
  }
  return countIn(readHere(exact, COUNTED, scope))
}

async function countIn(batches: AsyncIterable<readonly Row[]>): Promise<number> {
  let count = 0
  for await (const rows of batches) count += rows.length
  return count
}

function readHere(
  { source, lookup, index }: PlannedTablePull,
  form: PullForm,
  { parts, catalog }: TopicScope,
): AsyncIterable<readonly Row[]> {
  const queryId = keeperOf(source.name, catalog)?.plan.queryId
  const here = queryId === undefined ? undefined : parts.runtime.locate(queryId, lookup.keys)?.here
  if (queryId === undefined || here === undefined) return noRows()
  return parts.runtime.pull(queryId, { pullId: pullId(parts.clock.now()), form, ...lookup, index }, here)
}

async function* noRows(): AsyncIterable<readonly Row[]> {}
