/** Pull queries that look up or scan: the rows of a materialized table, or of a stream's topic up to its end. */
import { StatementError } from '../../errors.ts'
import type { Metastore } from '../../metastore/metastore.ts'
import { type PlannedStreamPull, planPullQuery } from '../../plan/queries/pull-query.ts'
import { functionsOf } from '../../plan/used-functions.ts'
import type { PullRequest } from '../../runtime/query-runtime.ts'
import type { Query } from '../../sql/ast/query.ts'
import { firstRows, type JsonRows } from '../../types/row-json.ts'
import type { RowStream, StreamEnd, StreamedRow } from '../api.ts'
import { standbyReads } from '../cluster/standby-reads.ts'
import type { Catalog } from '../commands/catalog.ts'
import { keeperOf } from '../commands/table-keeper.ts'
import type { EngineParts } from '../parts.ts'
import type { TablePullPlan } from '../pull-plans.ts'
import { pullId } from '../query-ids.ts'
import type { QueryRequest } from '../requests.ts'
import type { TopicScope } from '../scope.ts'
import { CLOSED, COMPLETED, Flow, type FlowSink } from './flow.ts'
import { pullTable, pullTableJson, type TablePull } from './pull-routing.ts'
import { scanStream } from './stream-scan.ts'

/**
 * Plans the query; it runs once it is subscribed to. `request`: forwarded to servers that have part of the rows. `isWhole`: the query is what the
 * request's text says, so that its plan can be kept for texts of that form; otherwise something is computed over its rows, which are then those
 * of one moment. Throws StatementError.
 */
export function openSimplePull(
  query: Query,
  scope: TopicScope,
  request: QueryRequest,
  { isWhole }: { readonly isWhole: boolean },
): RowStream {
  const { parts, catalog, session } = scope
  const queryId = pullId(parts.clock.now())
  const planned = planPullQuery(query, queryId, scope.planning)
  if (planned.kind === 'stream') return openStreamPull(planned, queryId, scope)
  const { predicate, columns, limit, source } = planned
  const materializedBy = materializingQuery(source.name, catalog)
  const waitMs = session.config.number('millrace.query.pull.wait.ms')
  const plan: TablePullPlan = {
    planned,
    form: { predicate, columns, limit, ...functionsOf([predicate, columns], catalog.metastore) },
    materializedBy,
    reads: standbyReads(session.config),
    catchUp: waitMs === 0 ? null : { queryIds: feedingQueries(materializedBy, catalog.metastore), waitMs },
    ...(!isWhole && { isSnapshot: true }),
  }
  if (isWhole) parts.pullPlans.keep(request, query, plan, catalog)
  return openTablePull(plan, parts, request)
}

/** A planned pull query on a table. It runs once it is subscribed to. */
export function openTablePull(plan: TablePullPlan, parts: EngineParts, request: QueryRequest): RowStream {
  const queryId = pullId(parts.clock.now())
  const { columns, schemaText, keyColumns } = plan.planned
  const table = routedPull(plan, queryId, request)
  const rows = new Flow<StreamedRow>(queryId, (sink) => emitRows(table, plan, parts, sink))
  const json = new Flow<JsonRows>(queryId, (sink) => emitJson(table, plan, parts, sink))
  return {
    kind: 'pullTable',
    queryId,
    columns,
    schemaText,
    keyColumns,
    subscribe: (subscriber) => rows.subscribe(subscriber),
    subscribeJson: (subscriber) => json.subscribe(subscriber),
    async close() {
      await rows.close()
      await json.close()
    },
  }
}

function openStreamPull({ plan, limit, columns, schemaText }: PlannedStreamPull, queryId: string, scope: TopicScope) {
  const flow = new Flow<StreamedRow>(queryId, (sink) => scanStream(plan, limit, sink, scope))
  return streamOf(flow, { kind: 'pullStream', columns, schemaText, keyColumns: [] })
}

const streamOf = (
  flow: Flow<StreamedRow>,
  facts: Pick<RowStream, 'kind' | 'columns' | 'schemaText' | 'keyColumns'>,
): RowStream => ({
  ...facts,
  queryId: flow.queryId,
  subscribe: (subscriber) => flow.subscribe(subscriber),
  close: () => flow.close(),
})

function routedPull(
  { planned, form, materializedBy, reads, isSnapshot }: TablePullPlan,
  pullId: string,
  request: QueryRequest,
): TablePull {
  const { lookup, index, columns, source } = planned
  const isOfOneMoment = isSnapshot ?? request.routing?.isSnapshot ?? false
  const pull: PullRequest = { pullId, form, ...lookup, index, ...(isOfOneMoment && { isSnapshot: true }) }
  return { queryId: materializedBy, table: source.name, pull, columns, request, reads }
}

async function emitRows(
  table: TablePull,
  { planned, catchUp }: TablePullPlan,
  parts: EngineParts,
  sink: FlowSink<StreamedRow>,
): Promise<StreamEnd> {
  let left = planned.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return COMPLETED
  if (catchUp !== null) await parts.runtime.catchUp(catchUp.queryIds, catchUp.waitMs)
  for await (const rows of await pullTable(table, parts, sink)) {
    if (sink.isClosed) return CLOSED
    await sink.emit((rows.length > left ? rows.slice(0, left) : rows).map((row) => ({ row, tombstone: false })))
    left -= rows.length
    if (left <= 0) break
  }
  return COMPLETED
}

async function emitJson(
  table: TablePull,
  { planned, catchUp }: TablePullPlan,
  parts: EngineParts,
  sink: FlowSink<JsonRows>,
): Promise<StreamEnd> {
  let left = planned.limit ?? Number.POSITIVE_INFINITY
  if (left === 0) return COMPLETED
  if (catchUp !== null) await parts.runtime.catchUp(catchUp.queryIds, catchUp.waitMs)
  for await (const rows of await pullTableJson(table, parts, sink)) {
    if (sink.isClosed) return CLOSED
    await sink.emit([firstRows(rows, left)])
    left -= rows.count
    if (left <= 0) break
  }
  return COMPLETED
}

/** The query, and those that write what it reads. */
function feedingQueries(queryId: string, { queries }: Metastore): string[] {
  const found = new Set([queryId])
  for (const id of found) {
    const reads = queries.get(id)?.reads ?? []
    for (const other of queries.values())
      if (other.writes !== null && reads.includes(other.writes)) found.add(other.queryId)
  }
  return [...found]
}

/** The query that materializes the table. */
function materializingQuery(table: string, catalog: Catalog): string {
  const keeper = keeperOf(table, catalog)
  if (keeper !== undefined) return keeper.link.queryId
  throw new StatementError(
    `The rows of \`${table}\` are not kept in a form that pull queries can read. Add EMIT CHANGES.`,
  )
}
