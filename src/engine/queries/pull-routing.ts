/**
 * Pull queries in a cluster: each partition of the table is read on the server that has it, this one or another, and the rows are merged.
 * While slots move, the query waits, or reads copies; it is answered from all partitions that it needs, or not at all. Source: ksqlDB's
 * `HARouting`.
 */
import { sleep, type Timer } from '../../clock.ts'
import { QueryError, RequestError } from '../../errors.ts'
import { merge } from '../../runtime/queries/merge.ts'
import type { PullRequest, QueryRuntime } from '../../runtime/query-runtime.ts'
import { type JsonRows, jsonRows, type RowWriter, rowWriter } from '../../types/row-json.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { Config } from '../config/config.ts'
import type { FlowSink } from './flow.ts'
import { PeerRefusal, pullFromPeer } from './peer-rows.ts'
import { allHere, lookForRoute, type Route, type RoutedPull, type RouteParts, skipsForwarding } from './pull-route.ts'

/** A planned pull query on a materialized table. */
export interface TablePull extends RoutedPull {
  /** Name of the table, for messages. */
  readonly table: string
  readonly pull: PullRequest
  readonly columns: readonly Pick<Column, 'type'>[]
}

const LOOK_AGAIN_MS = 50
/** How long a server waits for a partition that another server requests: the other one may know of a copy elsewhere. */
const PEER_WAIT_MS = 200
/** How long a server may take to begin its answer where another could give it. */
const FIRST_ROWS_MS = 500

interface RoutingParts extends RouteParts {
  readonly timer: Timer
  readonly runtime: Pick<QueryRuntime, 'status' | 'locate' | 'pull'>
  readonly config: Config
  /** Why a query could not be started here; undefined if it could. */
  readonly startFailure: (queryId: string) => string | undefined
}

/**
 * Batches of rows, in no order. Rejects, or reading them does, with a QueryError if the query that fills the table has failed, and with a
 * RequestError if a partition is not available in time.
 */
export async function pullTable(
  table: TablePull,
  parts: RoutingParts,
  caller: Caller,
): Promise<AsyncIterable<readonly Row[]>> {
  const here = servedHere(table, parts)
  return here === null ? pullFromServers(table, parts, caller) : parts.runtime.pull(table.queryId, table.pull, here)
}

/** As `pullTable`, with the rows as JSON, which those of this server are already. */
export async function pullTableJson(
  table: TablePull,
  parts: RoutingParts & { readonly runtime: Pick<QueryRuntime, 'pullJson'> },
  caller: Caller,
): Promise<AsyncIterable<JsonRows>> {
  const here = servedHere(table, parts)
  return here === null
    ? asJson(pullFromServers(table, parts, caller), rowWriter(table.columns.map(({ type }) => type)))
    : parts.runtime.pullJson(table.queryId, table.pull, here)
}

async function* asJson(batches: AsyncIterable<readonly Row[]>, write: RowWriter): AsyncIterable<JsonRows> {
  for await (const rows of batches) yield jsonRows(rows, write)
}

/** The partitions that the query reads, if it needs no other server. Throws a QueryError if the query that fills the table never started. */
function servedHere(table: TablePull, parts: RoutingParts): readonly number[] | null {
  const neverStarted = parts.startFailure(table.queryId)
  if (neverStarted !== undefined) throw failed(table, neverStarted)
  return table.reads.isEnabled ? null : allHere(table, parts)
}

/** The subscriber of the query; a part of a flow's sink. */
type Caller = Pick<FlowSink<never>, 'signal'>

async function* pullFromServers(
  table: TablePull,
  parts: RoutingParts,
  { signal }: Caller,
): AsyncIterable<readonly Row[]> {
  const timeoutMs = parts.config.number('ksql.query.pull.forwarding.timeout.ms')
  const until = parts.timer.elapsed() + timeoutMs
  const routableUntil = skipsForwarding(table) ? parts.timer.elapsed() + PEER_WAIT_MS : until
  const failedServers = new Set<string>()
  for (let isAnswered = false; !isAnswered && !signal.aborted; ) {
    const route = await findRoute(table, parts, { until: routableUntil, signal, failedServers })
    if (route.elsewhere.size === 0 && !table.reads.isEnabled)
      return yield* parts.runtime.pull(table.queryId, table.pull, route.here)
    try {
      const sources = await begun(sourcesOf(route, table, parts, timeoutMs), {
        timer: parts.timer,
        onFailure: (address, error) => {
          failedServers.add(address)
          // A server that refuses is alive, and may have other partitions.
          if (!(error instanceof PeerRefusal)) parts.health.suspect(address)
        },
      })
      isAnswered = true
      return yield* merge(sources)
    } catch (error) {
      // Slots may have moved since the route was found. Rows that a client has received cannot be taken back.
      if (isAnswered || parts.timer.elapsed() >= until) throw unavailable(table, error)
      await sleep(parts.timer, LOOK_AGAIN_MS, { signal })
    }
  }
}

/** A part of the answer. */
interface Source {
  /** URL of the server that gives it; null: this one. */
  readonly address: string | null
  readonly rows: AsyncIterable<readonly Row[]>
  /** How long it may take to begin; null: as long as it likes. */
  readonly beginsWithinMs: number | null
}

function sourcesOf(
  { here, elsewhere, replaceable }: Route,
  table: TablePull,
  { runtime, peers }: RoutingParts,
  timeoutMs: number,
): Source[] {
  const { queryId, pull, columns, request, reads } = table
  const own = () => runtime.pull(queryId, pull, here, { standbys: reads.isEnabled })
  const local: Source[] = here.length === 0 ? [] : [{ address: null, rows: own(), beginsWithinMs: null }]
  const remote = [...elsewhere].map(
    ([address, partitions]): Source => ({
      address,
      rows: pullFromPeer(peers!, {
        address,
        request,
        partitions,
        columns,
        timeoutMs,
        isSnapshot: pull.isSnapshot === true,
      }),
      beginsWithinMs: replaceable.has(address) ? FIRST_ROWS_MS : null,
    }),
  )
  return [...local, ...remote]
}

interface Beginning {
  readonly timer: Timer
  /** Called with a server that could not answer. */
  readonly onFailure: (address: string, error: unknown) => void
}

/** Resolves when each source has begun to answer. If one refuses or takes too long, ends all of them and rejects. */
async function begun(
  sources: readonly Source[],
  { timer, onFailure }: Beginning,
): Promise<AsyncIterable<readonly Row[]>[]> {
  const iterators = sources.map(({ rows }) => rows[Symbol.asyncIterator]())
  const firsts = await Promise.allSettled(
    iterators.map((iterator, index) => within(iterator.next(), sources[index]!, timer)),
  )
  const failed = firsts.findIndex((first) => first.status === 'rejected')
  if (failed >= 0) {
    for (const [index, { address }] of sources.entries()) {
      const first = firsts[index]!
      if (first.status === 'rejected' && address !== null) onFailure(address, first.reason)
    }
    // One that does not answer does not end either: nothing waits for it.
    for (const iterator of iterators) void iterator.return?.()?.catch(() => {})
    throw (firsts[failed] as PromiseRejectedResult).reason
  }
  return iterators.map((iterator, index) =>
    following((firsts[index] as PromiseFulfilledResult<IteratorResult<readonly Row[]>>).value, iterator),
  )
}

async function within<Result>(
  first: Promise<Result>,
  { address, beginsWithinMs }: Source,
  timer: Timer,
): Promise<Result> {
  if (beginsWithinMs === null) return first
  const isOver = new AbortController()
  const late = sleep(timer, beginsWithinMs, { signal: isOver.signal }).then(() => {
    throw new Error(`The server at ${address} did not begin to answer within ${beginsWithinMs} ms.`)
  })
  late.catch(() => {})
  first.catch(() => {})
  return Promise.race([first, late]).finally(() => isOver.abort())
}

async function* following<Item>(first: IteratorResult<Item>, rest: AsyncIterator<Item>): AsyncIterable<Item> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

async function findRoute(
  table: TablePull,
  parts: RoutingParts,
  {
    until,
    signal,
    failedServers,
  }: { readonly until: number; readonly signal: AbortSignal; readonly failedServers: ReadonlySet<string> },
): Promise<Route> {
  const { runtime } = parts
  for (;;) {
    const { route, reason } = await lookForRoute(table, parts, failedServers)
    if (route !== null) return route
    const status = runtime.status(table.queryId)
    const state = status?.state
    if (state === 'ERROR' && reason === 'moving')
      throw failed(table, status?.failures.at(-1)?.message ?? 'unknown cause')
    const isHopeless = state === undefined || state === 'ERROR' || state === 'NOT_RUNNING'
    if (isHopeless || reason === 'elsewhere' || signal.aborted || parts.timer.elapsed() >= until)
      throw unavailable(table)
    await sleep(parts.timer, LOOK_AGAIN_MS, { signal })
  }
}

/** The failure itself was logged when it happened. */
function failed({ queryId, table }: TablePull, cause: string): QueryError {
  const reason = cause.replace(/\.$/, '')
  return new QueryError(`${queryId}, which fills ${table}, is in ERROR: ${reason}. See EXPLAIN ${queryId};`, {
    queryId,
    type: 'USER',
  })
}

function unavailable({ queryId }: TablePull, cause?: unknown): RequestError {
  const why = cause instanceof Error ? ` ${cause.message}` : ''
  return new RequestError(
    'SERVER_ERROR',
    `No server has all partitions of the table at work that this query reads.${why} Query ${queryId} may be starting, moving or in error: see EXPLAIN ${queryId}; and try again.`,
    { cause },
  )
}
