/**
 * The port to running queries, through which the engine uses the workers. Records stay in their worker; plans, statuses and batches of
 * rows cross threads.
 */

import type { Expression } from '../expressions/expression.ts'
import type { FunctionDefinition } from '../functions/definition.ts'
import type { NamedExpression } from '../operators/step.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import type { IndexLookup, TableIndex } from '../plan/table-index.ts'
import type { JsonRows } from '../types/row-json.ts'
import type { Row } from '../types/value.ts'
import type { TaskAssignment } from './assignment.ts'
import type { ClusterMember } from './cluster-member.ts'
import type { LostOffset } from './offsets-lost-error.ts'
import type { ProcessingError } from './processing-error.ts'
import type { FetchTotals, QueryProgress } from './query-progress.ts'
import type { StoreLag } from './store-lag.ts'

export interface StartQuery {
  readonly plan: PhysicalPlan
  /** Configuration overrides in force when the query was made (`auto.offset.reset`, `processing.guarantee`, ...). */
  readonly config: Readonly<Record<string, string>>
  readonly paused: boolean
  /** SQL text that made the query, for messages about it. */
  readonly statement?: string
  /** By partition (`positionKey`) the offset of the first record that the query does not read. Absent: it reads whatever comes. */
  readonly limits?: ReadonlyMap<string, number>
  /** Indexes of the table that the query keeps. Absent: none. */
  readonly indexes?: readonly TableIndex[]
}

/** As SHOW QUERIES words it. */
export type QueryState = 'CREATED' | 'RUNNING' | 'REBALANCING' | 'PAUSED' | 'PENDING_SHUTDOWN' | 'ERROR' | 'NOT_RUNNING'

export interface QueryFailure {
  /** Epoch ms. */
  readonly time: number
  readonly type: 'USER' | 'SYSTEM' | 'UNKNOWN'
  readonly message: string
  /** Present: positions of the query that its topics no longer have. */
  readonly lostOffsets?: readonly LostOffset[]
  /** Present: state is lost that only the query's sources can bring back. */
  readonly isStateLost?: true
}

/** Partitions that were added to topics of a query which cannot read them. */
export interface UnreadPartitions {
  readonly partitions: number
  /** Which ones, why, and what to do. */
  readonly message: string
}

export interface QueryStatus extends QueryProgress {
  readonly state: QueryState
  /** Newest last; at most `ksql.query.error.max.queue.size`. */
  readonly failures: readonly QueryFailure[]
  /** How often the query has failed since this server started it. */
  readonly failureCount: number
  /** Null: it reads all partitions of its topics. */
  readonly unread: UnreadPartitions | null
}

/**
 * What is done with each row of a pull query. Requests that share a form, the same object, share what is made of it.
 */
export interface PullForm {
  readonly predicate: Expression | null
  readonly columns: readonly NamedExpression[]
  readonly limit: number | null
  /** The user-defined functions that `predicate` and `columns` call. Absent: none. */
  readonly functions?: readonly FunctionDefinition[]
}

/**
 * Rows are read as [key columns, WINDOWSTART and WINDOWEND if windowed, value columns, ROWTIME]; `predicate` and `columns` are over that
 * layout. `keys`: only these keys (null: all). `keyRange`: bounds on a single key column. Bounds on windows are inclusive epoch ms.
 */
export interface PullRequest {
  /** Id of the pull query: its errors are reported under it, and not under that of the query whose table it reads. */
  readonly pullId: string
  readonly form: PullForm
  readonly keys: readonly Row[] | null
  readonly keyRange: {
    readonly from?: Row
    readonly fromInclusive?: boolean
    readonly to?: Row
    readonly toInclusive?: boolean
  } | null
  /** Where to look if the index is ready; else all rows are read. Absent or null: nowhere. */
  readonly index?: IndexLookup | null
  readonly windowStart: { readonly from: number; readonly to: number } | null
  readonly windowEnd: { readonly from: number; readonly to: number } | null
  /**
   * True: the rows of each partition are those of one moment, and are in memory together. Absent: a scan reads them piece by piece, as their
   * receiver takes them, while they change.
   */
  readonly isSnapshot?: true
}

/** A row of a push query. Deleted rows of tables keep their key columns, the others are NULL. */
export interface PushRow {
  readonly row: Row
  readonly tombstone: boolean
}

export interface PushSubscriber {
  /** Resolves when the subscriber can take more. At most one call is under way. */
  readonly onRows: (rows: readonly PushRow[]) => Promise<void> | void
  /** Receives each record that the query could not read or process. */
  readonly onProcessingError?: (error: ProcessingError) => void
  /** The end: LIMIT reached, `close` called, an error, or the subscriber fell too far behind. */
  readonly onEnd: (end: { readonly reason: 'limit' | 'closed' | 'error' | 'overrun'; readonly error?: Error }) => void
}

export interface PushSubscription {
  close(): Promise<void>
}

/** Partitions of a materialization that a pull query reads. */
export interface TableParts {
  /** Partitions whose tasks are at work on this server. */
  readonly here: readonly number[]
  readonly elsewhere: readonly ElsewherePart[]
}

/** A partition whose task is not at work on this server. */
export interface ElsewherePart {
  readonly partition: number
  readonly slot: number
  /** A copy of its state here; null: there is none. */
  readonly standby: { readonly lag: number | null } | null
}

export interface QueryRuntime {
  /** Resolves when the query's tasks are placed (internal topics made). Progress and failures show in `status`. */
  start(query: StartQuery): Promise<void>
  /** `purge`: also deletes state, internal topics and the consumer group. */
  stop(queryId: string, options: { readonly purge: boolean }): Promise<void>
  /** Processing stops; state and position stay. */
  pause(queryId: string): Promise<void>
  resume(queryId: string): Promise<void>
  /** Makes these the indexes of the table that the query keeps, and no others. They are built in the background: see `status`. */
  setIndexes(queryId: string, indexes: readonly TableIndex[]): Promise<void>
  /**
   * Resolves when `status` and `reading` show a state at some time after the call, at the latest after half a second: the last report of a
   * worker that is busy for longer stays valid.
   */
  refresh(): Promise<void>
  /** Undefined: no such query. */
  status(queryId: string): QueryStatus | undefined
  /** What each worker has read so far, by topic. */
  reading(): readonly FetchTotals[]
  /** How long the brokers have made the workers wait because of quotas, ms. */
  throttledMs(): number
  /** All tasks of a query, on all servers; null: there is no such query, or its tasks are not known yet. */
  tasksOf(queryId: string): readonly TaskAssignment[] | null
  /** Where the rows with these keys are (null: all rows). Null: not known yet. Throws an Error if the query keeps no table. */
  locate(queryId: string, keys: PullRequest['keys']): TableParts | null
  /**
   * Batches of rows of the query's materialization, in no order: of these partitions, by default of all that the keys need. Rejects with an
   * Error if one of them is not at work here: never with a part of the answer for the whole. `standbys`: copies answer too, which may be
   * behind; default false.
   */
  pull(
    queryId: string,
    request: PullRequest,
    partitions?: readonly number[],
    options?: { readonly standbys: boolean },
  ): AsyncIterable<readonly Row[]>
  /** As `pull`, with the rows as JSON, of partitions that are at work here. */
  pullJson(queryId: string, request: PullRequest, partitions: readonly number[]): AsyncIterable<JsonRows>
  /**
   * Resolves when the tasks of these queries on this server have processed all that their topics have, also what they write to each other. False:
   * not in that time. Rejects only with errors of the broker.
   */
  catchUp(queryIds: readonly string[], waitMs: number): Promise<boolean>
  subscribe(query: Omit<StartQuery, 'paused'>, subscriber: PushSubscriber): Promise<PushSubscription>
  /** Before other servers learn of a new query: fixes from where all of them are to read, if there are others. Rejects with a BrokerError. */
  announce(query: Omit<StartQuery, 'paused'>): Promise<void>
  /** Whether all tasks of all queries run on this server. */
  readonly isAlone: boolean
  /** Takes this server's membership in its cluster, before slots come; null: it may have lost its slots. */
  setMember(member: ClusterMember | null): void
  /** Takes slots over: starts their tasks in the background. */
  takeSlots(slots: readonly number[]): void
  /** Gives slots up: ends their tasks. `commit`: finished work is committed before it resolves. */
  dropSlots(slots: readonly number[], options: { readonly commit: boolean }): Promise<void>
  /** Follows the tasks of these slots with standbys, and of no others. In the background. */
  followSlots(slots: readonly number[]): void
  /** The slots that are followed, and whose copies are up to date but for a few records (`acceptable.recovery.lag`). */
  warmSlots(): readonly number[]
  /** How far the copies on this server are. */
  storeLags(): readonly StoreLag[]
  /** The listener receives every processing error, for the processing log. */
  onProcessingError(listener: (queryId: string, error: ProcessingError) => void): void
  /** Commits finished work and ends the workers. */
  close(): Promise<void>
}
