/**
 * Checks one segment from a batch boundary to its end, and mends it: torn writes are cut off, damaged places are taken out, and offsets
 * that are missing are filled with batches without records. See recovery.ts for what is reported.
 */

import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { BATCH_HEADER_BYTES, baseOffset, MAX_OFFSETS_PER_BATCH } from '../../record-batch.ts'
import { writeFully } from '../segments/data-layout.ts'
import { INDEX_INTERVAL_BYTES, type IndexEntry } from '../segments/segment-index.ts'
import { batchEnd, batchMaxTimestamp, findNextBatch, type ScannedBatch, scanBatches } from '../segments/segment-scan.ts'
import type { PartitionLosses } from './partition-losses.ts'
import { copyRange, fillingFor, fitsItsSuccessor, writeAgain } from './segment-rewrite.ts'
import type { TransactionScan } from './transaction-scan.ts'

/** One segment, as recovery meets it. */
export interface Segment {
  readonly base: number
  readonly path: string
  /** Offset where the next segment begins; null for the active segment. */
  readonly nextBase: number | null
}

export interface SegmentRecoveryOptions {
  readonly segment: Segment
  /** What the segment's index says before the place where the scan begins, the last entry being that place. */
  readonly entries: readonly IndexEntry[]
  /** Whether the topic is compacted, so that offsets may be missing in closed segments. */
  readonly isCompacted: boolean
  /** Size of the segment at the last checkpoint; null if that is not known. */
  readonly knownSize: number | null
  /** Where the last checkpoint ended, if that was in this segment: its byte, and its offset; null if it was elsewhere. */
  readonly checkpointPosition: number | null
  /** Offset before which everything was acknowledged. */
  readonly floor: number
  /** Wall-clock time that stands for the unknown time of an append, epoch ms. */
  readonly now: number
  readonly transactions: TransactionScan
  readonly losses: PartitionLosses
}

/** What a scan of batches is bounded by. */
interface ScanBounds {
  readonly end: number
  readonly maxOffset: number
  readonly isContiguous: boolean
}

export class SegmentRecovery {
  readonly #options: SegmentRecoveryOptions
  readonly #entries: IndexEntry[]
  #position: number
  #offset: number
  #maxTimestamp: number
  #indexedPosition: number
  #isRewritten = false

  constructor(options: SegmentRecoveryOptions) {
    this.#options = options
    this.#entries = [...options.entries]
    const start = options.entries.at(-1)
    this.#position = start?.position ?? 0
    this.#offset = start?.offset ?? options.segment.base
    this.#maxTimestamp = start?.maxTimestamp ?? -1
    this.#indexedPosition = this.#position
  }

  /** Bytes of whole batches. */
  get position(): number {
    return this.#position
  }

  /** Offset behind the last batch. */
  get offset(): number {
    return this.#offset
  }

  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** Position of the last index entry. */
  get indexedPosition(): number {
    return this.#indexedPosition
  }

  /** Whether bytes that were there have been changed. */
  get isRewritten(): boolean {
    return this.#isRewritten
  }

  /** Index entries of the segment as it is now; a closed one has an entry for its end. */
  get entries(): readonly IndexEntry[] {
    return this.#entries
  }

  run(): void {
    const { segment, now } = this.#options
    while (this.#mendOnce());
    if (segment.nextBase !== null && this.#entries.at(-1)?.position !== this.#position)
      this.#entries.push(this.#indexEntry(segment.nextBase, this.#position, now))
  }

  /** Reads on to the next damage and mends it. False: there was none. */
  #mendOnce(): boolean {
    const { segment, isCompacted } = this.#options
    const descriptor = openSync(segment.path, 'r+')
    try {
      const end = fstatSync(descriptor).size
      const isContiguous = segment.nextBase === null || !isCompacted
      const bounds = { end, maxOffset: segment.nextBase ?? Number.POSITIVE_INFINITY, isContiguous }
      this.#readBatches(descriptor, bounds)
      const next = this.#position < end ? this.#findNext(descriptor, bounds) : -1
      if (next === -1) return this.#mendEnd(descriptor, end)
      this.#takeOutDamage(descriptor, { next, end })
      return true
    } finally {
      closeSync(descriptor)
    }
  }

  #readBatches(descriptor: number, bounds: ScanBounds): void {
    const { transactions, now } = this.#options
    for (const batch of scanBatches(descriptor, { from: this.#position, minOffset: this.#offset, ...bounds })) {
      if (batch.position - this.#indexedPosition >= INDEX_INTERVAL_BYTES) {
        this.#entries.push(this.#indexEntry(baseOffset(batch.bytes, batch.at), batch.position, now))
        this.#indexedPosition = batch.position
      }
      this.#pass(batch)
      transactions.note(batch)
    }
  }

  #pass(batch: ScannedBatch): void {
    this.#position = batch.position + batch.size
    this.#offset = batchEnd(batch)
    this.#maxTimestamp = Math.max(this.#maxTimestamp, batchMaxTimestamp(batch))
  }

  #indexEntry(offset: number, position: number, appendedAt: number): IndexEntry {
    return { offset, position, maxTimestamp: this.#maxTimestamp, appendedAt }
  }

  /** Position of the next batch that can be kept, or -1. */
  #findNext(descriptor: number, { end, isContiguous }: ScanBounds): number {
    for (const range of this.#searchRanges(end))
      for (let next = findNextBatch(descriptor, range); next !== -1; next = findNextBatch(descriptor, range)) {
        if (fitsItsSuccessor(descriptor, { next, isContiguous, ...range })) return next
        range.from = next + 1
      }
    return -1
  }

  /** In the active segment the checkpoint bounds the offsets of what is before it. */
  #searchRanges(end: number) {
    const { segment, checkpointPosition, floor } = this.#options
    const from = this.#position + 1
    const minOffset = this.#offset
    if (segment.nextBase !== null) return [{ from, end, minOffset, maxOffset: segment.nextBase }]
    const known = Math.min(checkpointPosition ?? 0, end)
    return [
      { from, end: known, minOffset, maxOffset: floor },
      {
        from: Math.max(from, known),
        end,
        minOffset: Math.max(minOffset, known > 0 ? floor : 0),
        maxOffset: Math.max(minOffset, floor) + MAX_OFFSETS_PER_BATCH,
      },
    ]
  }

  /** Takes the bytes from the present position to `next`, where a whole batch begins, out of the segment. */
  #takeOutDamage(source: number, { next, end }: { readonly next: number; readonly end: number }): void {
    const { segment, losses } = this.#options
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    readSync(source, header, 0, header.length, next)
    const nextOffset = baseOffset(header, 0)
    losses.report({
      from: this.#offset,
      to: nextOffset,
      bytes: next - this.#position,
      keptIn: losses.quarantine(segment.base),
      what: `bytes ${this.#position} to ${next} of ${segment.path} are damaged`,
    })
    writeAgain(segment.path, (target) => {
      const filling = this.#fillingFor(this.#offset, nextOffset)
      copyRange(source, target, { from: 0, to: this.#position, at: 0 })
      writeFully(target, filling, this.#position)
      copyRange(source, target, { from: next, to: end, at: this.#position + filling.length })
    })
    this.#isRewritten = true
  }

  /**
   * Mends the segment behind its last whole batch: cuts off what is there, and fills in the offsets that are known to be missing. False if
   * there is nothing to do.
   */
  #mendEnd(descriptor: number, end: number): boolean {
    const { segment, losses, floor } = this.#options
    const position = this.#position
    const offset = this.#offset
    const missingTo = this.#isEndMissing(end) ? (segment.nextBase ?? floor) : offset
    if (position === end && missingTo === offset) return false
    if (missingTo > offset) this.#loseEnd(end, missingTo)
    else if (this.#looksAcknowledged(descriptor, end))
      losses.report({
        from: offset,
        to: offset,
        bytes: end - position,
        keptIn: losses.quarantine(segment.base),
        what: `bytes ${position} to ${end} of ${segment.path}, its end, fail their checksum`,
      })
    ftruncateSync(descriptor, position)
    writeFully(descriptor, this.#fillingFor(offset, missingTo), position)
    this.#isRewritten = true
    return true
  }

  /** In a closed segment of a compacted topic the last offsets may be missing rightly. */
  #isEndMissing(end: number): boolean {
    const { segment, isCompacted, knownSize, floor } = this.#options
    if (segment.nextBase === null) return this.#offset < floor
    const isSuspect = !isCompacted || this.#position < end || end < (knownSize ?? end)
    return isSuspect && this.#offset < segment.nextBase
  }

  #loseEnd(end: number, to: number): void {
    const { segment, losses, knownSize } = this.#options
    const size = Math.max(end, knownSize ?? end)
    const what =
      size > end
        ? `${segment.path} ends at byte ${end} where it had ${size} bytes`
        : `bytes ${this.#position} to ${end} of ${segment.path}, its end, are damaged`
    const keptIn = this.#position < end ? losses.quarantine(segment.base) : null
    losses.report({ from: this.#offset, to, bytes: size - this.#position, keptIn, what })
  }

  /** A batch that is there in its full length was probably written whole and damaged later. */
  #looksAcknowledged(descriptor: number, end: number): boolean {
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    if (readSync(descriptor, header, 0, header.length, this.#position) < header.length) return false
    const size = header.readInt32BE(8) + 12
    return size > BATCH_HEADER_BYTES && this.#position + size <= end
  }

  #fillingFor(from: number, to: number): Buffer {
    const { transactions, now } = this.#options
    return fillingFor({ from, to, aborted: transactions.aborted, now })
  }
}
