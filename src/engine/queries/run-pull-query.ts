/**
 * Pull queries. What looks up or scans one source is answered row by row; all else is computed over the rows of its sources, and an order over
 * those of its result.
 */
import { type OrderedQuery, splitOrder } from '../../analysis/pull-order.ts'
import { StatementError } from '../../errors.ts'
import { needsSnapshot, planSnapshotQuery } from '../../plan/queries/snapshot-query.ts'
import type { Query } from '../../sql/ast/query.ts'
import type { QueryStatement } from '../../sql/ast/session-statements.ts'
import { formatQuery } from '../../sql/format.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { RowStream, StreamedRow } from '../api.ts'
import { pullId } from '../query-ids.ts'
import type { QueryRequest } from '../requests.ts'
import type { TopicScope } from '../scope.ts'
import { COMPLETED, Flow, type FlowSink } from './flow.ts'
import { orderRows } from './order-rows.ts'
import { collectRows, RowLimit } from './read-rows.ts'
import { openSimplePull } from './run-simple-pull.ts'
import { snapshotRows } from './snapshot-rows.ts'

/** Rows that are passed on at once. */
const BATCH = 1_000

/** Plans the query; it runs once it is subscribed to. `request`: forwarded to servers that have part of the rows. Throws StatementError. */
export function openPull({ query }: QueryStatement, scope: TopicScope, request: QueryRequest): RowStream {
  const isSnapshot = needsSnapshot(query, scope.planning)
  if (!isSnapshot && query.orderBy === undefined && query.offset === undefined) {
    return openSimplePull(query, scope, request, { isWhole: true })
  }
  if (!isSnapshot) refuseOrderOfStream(query, scope)
  const ordered = splitOrder(query)
  const hasStar = query.items.some(({ kind }) => kind !== 'singleColumn')
  return isSnapshot || (hasStar && ordered.hidden > 0)
    ? openSnapshot(ordered, scope, request)
    : openOrdered(ordered, scope, request)
}

/** ksqlDB does not parse ORDER BY; clients match on its words. */
function refuseOrderOfStream({ from, orderBy, location }: Query, { planning }: TopicScope): void {
  const item = orderBy?.[0]
  if (item === undefined || from.kind !== 'source' || planning.metastore.sources.get(from.name)?.kind !== 'STREAM')
    return
  const place = item.location ?? location
  const ours = 'ORDER BY is for tables: a stream has its order already. Aggregate it, or make a table of it.'
  const by =
    place === undefined ? '' : `\nline ${place.line}:${Math.max(1, place.column - 'BY '.length)}: Syntax Error\n`
  throw new StatementError(ours + by, { location: place })
}

/** One table, sorted. */
function openOrdered(ordered: OrderedQuery, scope: TopicScope, request: QueryRequest): RowStream {
  const own = asRequest(ordered.core, request)
  const { subscribeJson: _unsorted, ...inner } = openSimplePull(ordered.core, scope, own, { isWhole: false })
  const columns = inner.columns.slice(0, inner.columns.length - ordered.hidden)
  const limit = rowLimit(scope)
  const flow = new Flow<StreamedRow>(inner.queryId, async (sink) => {
    const rows: Row[] = []
    await collectRows(inner, limit, sink.signal, (read) => void rows.push(...read))
    await emitRows(orderRows(rows, ordered, inner.columns), sink)
    return COMPLETED
  })
  return {
    ...inner,
    columns,
    schemaText: ordered.hidden === 0 ? inner.schemaText : columns.map(formatColumn).join(', '),
    subscribe: (subscriber) => flow.subscribe(subscriber),
    close: () => flow.close(),
  }
}

function openSnapshot(ordered: OrderedQuery, scope: TopicScope, request: QueryRequest): RowStream {
  const queryId = pullId(scope.parts.clock.now())
  const planned = planSnapshotQuery(ordered.core, queryId, scope.planning)
  const open = (part: Query) => openSimplePull(part, scope, asRequest(part, request), { isWhole: false })
  // Opened here where it can be, so that a refusal comes before any row.
  const sources = planned.sources.map((source) => ({
    ...source,
    rows: source.match === null ? open(source.query) : null,
  }))
  const limit = rowLimit(scope)
  const flow = new Flow<StreamedRow>(queryId, async (sink) => {
    const rows = await snapshotRows({ planned, sources, open, limit, signal: sink.signal, scope })
    await emitRows(orderRows(rows, ordered, planned.columns), sink)
    return COMPLETED
  })
  const columns: Column[] = planned.columns
    .slice(0, planned.columns.length - ordered.hidden)
    .map(({ name, type }) => ({ name, type }))
  return {
    kind: 'pullTable',
    queryId,
    columns,
    schemaText: columns.map(formatColumn).join(', '),
    keyColumns: [],
    subscribe: (subscriber) => flow.subscribe(subscriber),
    async close() {
      await flow.close()
      await Promise.all(sources.map(({ rows }) => rows?.close()))
    },
  }
}

/** The request that other servers get for their part of the rows. */
const asRequest = (query: Query, request: QueryRequest): QueryRequest => ({
  ...request,
  sql: `${formatQuery(query)};`,
  variables: {},
})

const rowLimit = ({ config }: TopicScope): RowLimit => new RowLimit(config.number('millrace.query.pull.max.rows'))

async function emitRows(rows: readonly Row[], sink: FlowSink<StreamedRow>): Promise<void> {
  for (let i = 0; i < rows.length; i += BATCH) {
    await sink.emit(rows.slice(i, i + BATCH).map((row) => ({ row, tombstone: false })))
  }
}
