/**
 * How far each partition is known to be whole, so that a start checks only what was written since. Written when the log is closed and
 * from time to time; after a crash it may be old, and it may be missing: then everything is checked.
 *
 * It also says what must be there: every offset before `offset` was acknowledged, so where one is missing, something was damaged.
 */

import { join } from 'node:path'
import { readCheckedJson, writeCheckedJson } from '../segments/checked-json.ts'
import type { OpenTransaction } from '../segments/partition-state.ts'

export interface PartitionCheckpoint {
  readonly startOffset: number
  /** Before `position` of the segment `base`, and in all segments before it, every batch is whole. */
  readonly base: number
  readonly position: number
  /** Offset of the batch at `position`. */
  readonly offset: number
  readonly maxTimestamp: number
  readonly createdAt: number
  readonly appendedAt: number
  /** Open at `offset`. */
  readonly transactions: readonly OpenTransaction[]
  /** How many entries `aborted.index` holds whose marker is before `offset`, and their checksum. */
  readonly abortedCount: number
  readonly abortedChecksum: number
  /** Up to here the partition has been compacted. */
  readonly cleanedTo: number
  /** The files at the time when the log was closed. Absent while it is open, as retention and compaction then change them. */
  readonly closed?: ClosedPartition
}

export interface ClosedPartition {
  readonly topic: string
  readonly partition: number
  /** Ascending by base offset; sizes in bytes. */
  readonly segments: readonly { readonly base: number; readonly size: number }[]
}

/** By `<topic id>/<partition>`. */
export type Checkpoint = ReadonlyMap<string, PartitionCheckpoint>

const checkpointPath = (dataDir: string) => join(dataDir, 'checkpoint.json')

/** The checkpoint of the last start or stop; empty if there is none. `warn`: receives a sentence if it is damaged. */
export function readCheckpoint(dataDir: string, warn: (message: string) => void): Checkpoint {
  const file = readCheckedJson(checkpointPath(dataDir))
  if (file.kind === 'damaged')
    warn(
      `${checkpointPath(dataDir)} is damaged. All segments are checked instead, which takes longer; if records are missing at the end ` +
        'of a partition, only committed offsets can tell now. Check the disk.',
    )
  return file.kind === 'read' ? new Map(Object.entries(file.value as Record<string, PartitionCheckpoint>)) : new Map()
}

export function writeCheckpoint(dataDir: string, checkpoint: Checkpoint): void {
  writeCheckedJson(checkpointPath(dataDir), Object.fromEntries(checkpoint))
}

/** Takes back, before the files may change, what the checkpoint says about them. */
export function markOpened(dataDir: string, checkpoint: Checkpoint): void {
  if (![...checkpoint.values()].some(({ closed }) => closed !== undefined)) return
  writeCheckpoint(dataDir, new Map([...checkpoint].map(([key, { closed: _, ...open }]) => [key, open])))
}
