/** The port to a worker, which runs tasks: in this thread (worker/local-worker.ts) or in one of its own (threads/remote-worker.ts). */

import type { TableIndex } from '../plan/table-index.ts'
import type { JsonRows } from '../types/row-json.ts'
import type { Row } from '../types/value.ts'
import type { QueryAssignment, WantedChange } from './assignment.ts'
import type { ClusterMember } from './cluster-member.ts'
import type { Notice } from './notice.ts'
import type { ProcessingError } from './processing-error.ts'
import type { FetchTotals, QueryProgress } from './query-progress.ts'
import type { PullRequest, PushRow, QueryFailure } from './query-runtime.ts'
import type { StoreLag } from './store-lag.ts'

export interface Worker {
  /**
   * Resolves when the tasks run. The listener receives failures. No task runs twice at a time; tasks of a query that is already here are added
   * to those that it has.
   */
  start(assignment: QueryAssignment): Promise<void>
  /** Commits what is done and ends the query's tasks here. `purge`: deletes their state too. No effect if there are none. */
  stop(queryId: string, options: { readonly purge: boolean }): Promise<void>
  /** Takes this server's membership in its cluster; null: it may have lost its slots. Never called where slots are not shared. */
  setMember(member: ClusterMember | null): Promise<void>
  /**
   * Ends the tasks of these slots, of all queries, also those that are just starting. `commit`: finished work is committed before it resolves;
   * otherwise it is dropped, as another server may already be at work on the slots.
   */
  release(slots: readonly number[], options: { readonly commit: boolean }): Promise<void>
  /**
   * Makes these tasks the query's standbys here, and no others: their state follows the changelogs, and can be read. Tasks that are started
   * stop being standbys. Resolves when all of them have begun to follow; rejects with an Error if a directory cannot be used.
   */
  follow(assignment: QueryAssignment): Promise<void>
  /** Resolves when processing has stopped, or has resumed. */
  setPaused(queryId: string, isPaused: boolean): Promise<void>
  /** Makes these the indexes of the query's table, also in tasks that start later. Resolves when they are known, not when they are built. */
  setIndexes(queryId: string, indexes: readonly TableIndex[]): Promise<void>
  /** Changes, in this order, which values the query's filter lets pass. Records that are read after it has resolved meet the new values. */
  setWanted(queryId: string, changes: readonly WantedChange[]): Promise<void>
  /** Rows of these partitions of the query's table, in batches. Rejects with an Error if one of them is not here. */
  pull(queryId: string, request: WorkerPull): AsyncIterable<readonly Row[]>
  /** As `pull`, with the rows as JSON. */
  pullJson(queryId: string, request: WorkerPull): AsyncIterable<JsonRows>
  /** Progress as last reported: see `refresh`. Undefined if no task of the query is here. */
  progress(queryId: string): QueryProgress | undefined
  /** How far the standbys are, as last reported. */
  readonly lags: readonly StoreLag[]
  /** All that was read here, by topic, as last reported. */
  readonly totals: FetchTotals
  /** How long the brokers have made the worker wait because of quotas, ms. */
  readonly throttledMs: number
  /** Resolves when `progress`, `totals` and `throttledMs` show a state at some time after the call. */
  refresh(): Promise<void>
  /**
   * Resolves when every running task, or those of the scope, have read all records there are, and their outputs are committed. True: that was so from
   * the start, and nothing had to be done; false, too, when the time of the scope is over.
   */
  settle(scope: SettleScope | null): Promise<boolean>
  /** Commits finished work, ends all tasks and frees everything. */
  close(): Promise<void>
}

/** Queries that are waited for, and for how long at most. */
export interface SettleScope {
  readonly queryIds: readonly string[]
  readonly waitMs: number
}

/** A worker in this thread. */
export interface InProcessWorker extends Worker {
  /** A text, cheap to make, that changes whenever `progress` does; undefined if no task of the query is here. */
  progressMark(queryId: string): string | undefined
}

/** The worker died, and with it the calls that it had not answered. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
}

/** For `catch`: a lost worker has nothing left to end or to report. */
export function unlessLost(error: unknown): void {
  if (!(error instanceof WorkerLostError)) throw error
}

export interface WorkerPull extends PullRequest {
  readonly partitions: readonly number[]
  /** Whether standbys answer for partitions whose tasks are not here. */
  readonly standbys: boolean
}

export interface WorkerListener {
  /** The query's tasks on this worker have ended. */
  readonly onFailure: (queryId: string, failure: QueryFailure) => void
  /**
   * The transaction of these queries was aborted, or their state was found damaged: they have ended here, and must start again from their
   * committed offsets. `reason`: a sentence; null: it was reported.
   */
  readonly onRewind: (queryIds: readonly string[], reason: string | null) => void
  /** The query works, but its results may surprise. */
  readonly onNotice: (queryId: string, notice: Notice) => void
  readonly onProcessingError: (queryId: string, error: ProcessingError) => void
  /** Rows of a push query, in the order of their partition. */
  readonly onRows: (queryId: string, rows: readonly PushRow[]) => void
}

/** Makes workers; the seam between threads and this thread. */
export interface WorkerProvider {
  /** How many there may be. */
  readonly count: number
  /** `onLost`: the worker died with all its tasks; `suspect` is the query that it was working for, if known. */
  open(index: number, listener: WorkerListener, onLost: (suspect: string | null, cause: Error) => void): Promise<Worker>
  /** Called after all workers are closed. */
  close(): Promise<void>
}
