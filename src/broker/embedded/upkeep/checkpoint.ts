/**
 * How far each partition is known to be whole, so that a start checks only what was written since. Written when the log is closed and
 * from time to time; after a crash it may be old, and it may be missing: then everything is checked.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../segments/data-layout.ts'
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
  /** How many entries `aborted.index` holds whose marker is before `offset`. */
  readonly abortedCount: number
  /** Up to here the partition has been compacted. */
  readonly cleanedTo: number
}

/** By `<topic id>/<partition>`. */
export type Checkpoint = ReadonlyMap<string, PartitionCheckpoint>

const checkpointPath = (dataDir: string) => join(dataDir, 'checkpoint.json')

export function readCheckpoint(dataDir: string): Checkpoint {
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(checkpointPath(dataDir), 'utf8'))))
  } catch {
    return new Map()
  }
}

export function writeCheckpoint(dataDir: string, checkpoint: Checkpoint): void {
  writeFileAtomically(checkpointPath(dataDir), JSON.stringify(Object.fromEntries(checkpoint)))
}
