/**
 * The port to the state of tasks. Each worker has a provider of its own, used by its thread alone. Implementations: memory-stores.ts and
 * durable-stores.ts.
 */

import type { StatedWatermarks } from '../../state/lmdb/state-catalog.ts'
import type { StoreUsage } from '../../state/lmdb/store-usage.ts'
import type { IndexDeclaration, StateStore, StoreDeclaration, StoreIndex, StoreSpec } from '../../state/store.ts'
import type { RestoreCounts } from '../query-progress.ts'
import type { Standbys } from './standbys.ts'

/** Positions of a task's inputs: next offset by `topic/partition` (`positionKey`). */
export type Positions = ReadonlyMap<string, number>

export interface StoreProvider {
  /** Opens the stores of one task, before its operators are built. A task without state has no stores. */
  open(request: OpenStores): Promise<TaskStores>
  /** Whether so many changes wait in memory for a commit that it should come at once. */
  needsCommit(): boolean
  /** Whether so many wait that reading should wait for a commit. */
  isFull(): boolean
  /** Slots whose state was found damaged since it was opened. It is moved aside when a task of the slot is opened next. */
  damagedSlots(): readonly number[]
  /** How far the query's tasks have been restored from changelogs since they were last opened. */
  restores(queryId: string): RestoreCounts
  /** Copies of the state of tasks on other servers; null: there are no changelogs to follow. */
  readonly standbys: Standbys | null
  /** Deletes the state of a query's tasks, which are closed. Idempotent. */
  purge(queryId: string): Promise<void>
  /** Called after all tasks are closed. */
  close(): Promise<void>
}

export interface OpenStores {
  readonly queryId: string
  /** Unique in its query and stable over restarts: `<sub-topology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  /** Decides which local files the state is in: all tasks of one slot share a writer. */
  readonly slot: number
  /** Whether the state is of no use after the query has ended, as a push query's. */
  readonly isTransient: boolean
  readonly stores: readonly StoreDeclaration[]
  /** Prefix of the query's internal topics; a store's changelog is `<application id>-<store>-changelog`. */
  readonly applicationId: string
  /** Appends to the changelog of a store, in this task's partition; the record leaves with the task's next flush. */
  readonly changelog: (store: string, key: Uint8Array, value: Uint8Array | null, timestamp: number) => void
  /** Offsets committed for the task, or those at which it begins. */
  readonly committed: Positions
  /** Whether the task has never committed anything, so that there is no state to be found. */
  readonly isNew: boolean
  /** Aborted, it lets `open` reject soon: the task is not wanted any more. */
  readonly signal: AbortSignal
}

export interface TaskStores {
  /** Synchronous; the same object for the same spec. Operators are built on it. */
  store(spec: StoreSpec): StateStore
  /** Makes these the indexes of a key-value store; others have none. They are built in the background. */
  setIndexes(spec: StoreSpec, indexes: readonly IndexDeclaration[]): void
  /** Null: the store has none of that name, or it is still being built. */
  index(spec: StoreSpec, name: string): StoreIndex | null
  /** Whether each index of the store is ready, by its name. */
  indexProgress(spec: StoreSpec): ReadonlyMap<string, boolean>
  /** Null: the use of the store is not counted. */
  usage(spec: StoreSpec): StoreUsage | null
  /**
   * The state that was found. It contains exactly the records below `positions`: the task continues there, and its output for records below
   * the committed offsets is dropped, as it was written before. Null: nothing was found, and the task rebuilds its state from where the
   * query first began to read.
   */
  readonly restored: RestoredState | null
  /** Whether state was made durable for this task, and is gone. */
  readonly isLost: boolean
  /** Whether state survives without its inputs, so that records that were read may be purged from internal topics. */
  readonly isDurable: boolean
  /**
   * Takes the state as it stands, together with the positions that it belongs to; later changes are not part of it. Synchronous; appends
   * to the changelogs.
   */
  checkpoint(mark: CheckpointMark): Checkpoint
  /** Drops changes that are not part of a checkpoint. */
  close(): Promise<void>
}

export interface RestoredState {
  readonly positions: Positions
  /** -1: unknown. */
  readonly streamTime: number
  readonly watermarks: StatedWatermarks
}

export interface CheckpointMark {
  readonly positions: Positions
  readonly streamTime: number
  readonly watermarks: StatedWatermarks
}

export interface Checkpoint {
  /** Makes the state and its positions durable, as one. Called when everything that the task wrote before the checkpoint is stored. */
  write(): Promise<void>
  /** Called instead of `write`: the outputs could not be stored, and the task is about to be closed. */
  abandon(): void
}
