/**
 * Where the stores of tasks live: the port between the threads that run tasks and what keeps their state. One provider per worker, used
 * by that thread alone. Implementations: memory-stores.ts; durable ones.
 */

import type { OperatorStep } from '../../operators/index.ts'
import type { StepSchema } from '../../operators/step.ts'
import type { StoreUsage } from '../../state/lmdb/store-usage.ts'
import type { StateStore, StoreDeclaration, StoreSpec } from '../../state/store.ts'
import type { RestoreCounts } from '../query-progress.ts'

/** Positions of a task's inputs: next offset by `topic/partition` (`positionKey`). */
export type Positions = ReadonlyMap<string, number>

export interface StoreProvider {
  /** Opens the stores of one task, before its operators are built. `specs` is empty for a task without state. */
  open(request: OpenStores): Promise<TaskStores>
  /** Whether so many changes wait in memory for a commit that it should come at once. */
  needsCommit(): boolean
  /** Whether so many wait that reading should wait for a commit. */
  isFull(): boolean
  /** How far its tasks have been brought up from changelogs, when they were opened last. */
  restores(queryId: string): RestoreCounts
  /** Deletes whatever is kept of a query's tasks, which are closed. No effect if there is nothing. */
  purge(queryId: string): Promise<void>
  /** After all tasks are closed. */
  close(): Promise<void>
}

export interface OpenStores {
  readonly queryId: string
  /** Unique in its query and stable over restarts: `<sub-topology>_<partition>`. */
  readonly taskId: string
  readonly partition: number
  /** Decides which local files the state is in: all tasks of one slot share a writer. */
  readonly slot: number
  /** Nobody comes back for the state: a push query's. */
  readonly isTransient: boolean
  readonly stores: readonly StoreRequest[]
  /** Prefix of the query's internal topics; a store's changelog is `<application id>-<store>-changelog`. */
  readonly applicationId: string
  /** Appends to the changelog of a store, in this task's partition; the record leaves with the task's next flush. */
  readonly changelog: (store: string, key: Uint8Array, value: Uint8Array | null, timestamp: number) => void
  /** Offsets committed for the task, or from where it is to begin. */
  readonly committed: Positions
}

export interface StoreRequest {
  readonly spec: StoreDeclaration
  readonly step: OperatorStep
  /** Schemas of the step's inputs. */
  readonly inputs: readonly StepSchema[]
}

export interface TaskStores {
  /** Synchronous; the same object for the same spec. Operators are built on it. */
  store(spec: StoreSpec): StateStore
  /** Null: it is not counted. */
  usage(spec: StoreSpec): StoreUsage | null
  /**
   * What was found. The state contains exactly the records below `positions`: the task goes on there, and what it writes for records below
   * the committed offsets is dropped, as it was written before. Null: nothing was found, and the task builds its state anew by
   * reading from where the query once began.
   */
  readonly restored: RestoredState | null
  /** Whether state comes back without its inputs, so that internal topics may be purged of what was read. */
  readonly isDurable: boolean
  /**
   * Takes the state as it stands, together with the positions that it belongs to; later changes are not part of it. Synchronous; appends
   * to the changelogs.
   */
  checkpoint(mark: CheckpointMark): Checkpoint
  /** Gives up what was not checkpointed. */
  close(): Promise<void>
}

export interface RestoredState {
  readonly positions: Positions
  /** -1: unknown. */
  readonly streamTime: number
}

export interface CheckpointMark {
  readonly positions: Positions
  readonly streamTime: number
}

export interface Checkpoint {
  /** Makes the state and its positions durable, as one. Called when everything that the task wrote before the checkpoint is stored. */
  write(): Promise<void>
  /** Instead of `write`: the outputs did not make it, and the task is about to be closed. */
  abandon(): void
}
