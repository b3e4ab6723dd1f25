/** Pull queries: the rows of a materialized table, or of a stream's topic up to its end. */
import { StatementError } from '../../errors.ts'
import { type PlannedStreamPull, type PlannedTablePull, planPullQuery } from '../../plan/queries/pull-query.ts'
import { functionsOf } from '../../plan/used-functions.ts'
import type { PullRequest } from '../../runtime/query-runtime.ts'
import type { QueryStatement } from '../../sql/ast.ts'
import type { RowStream, StreamEnd, StreamedRow } from '../api.ts'
import type { Catalog } from '../commands/catalog.ts'
import { pullId } from '../query-ids.ts'
import type { QueryRequest } from '../requests.ts'
import type { TopicScope } from '../scope.ts'
import { CLOSED, COMPLETED, Flow, type FlowSink } from './flow.ts'
import { standbyReads } from './pull-route.ts'
import { pullTable } from './pull-routing.ts'
import { scanStream } from './stream-scan.ts'

/** Plans the query; it runs once it is subscribed to. `request`: forwarded to servers that have part of the rows. Throws StatementError. */
export function openPull({ query }: QueryStatement, scope: TopicScope, request: QueryRequest): RowStream {
  const queryId = pullId(scope.parts.clock.now())
  const planned = planPullQuery(query, queryId, scope.planning)
  const flow =
    planned.kind === 'table'
      ? new Flow<StreamedRow>(queryId, tableSource(planned, queryId, scope, request))
      : new Flow<StreamedRow>(queryId, (sink) => scanStream(planned.plan, planned.limit, sink, scope))
  return {
    kind: planned.kind === 'table' ? 'pullTable' : 'pullStream',
    queryId,
    columns: columnsOf(planned),
    schemaText: planned.schemaText,
    keyColumns: planned.kind === 'table' ? planned.keyColumns : [],
    subscribe: (subscriber) => flow.subscribe(subscriber),
    close: () => flow.close(),
  }
}

const columnsOf = ({ columns }: PlannedTablePull | PlannedStreamPull) =>
  columns.map(({ name, type }) => ({ name, type }))

function tableSource(planned: PlannedTablePull, pullId: string, scope: TopicScope, request: QueryRequest) {
  const { parts, catalog, session } = scope
  const { lookup, predicate, columns, limit, source } = planned
  const queryId = materializingQuery(source.name, catalog)
  const pull: PullRequest = {
    pullId,
    ...lookup,
    predicate,
    columns,
    limit,
    ...functionsOf([predicate, columns], catalog.metastore),
  }
  const table = { queryId, table: source.name, pull, columns, request, reads: standbyReads(session.config) }
  return async ({ emit, signal }: FlowSink<StreamedRow>): Promise<StreamEnd> => {
    let left = limit ?? Number.POSITIVE_INFINITY
    if (left === 0) return COMPLETED
    for await (const rows of pullTable(table, parts, signal)) {
      if (signal.aborted) return CLOSED
      await emit(rows.slice(0, left).map((row) => ({ row, tombstone: false })))
      left -= rows.length
      if (left <= 0) break
    }
    return COMPLETED
  }
}

/** The query that materializes the table. */
function materializingQuery(table: string, { queries }: Catalog): string {
  for (const { link, plan } of queries.values()) {
    const keeps =
      link.kind === 'CREATE_AS' ? link.writes === table : link.kind === 'CREATE_SOURCE' && link.reads[0] === table
    if (keeps && plan.materialization !== null) return link.queryId
  }
  throw new StatementError(
    `The rows of \`${table}\` are not kept in a form that pull queries can read. Add EMIT CHANGES.`,
  )
}
