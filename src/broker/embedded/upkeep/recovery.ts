/**
 * Brings a partition's files into a consistent state when the log is opened, and returns the state that its threads will share.
 *
 * What was written after the last checkpoint is checked batch by batch, and so are the last few hundred kilobytes before it; earlier
 * batches are checked when they are read. Three things can be wrong:
 *
 * - Bytes at the very end that are no whole batch, behind everything that the checkpoint knows: a write that a crash cut short. They
 *   were never acknowledged and are cut off.
 * - A damaged place with whole batches behind it. The segment is copied to the quarantine directory as it is and the damaged bytes are
 *   taken out; what is before and behind stays readable.
 * - The end of a segment, or a whole segment, is damaged or missing although its records were acknowledged, as the checkpoint or the
 *   name of the next segment shows.
 *
 * The last two are reported with the offsets that are lost. Batches without records take the place of the lost ones, so that no offset
 * is ever given to another record, and later starts find a log without gaps. Abort markers among the lost batches are written again: a
 * reader drops an aborted producer's records up to its marker.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import type { TopicPartition } from '../../broker.ts'
import { makeDirectory } from '../../make-directory.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  controlOutcome,
  isControl,
  isTransactional,
  MAX_OFFSETS_PER_BATCH,
  producerId,
  type TransactionOutcome,
} from '../../record-batch.ts'
import { type AbortedEntry, readAborted, summarize, writeAborted } from '../segments/aborted-index.ts'
import {
  damageMarkPath,
  freePath,
  indexPath,
  logPath,
  quarantineDirectory,
  segmentName,
  writeFully,
} from '../segments/data-layout.ts'
import { listSegments } from '../segments/partition.ts'
import type { OpenTransaction } from '../segments/partition-state.ts'
import { INDEX_INTERVAL_BYTES, type IndexEntry, readIndex, writeIndex } from '../segments/segment-index.ts'
import { batchEnd, batchMaxTimestamp, findNextBatch, type ScannedBatch, scanBatches } from '../segments/segment-scan.ts'
import type { PartitionCheckpoint } from './checkpoint.ts'
import { finishSwaps } from './compaction-swap.ts'
import type { Damages } from './damages.ts'
import { copyRange, fillingFor, fitsItsSuccessor, writeAgain } from './segment-rewrite.ts'

export interface RecoveryInput extends TopicPartition {
  readonly dataDir: string
  readonly directory: string
  readonly checkpoint: PartitionCheckpoint | null
  /** Whether the topic is compacted, so that offsets may be missing in its closed segments. */
  readonly isCompacted: boolean
  /** Check every batch, whatever the checkpoint says. */
  readonly checkAll: boolean
  /** Wall-clock time that stands for the unknown time of an append. */
  readonly now: number
  readonly damages: Damages
}

export interface RecoveredPartition extends PartitionCheckpoint {
  readonly indexedPosition: number
  /** From this offset on every batch was checked. */
  readonly checkedFrom: number
}

/** Checks and repairs the partition's files. */
export function recoverPartition(input: RecoveryInput): RecoveredPartition {
  return new Recovery(input).run()
}

/** One segment, as recovery meets it. */
interface Segment {
  readonly base: number
  readonly path: string
  /** Offset where the next segment begins; null for the active segment. */
  readonly nextBase: number | null
}

/** Offsets whose records are lost, and the bytes that held them. */
interface Loss {
  readonly from: number
  readonly to: number
  readonly bytes: number
  readonly keptIn: string | null
  readonly what: string
}

class Recovery {
  readonly #input: RecoveryInput
  /** The checkpoint, if what it says about whole batches may be relied on. */
  #trusted: PartitionCheckpoint | null = null
  /** Transactions are followed from here on; the checkpoint knows those before. */
  #transactionsFrom = 0
  readonly #open = new Map<number, OpenTransaction>()
  #aborted: AbortedEntry[] = []
  #checkedFrom = 0
  /** End of what was checked last: its offset, its segment's position, and its segment's highest timestamp. */
  #offset = 0
  #position = 0
  #maxTimestamp = -1
  #indexedPosition = 0
  #isRewritten = false

  constructor(input: RecoveryInput) {
    this.#input = input
  }

  run(): RecoveredPartition {
    const { directory } = this.#input
    makeDirectory(directory)
    finishSwaps(directory)
    const known = readAborted(directory)
    this.#relyOnCheckpoint(known)
    this.#replaceMissingSegments()
    const bases = listSegments(directory)
    for (const [index, base] of bases.entries())
      this.#recoverSegment({ base, path: logPath(directory, base), nextBase: bases[index + 1] ?? null })
    if (!isSame(known, this.#aborted)) writeAborted(directory, this.#aborted)
    rmSync(damageMarkPath(directory), { force: true })
    return this.#result(bases)
  }

  #result(bases: readonly number[]): RecoveredPartition {
    const { checkpoint, now } = this.#input
    const startOffset = Math.max(this.#startOffset, bases[0]!)
    const base = bases.at(-1)!
    const offset = Math.max(this.#offset, base, startOffset)
    const isUnchanged = !this.#isRewritten && checkpoint?.base === base && checkpoint.position === this.#position
    const { count, checksum } = summarize(this.#aborted, offset)
    return {
      startOffset,
      base,
      position: this.#position,
      offset,
      indexedPosition: this.#indexedPosition,
      maxTimestamp: this.#maxTimestamp,
      createdAt: isUnchanged ? checkpoint.createdAt : this.#position === 0 ? -1 : now,
      appendedAt: isUnchanged ? checkpoint.appendedAt : now,
      transactions: [...this.#open.values()],
      abortedCount: count,
      abortedChecksum: checksum,
      cleanedTo: checkpoint?.cleanedTo ?? 0,
      checkedFrom: this.#checkedFrom,
    }
  }

  get #startOffset(): number {
    return this.#input.checkpoint?.startOffset ?? 0
  }

  /** Offset before which everything was acknowledged. */
  get #floor(): number {
    return this.#input.checkpoint?.offset ?? 0
  }

  /** What the checkpoint says of transactions counts only if `aborted.index` is as it was; otherwise all is read again from the segments. */
  #relyOnCheckpoint(aborted: readonly AbortedEntry[]): void {
    const { directory, checkpoint, checkAll } = this.#input
    if (checkpoint === null) return
    const { count, checksum } = summarize(aborted, checkpoint.offset)
    if (count !== checkpoint.abortedCount || checksum !== checkpoint.abortedChecksum) return
    this.#transactionsFrom = checkpoint.offset
    this.#aborted = aborted.filter(({ markerOffset }) => markerOffset < checkpoint.offset)
    for (const transaction of checkpoint.transactions) this.#open.set(transaction.producerId, transaction)
    if (!checkAll && !existsSync(damageMarkPath(directory))) this.#trusted = checkpoint
  }

  /** Segments that were there when the log was closed are replaced by segments that only take their offsets. */
  #replaceMissingSegments(): void {
    const { directory, checkpoint } = this.#input
    const bases = listSegments(directory)
    const segments = checkpoint?.closed?.segments ?? []
    for (const [index, { base, size }] of segments.entries()) {
      if (size === 0 || bases.includes(base)) continue
      const end = segments[index + 1]?.base ?? this.#floor
      this.#lose({ from: base, to: end, bytes: size, keptIn: null, what: `${logPath(directory, base)} is missing` })
      writeAgain(logPath(directory, base), (target) => writeFully(target, this.#fillingFor(base, end), 0))
      rmSync(indexPath(directory, base), { force: true })
    }
    if (listSegments(directory).length === 0) closeSync(openSync(logPath(directory, this.#startOffset), 'a'))
  }

  #recoverSegment(segment: Segment): void {
    const { directory, now } = this.#input
    const { base, nextBase } = segment
    const path = indexPath(directory, base)
    const index = readIndex(path, base)
    const size = statSync(segment.path).size
    if (this.#isKnownWhole(segment, size, index)) {
      this.#offset = index?.at(-1)?.offset ?? base
      this.#checkedFrom = this.#offset
      return
    }
    const entries = this.#enterSegment(segment, size, index)
    this.#scan(segment, entries)
    if (nextBase !== null && entries.at(-1)?.position !== this.#position)
      entries.push(this.#indexEntry(nextBase, this.#position, now))
    if (this.#isRewritten || entries.length !== (index?.length ?? 0)) writeIndex(path, base, entries)
  }

  /** A closed segment before the checkpoint that ends where its index says. */
  #isKnownWhole({ base }: Segment, size: number, index: readonly IndexEntry[] | null): boolean {
    const isBefore = this.#trusted !== null && base < this.#trusted.base
    return isBefore && index !== null && size === (index.at(-1)?.position ?? 0) && size === (this.#sizeOf(base) ?? size)
  }

  /** Size of a segment at the last checkpoint; null if that is not known. */
  #sizeOf(base: number): number | null {
    const { checkpoint } = this.#input
    const closed = checkpoint?.closed?.segments.find((segment) => segment.base === base)
    return closed?.size ?? (checkpoint?.base === base ? checkpoint.position : null)
  }

  /** Sets where the scan of a segment begins, and returns the index entries up to there. */
  #enterSegment({ base }: Segment, size: number, index: readonly IndexEntry[] | null): IndexEntry[] {
    const trusted = this.#trusted
    const isContinued = trusted !== null && base === trusted.base && index !== null && size >= trusted.position
    const entries = isContinued ? index.filter(({ position }) => position <= trusted.position) : []
    const start = entries.at(-1)
    this.#position = start?.position ?? 0
    this.#offset = start?.offset ?? base
    this.#maxTimestamp = start?.maxTimestamp ?? -1
    this.#indexedPosition = this.#position
    if (isContinued) this.#checkedFrom = this.#offset
    return entries
  }

  #indexEntry(offset: number, position: number, appendedAt: number): IndexEntry {
    return { offset, position, maxTimestamp: this.#maxTimestamp, appendedAt }
  }

  #scan(segment: Segment, entries: IndexEntry[]): void {
    const { nextBase } = segment
    const isContiguous = nextBase === null || !this.#input.isCompacted
    const maxOffset = nextBase ?? Infinity
    for (;;) {
      const descriptor = openSync(segment.path, 'r+')
      try {
        const end = fstatSync(descriptor).size
        this.#readBatches(descriptor, entries, { end, maxOffset, isContiguous })
        const next = this.#position < end ? this.#findNext(segment, descriptor, { end, isContiguous }) : -1
        if (next !== -1) this.#takeOutDamage(segment, descriptor, { next, end })
        else if (!this.#mendEnd(segment, descriptor, end)) return
      } finally {
        closeSync(descriptor)
      }
    }
  }

  /** Position of the next batch that can be kept, or -1. */
  #findNext(
    segment: Segment,
    descriptor: number,
    { end, isContiguous }: { readonly end: number; readonly isContiguous: boolean },
  ): number {
    for (const range of this.#searchRanges(segment, end))
      for (let next = findNextBatch(descriptor, range); next !== -1; next = findNextBatch(descriptor, range)) {
        if (fitsItsSuccessor(descriptor, { next, isContiguous, ...range })) return next
        range.from = next + 1
      }
    return -1
  }

  /** In the active segment the checkpoint bounds the offsets of what is before it. */
  #searchRanges({ base, nextBase }: Segment, end: number) {
    const from = this.#position + 1
    const minOffset = this.#offset
    if (nextBase !== null) return [{ from, end, minOffset, maxOffset: nextBase }]
    const { checkpoint } = this.#input
    const known = checkpoint?.base === base ? Math.min(checkpoint.position, end) : 0
    return [
      { from, end: known, minOffset, maxOffset: this.#floor },
      {
        from: Math.max(from, known),
        end,
        minOffset: Math.max(minOffset, known > 0 ? this.#floor : 0),
        maxOffset: Math.max(minOffset, this.#floor) + MAX_OFFSETS_PER_BATCH,
      },
    ]
  }

  #readBatches(
    descriptor: number,
    entries: IndexEntry[],
    range: { readonly end: number; readonly maxOffset: number; readonly isContiguous: boolean },
  ): void {
    for (const batch of scanBatches(descriptor, { from: this.#position, minOffset: this.#offset, ...range })) {
      if (batch.position - this.#indexedPosition >= INDEX_INTERVAL_BYTES) {
        entries.push(this.#indexEntry(baseOffset(batch.bytes, batch.at), batch.position, this.#input.now))
        this.#indexedPosition = batch.position
      }
      this.#note(batch)
    }
  }

  #note(batch: ScannedBatch): void {
    this.#position = batch.position + batch.size
    this.#offset = batchEnd(batch)
    this.#maxTimestamp = Math.max(this.#maxTimestamp, batchMaxTimestamp(batch))
    const { bytes, at } = batch
    if (baseOffset(bytes, at) < this.#transactionsFrom || !isTransactional(bytes, at)) return
    if (isControl(bytes, at)) this.#noteMarker(batch, controlOutcome(bytes, at))
    else if (!this.#open.has(producerId(bytes, at)))
      this.#open.set(producerId(bytes, at), {
        producerId: producerId(bytes, at),
        firstOffset: baseOffset(bytes, at),
        startedAt: this.#input.now,
      })
  }

  #noteMarker({ bytes, at }: ScannedBatch, outcome: TransactionOutcome | null): void {
    const id = producerId(bytes, at)
    const open = this.#open.get(id)
    this.#open.delete(id)
    if (outcome === 'abort' && open !== undefined)
      this.#aborted.push({ producerId: id, firstOffset: open.firstOffset, markerOffset: baseOffset(bytes, at) })
  }

  /** Takes the bytes from the present position to `next`, where a whole batch begins, out of the segment. */
  #takeOutDamage({ base, path }: Segment, source: number, { next, end }: { next: number; end: number }): void {
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    readSync(source, header, 0, header.length, next)
    const nextOffset = baseOffset(header, 0)
    const what = `bytes ${this.#position} to ${next} of ${path} are damaged`
    const bytes = next - this.#position
    this.#lose({ from: this.#offset, to: nextOffset, bytes, keptIn: this.#quarantine(base), what })
    writeAgain(path, (target) => {
      const filling = this.#fillingFor(this.#offset, nextOffset)
      copyRange(source, target, { from: 0, to: this.#position, at: 0 })
      writeFully(target, filling, this.#position)
      copyRange(source, target, { from: next, to: end, at: this.#position + filling.length })
    })
    this.#isRewritten = true
  }

  /**
   * Mends a segment behind its last whole batch: cuts off what is there, and fills in the offsets that are known to be missing. False if
   * there is nothing to do.
   */
  #mendEnd(segment: Segment, descriptor: number, end: number): boolean {
    const position = this.#position
    const offset = this.#offset
    const missingTo = this.#isEndMissing(segment, end) ? (segment.nextBase ?? this.#floor) : offset
    if (position === end && missingTo === offset) return false
    if (missingTo > offset) this.#loseEnd(segment, end, missingTo)
    else if (this.#looksAcknowledged(descriptor, end))
      this.#lose({
        from: offset,
        to: offset,
        bytes: end - position,
        keptIn: this.#quarantine(segment.base),
        what: `bytes ${position} to ${end} of ${segment.path}, its end, fail their checksum`,
      })
    ftruncateSync(descriptor, position)
    writeFully(descriptor, this.#fillingFor(offset, missingTo), position)
    this.#isRewritten = true
    return true
  }

  /** In a closed segment of a compacted topic the last offsets may be missing rightly. */
  #isEndMissing({ base, nextBase }: Segment, end: number): boolean {
    if (nextBase === null) return this.#offset < this.#floor
    const isSuspect = !this.#input.isCompacted || this.#position < end || end < (this.#sizeOf(base) ?? end)
    return isSuspect && this.#offset < nextBase
  }

  #loseEnd({ base, path }: Segment, end: number, to: number): void {
    const size = Math.max(end, this.#sizeOf(base) ?? end)
    const what =
      size > end
        ? `${path} ends at byte ${end} where it had ${size} bytes`
        : `bytes ${this.#position} to ${end} of ${path}, its end, are damaged`
    const keptIn = this.#position < end ? this.#quarantine(base) : null
    this.#lose({ from: this.#offset, to, bytes: size - this.#position, keptIn, what })
  }

  /** A batch that is there in its full length was probably written whole and damaged later. */
  #looksAcknowledged(descriptor: number, end: number): boolean {
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    if (readSync(descriptor, header, 0, header.length, this.#position) < header.length) return false
    const size = header.readInt32BE(8) + 12
    return size > BATCH_HEADER_BYTES && this.#position + size <= end
  }

  /** Reports the loss, except for records that `deleteRecords` or retention had removed before. Equal offsets: it is not known how many. */
  #lose({ from, to, bytes, keptIn, what }: Loss): void {
    const { topic, partition, damages } = this.#input
    const offset = Math.max(from, this.#startOffset)
    if (offset >= to && from < to) return
    damages.report({ topic, partition, offset, records: from === to ? null : to - offset, bytes, keptIn, what })
  }

  #fillingFor(from: number, to: number): Buffer {
    return fillingFor({ from, to, aborted: this.#aborted, now: this.#input.now })
  }

  /** Copies the segment as it is now, and returns the copy's path. */
  #quarantine(base: number): string {
    const { dataDir, topic, partition, directory } = this.#input
    const quarantine = quarantineDirectory(dataDir)
    makeDirectory(quarantine)
    const copy = freePath(quarantine, `${topic}-${partition}-${segmentName(base)}.log`)
    copyFileSync(logPath(directory, base), copy)
    return copy
  }
}

function isSame(a: readonly AbortedEntry[], b: readonly AbortedEntry[]): boolean {
  const [first, second] = [summarize(a, Infinity), summarize(b, Infinity)]
  return first.count === second.count && first.checksum === second.checksum
}
