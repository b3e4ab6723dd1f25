/** Messages between the main thread and worker threads: plain data. Each call has one reply with its id; events have no call. */

import type { TableIndex } from '../../plan/table-index.ts'
import type { StoreKey } from '../../state/store.ts'
import type { JsonRows } from '../../types/row-json.ts'
import type { QueryAssignment, WantedChange } from '../assignment.ts'
import type { ClusterMember } from '../cluster-member.ts'
import type { Notice } from '../notice.ts'
import type { ProcessingError } from '../processing-error.ts'
import type { FetchTotals, QueryProgress } from '../query-progress.ts'
import type { QueryFailure } from '../query-runtime.ts'
import type { StoreLag } from '../store-lag.ts'
import type { SettleScope, WorkerPull } from '../worker.ts'
import type { RowBatch } from './row-batches.ts'
import type { SchemaAnswer, SchemaCall } from './schema-calls.ts'

/** The number of a form, and when it is sent first its JSON. */
export type WireForm = number | { readonly number: number; readonly text: string }

/** A pull request with its keys as stores hold them; what is null or false is absent. */
export interface WirePull extends Partial<Pick<WorkerPull, 'index' | 'windowStart' | 'windowEnd' | 'standbys'>> {
  readonly pullId: string
  readonly partitions: readonly number[]
  readonly isSnapshot?: true
  readonly form: WireForm
  readonly keys?: readonly StoreKey[]
  readonly keyRange?: {
    readonly from?: StoreKey
    readonly fromInclusive: boolean
    readonly to?: StoreKey
    readonly toInclusive: boolean
  }
}

/** A part of a pull query's answer; `cursor` null: the last one. */
export interface PullPart<Batch> {
  readonly batch: Batch | null
  readonly cursor: number | null
}

/** Calls by name, with the types of argument and result. */
export interface WorkerCalls {
  readonly start: { readonly takes: QueryAssignment; readonly gives: null }
  readonly stop: { readonly takes: { readonly queryId: string; readonly purge: boolean }; readonly gives: null }
  readonly setMember: { readonly takes: ClusterMember | null; readonly gives: null }
  readonly release: {
    readonly takes: { readonly slots: readonly number[]; readonly commit: boolean }
    readonly gives: null
  }
  readonly follow: { readonly takes: QueryAssignment; readonly gives: null }
  readonly setPaused: { readonly takes: { readonly queryId: string; readonly isPaused: boolean }; readonly gives: null }
  readonly setIndexes: {
    readonly takes: { readonly queryId: string; readonly indexes: readonly TableIndex[] }
    readonly gives: null
  }
  readonly setWanted: {
    readonly takes: { readonly queryId: string; readonly changes: readonly WantedChange[] }
    readonly gives: null
  }
  readonly pull: {
    readonly takes: { readonly queryId: string; readonly request: WirePull }
    readonly gives: PullPart<RowBatch>
  }
  readonly pullMore: { readonly takes: { readonly cursor: number }; readonly gives: PullPart<RowBatch> }
  readonly pullJson: {
    readonly takes: { readonly queryId: string; readonly request: WirePull }
    readonly gives: PullPart<JsonRows>
  }
  readonly pullMoreJson: { readonly takes: { readonly cursor: number }; readonly gives: PullPart<JsonRows> }
  readonly pullEnd: { readonly takes: { readonly cursor: number }; readonly gives: null }
  /** Reports progress: changes since the last report come as an event before the reply. */
  readonly tell: { readonly takes: null; readonly gives: null }
  readonly settle: { readonly takes: SettleScope | null; readonly gives: boolean }
  readonly close: { readonly takes: null; readonly gives: null }
}

export type CallMessage = {
  readonly [Name in keyof WorkerCalls]: {
    readonly kind: 'call'
    readonly id: number
    readonly name: Name
    readonly argument: WorkerCalls[Name]['takes']
  }
}[keyof WorkerCalls]

/** A line for the server's log, which the main thread writes. */
export interface LogMessage {
  readonly kind: 'log'
  readonly level: 'info' | 'warn'
  readonly text: string
}

/** All that the main thread posts. */
export type MainMessage = CallMessage | SchemaAnswer

/** All that a worker thread posts. */
export type ThreadMessage = WorkerMessage | LogMessage | SchemaCall

export type WorkerMessage =
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'failure'; readonly queryId: string; readonly failure: QueryFailure }
  | { readonly kind: 'rewind'; readonly queryIds: readonly string[]; readonly reason: string | null }
  | { readonly kind: 'notice'; readonly queryId: string; readonly notice: Notice }
  | { readonly kind: 'processingError'; readonly queryId: string; readonly error: ProcessingError }
  | { readonly kind: 'rows'; readonly queryId: string; readonly batch: RowBatch }
  | {
      readonly kind: 'progress'
      readonly progress: readonly (readonly [queryId: string, progress: QueryProgress])[]
      readonly totals: FetchTotals
      readonly throttledMs: number
    }
  | { readonly kind: 'lags'; readonly lags: readonly StoreLag[] }
