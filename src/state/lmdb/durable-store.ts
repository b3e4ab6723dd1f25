/** What the LMDB stores have in common, apart from what operators see: how their changes are taken, written and restored. */

import type { RowBytes } from '../bytes/row-bytes.ts'
import type { IndexDeclaration, StateStore, StoreIndex } from '../store.ts'
import type { CacheBudget } from './cache-budget.ts'
import type { IndexRecord } from './index-record.ts'
import type { StateEnvironment } from './lmdb-environment.ts'
import type { StoreUsage } from './store-usage.ts'
import type { WriteBatch } from './write-batch.ts'

/** Where a store keeps its entries. */
export interface StoreSpace {
  readonly environment: StateEnvironment
  readonly budget: CacheBudget
  readonly usage: StoreUsage
  readonly rows: RowBytes
  /** What all its keys start with: the store's id. */
  readonly prefix: Buffer
}

/** All keys that start with `prefix`: `[prefix, end)`. */
export function prefixEnd(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix)
  for (let i = end.length - 1; i >= 0; i--) {
    if (end[i] === 0xff) end[i] = 0
    else {
      end[i]!++
      return end
    }
  }
  throw new Error('There is no key beyond this prefix')
}

/** Whether LMDB has nothing of a store. */
export const isEmpty = ({ environment, prefix }: StoreSpace): boolean =>
  environment.chunk(prefix, prefixEnd(prefix), 1).length === 0

/** What a store knows beside its entries; plain data, kept with each checkpoint. */
export interface StoreSummary {
  readonly count: number
  /** Join buffers and windows: entries earlier than this are gone; windows by their start. */
  readonly floor?: number
  /** Join buffers: the next block number. */
  readonly block?: number
}

/** Takes what changed for the changelog, key without the store's prefix; a null value deletes. Views: valid during the call. */
export type LogChange = (key: Buffer, value: Buffer | null) => void

/** Changes that are in a batch. Exactly one of the two is called. */
export interface Staged {
  /** The batch is stored. */
  written(): void
  /** The batch is dropped: the changes are part of the next one again. */
  abandoned(): void
}

/** The indexes of a store. */
export interface DurableIndexes {
  /** Makes these the store's indexes, and no others. */
  declare(declarations: readonly IndexDeclaration[]): void
  /** Builds all of them again: a batch has failed that may be written in part, entries without their rows. */
  restart(): void
  /** Undefined: there is no index of that name, or it is still being built. */
  find(name: string): StoreIndex | undefined
  /** Whether each is ready, by its name. */
  progress(): ReadonlyMap<string, boolean>
  /** What a checkpoint says of them. Those that nobody has declared were not kept up. */
  records(): readonly IndexRecord[]
  /** Whether `step` has something to do. */
  readonly hasWork: boolean
  /**
   * A part of the work in the background, written as one. Called while no checkpoint is under way, whose rows might be written in part.
   * Rejects with an error of the disk; nothing is done then.
   */
  step(): Promise<void>
}

export interface DurableStore {
  readonly store: StateStore
  /** Absent: a store of its kind has none. */
  readonly indexes?: DurableIndexes
  /** Appends to the batch what has changed since the last call. */
  stage(batch: WriteBatch, log: LogChange | null): Staged
  summary(): StoreSummary
  /** Gives its memory back. What was not written is dropped. */
  close(): void
}
