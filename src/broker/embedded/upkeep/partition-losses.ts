/** Losses that recovery meets in one partition: reported, and the damaged files kept as they were. */

import { copyFileSync } from 'node:fs'
import type { TopicPartition } from '../../broker.ts'
import { makeDirectory } from '../../make-directory.ts'
import { freePath, logPath, quarantineDirectory, segmentName } from '../segments/data-layout.ts'
import type { Damages } from './damages.ts'

/** Offsets whose records are lost, and the bytes that held them. */
export interface Loss {
  readonly from: number
  /** Equal to `from`: it is not known how many records are lost. */
  readonly to: number
  readonly bytes: number
  readonly keptIn: string | null
  /** See `DamageFacts.what`. */
  readonly what: string
}

export interface PartitionLossesOptions extends TopicPartition {
  readonly dataDir: string
  readonly directory: string
  readonly damages: Damages
  /** Records before this offset had been removed by retention or `deleteRecords`. */
  readonly startOffset: number
}

export class PartitionLosses {
  readonly #options: PartitionLossesOptions

  constructor(options: PartitionLossesOptions) {
    this.#options = options
  }

  /** Reports the loss, except for records that had been removed before. */
  report({ from, to, bytes, keptIn, what }: Loss): void {
    const { topic, partition, damages, startOffset } = this.#options
    const offset = Math.max(from, startOffset)
    if (offset >= to && from < to) return
    damages.report({ topic, partition, offset, records: from === to ? null : to - offset, bytes, keptIn, what })
  }

  /** Reports damage that cost nothing, as there was a copy. */
  reportMended(what: string, keptIn: string | null): void {
    const { topic, partition, damages } = this.#options
    damages.reportMended({ topic, partition, what, keptIn })
  }

  /** Copies the segment as it is now, and returns the copy's path. */
  quarantine(base: number): string {
    const { dataDir, topic, partition, directory } = this.#options
    const quarantine = quarantineDirectory(dataDir)
    makeDirectory(quarantine)
    const kept = freePath(quarantine, `${topic}-${partition}-${segmentName(base)}.log`)
    copyFileSync(logPath(directory, base), kept)
    return kept
  }
}
