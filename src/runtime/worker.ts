/** The port to a thread that runs tasks: in this thread (task-worker.ts) or in a worker (remote-worker.ts). */
import type { Row } from '../types/value.ts'
import type { QueryAssignment } from './assignment.ts'
import type { ProcessingError } from './processing-error.ts'
import type { FetchTotals, QueryProgress } from './query-progress.ts'
import type { PullRequest, PushRow, QueryFailure } from './query-runtime.ts'

export interface Worker {
  /**
   * Resolves when the tasks run. What goes wrong is told to the listener. A task runs once at a time; tasks of a query that is here already
   * come to those that it has.
   */
  start(assignment: QueryAssignment): Promise<void>
  /** Commits what is done and ends the query's tasks here. `purge`: deletes their state too. No effect if there are none. */
  stop(queryId: string, options: { readonly purge: boolean }): Promise<void>
  /**
   * Ends the tasks of these slots, of all queries, also those that are just starting. `commit`: what is done is committed before it resolves;
   * else it is dropped, as others may be at work on the slots already.
   */
  release(slots: readonly number[], options: { readonly commit: boolean }): Promise<void>
  /** Resolves when no record is processed any more, or processing goes on. */
  setPaused(queryId: string, isPaused: boolean): Promise<void>
  /** Rows of these partitions of the query's table, in batches. Rejects with an Error if one of them is not here. */
  pull(queryId: string, request: WorkerPull): AsyncIterable<readonly Row[]>
  /** As last told: see `refresh`. Undefined if no task of the query is here. */
  progress(queryId: string): QueryProgress | undefined
  /** Everything read here, by topic, as last told. */
  readonly totals: FetchTotals
  /** Resolves when `progress` and `totals` tell what held at some time after the call. */
  refresh(): Promise<void>
  /**
   * Resolves when every task that runs has read what is there and its outputs are committed. True: that was so from the start and nothing
   * had to be done.
   */
  settle(): Promise<boolean>
  /** Commits what is done, ends all tasks and gives everything back. */
  close(): Promise<void>
}

/** A worker in this thread. */
export interface InProcessWorker extends Worker {
  /** A text that changes with what `progress` tells, at little cost; undefined if no task of the query is here. */
  progressMark(queryId: string): string | undefined
}

/** The worker died with what it was asked to do. */
export class WorkerLostError extends Error {
  override readonly name = 'WorkerLostError'
}

/** For `catch`: a worker that is lost has nothing left to end or to tell. */
export function unlessLost(error: unknown): void {
  if (!(error instanceof WorkerLostError)) throw error
}

export interface WorkerPull extends PullRequest {
  readonly partitions: readonly number[]
}

export interface WorkerListener {
  /** The query's tasks on this worker have ended. */
  readonly onFailure: (queryId: string, failure: QueryFailure) => void
  /** Their transaction was aborted: these queries have ended here and must start again from their committed offsets. */
  readonly onRewind: (queryIds: readonly string[]) => void
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
  /** After all workers were closed. */
  close(): Promise<void>
}
