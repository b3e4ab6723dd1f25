/**
 * Pull queries in a cluster: each partition of the table is read on the server that has it, this one or another, and the rows are merged.
 * While slots move, the query waits; it is answered from all partitions that it needs, or not at all. Source: ksqlDB's `HARouting`.
 */
import { sleep, type Timer } from '../../clock.ts'
import { QueryError, RequestError } from '../../errors.ts'
import { merge } from '../../runtime/queries/merge.ts'
import type { PullRequest, QueryRuntime } from '../../runtime/query-runtime.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import type { Peers } from '../cluster/peers.ts'
import type { Config } from '../config/config.ts'
import type { QueryRequest } from '../requests.ts'
import { pullFromPeer } from './peer-rows.ts'

/** A planned pull query on a materialized table. */
export interface TablePull {
  /** The query that materializes the table. */
  readonly queryId: string
  /** Name of the table, for messages. */
  readonly table: string
  readonly pull: PullRequest
  readonly columns: readonly Pick<Column, 'type'>[]
  /** The client's request, to be forwarded. */
  readonly request: QueryRequest
}

interface Route {
  readonly here: readonly number[]
  /** Partitions by the URL of their server. */
  readonly elsewhere: ReadonlyMap<string, readonly number[]>
}

const LOOK_AGAIN_MS = 50

interface RoutingParts {
  readonly timer: Timer
  readonly runtime: Pick<QueryRuntime, 'status' | 'locate' | 'pull'>
  readonly config: Config
  /** Null: this server is alone. */
  readonly peers: Peers | null
  /** Why a query could not be started here; undefined if it could. */
  readonly startFailure: (queryId: string) => string | undefined
}

/**
 * Batches of rows, in no order. Rejects with a QueryError if the query that fills the table has failed, and with a
 * RequestError if a partition is not available in time.
 */
export async function* pullTable(
  table: TablePull,
  parts: RoutingParts,
  signal: AbortSignal,
): AsyncIterable<readonly Row[]> {
  const timeoutMs = parts.config.number('ksql.query.pull.forwarding.timeout.ms')
  const until = parts.timer.elapsed() + timeoutMs
  for (let isAnswered = false; !isAnswered && !signal.aborted; ) {
    const route = await findRoute(table, parts, { until, signal })
    if (route.elsewhere.size === 0) return yield* parts.runtime.pull(table.queryId, table.pull, route.here)
    try {
      const sources = await begun(sourcesOf(route, table, parts, timeoutMs))
      isAnswered = true
      return yield* merge(sources)
    } catch (error) {
      // Slots may have moved since the route was found. Rows that a client has received cannot be taken back.
      if (isAnswered || parts.timer.elapsed() >= until) throw unavailable(table, error)
      await sleep(parts.timer, LOOK_AGAIN_MS, { signal })
    }
  }
}

function sourcesOf({ here, elsewhere }: Route, table: TablePull, { runtime, peers }: RoutingParts, timeoutMs: number) {
  const { queryId, pull, columns, request } = table
  const local = here.length === 0 ? [] : [runtime.pull(queryId, pull, here)]
  const remote = [...elsewhere].map(([address, partitions]) =>
    pullFromPeer(peers!, { address, request, partitions, columns, timeoutMs }),
  )
  return [...local, ...remote]
}

/** Resolves when each source has begun to answer. If one refuses, ends all of them and rejects. */
async function begun<Item>(sources: readonly AsyncIterable<Item>[]): Promise<AsyncIterable<Item>[]> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]())
  const firsts = await Promise.allSettled(iterators.map((iterator) => iterator.next()))
  const failed = firsts.find((first) => first.status === 'rejected')
  if (failed !== undefined) {
    await Promise.allSettled(iterators.map((iterator) => iterator.return?.()))
    throw failed.reason
  }
  return iterators.map((iterator, index) =>
    following((firsts[index] as PromiseFulfilledResult<IteratorResult<Item>>).value, iterator),
  )
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
  { until, signal }: { readonly until: number; readonly signal: AbortSignal },
): Promise<Route> {
  const { runtime, startFailure } = parts
  const neverStarted = startFailure(table.queryId)
  if (neverStarted !== undefined) throw failed(table, neverStarted)
  for (;;) {
    const { route, reason } = await lookForRoute(table, parts)
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

type Finding =
  | { readonly route: Route; readonly reason: null }
  /** `elsewhere`: another server has a partition that was requested of this one alone. `moving`: no server has it at the moment. */
  | { readonly route: null; readonly reason: 'elsewhere' | 'moving' }

async function lookForRoute({ queryId, pull, request }: TablePull, { runtime, peers }: RoutingParts): Promise<Finding> {
  const located = runtime.locate(queryId, pull.keys)
  if (located === null) return { route: null, reason: 'moving' }
  const wanted = request.routing?.partitions ?? null
  const isWanted = (partition: number) => wanted === null || wanted.includes(partition)
  const here = located.here.filter(isWanted)
  const missing = located.elsewhere.filter(({ partition }) => isWanted(partition))
  const elsewhere = new Map<string, number[]>()
  if (missing.length === 0) return { route: { here, elsewhere }, reason: null }
  if (peers === null) return { route: null, reason: 'moving' }
  const owners = await peers.owners()
  for (const { partition, slot } of missing) {
    const address = owners.find(({ slots }) => slots.includes(slot))?.address
    // The partition belongs to this server, but its task does not run yet.
    if (address === undefined || address === peers.address) return { route: null, reason: 'moving' }
    elsewhere.set(address, [...(elsewhere.get(address) ?? []), partition])
  }
  if (request.routing?.skipsForwarding === true) return { route: null, reason: 'elsewhere' }
  return { route: { here, elsewhere }, reason: null }
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
