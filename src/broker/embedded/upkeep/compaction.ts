/**
 * Keeps only the newest record of each key in the closed segments of topics with `cleanup.policy=compact`. Owner thread only, in slices, so
 * that the thread serves others meanwhile.
 *
 * One pass: (1) the newest offset of each key is noted from the segments that were not compacted before, as far as memory allows;
 * (2) all segments up to there are written again without older records, several small ones into one; (3) each new segment takes the
 * place of its sources (compaction-swap.ts). Records keep their offsets.
 *
 * Tombstones stay for `delete.retention.ms` after they were written, and at least until the pass after the one that first met them, so that
 * a reader that follows the log sees them. Records of aborted transactions are removed. What is left is decided and loses its transactional
 * mark, so commit markers are removed too; an abort marker stays while `aborted.index` still names its transaction, as readers take both together.
 * Source: Kafka `LogCleaner`.
 */

import { closeSync, fsyncSync, openSync } from 'node:fs'
import {
  baseOffset,
  controlOutcome,
  isControl,
  isTransactional,
  lastOffset,
  maxTimestamp,
  producerId,
} from '../../record-batch.ts'
import { RecordBatchCursor } from '../../record-batch-cursor.ts'
import { writeAborted } from '../segments/aborted-index.ts'
import { keepRecords } from '../segments/batch-filter.ts'
import { indexPath, logPath, writeFully } from '../segments/data-layout.ts'
import type { Partition } from '../segments/partition.ts'
import { checkedBatches } from '../segments/read.ts'
import { INDEX_INTERVAL_BYTES, type IndexEntry, readIndex, writeIndex } from '../segments/segment-index.ts'
import { type OffsetRange, partialPath, swapIn } from './compaction-swap.ts'
import { closedSegments } from './retention.ts'
import { renewCopy } from './segment-copies.ts'

export interface CompactionPass {
  readonly cleanedTo: number
  readonly now: number
  /** Bound on the memory of the keys noted in one pass. */
  readonly maxKeyBytes: number
  /** Awaited between slices of a few milliseconds. */
  readonly pause: () => Promise<void>
}

interface Source {
  readonly base: number
  readonly end: number
  readonly size: number
  readonly newest: number
}

/** Answers the offset up to which the partition is compacted now: `cleanedTo` if there was too little to do. */
export async function compactPartition(partition: Partition, pass: CompactionPass): Promise<number> {
  partition.refresh()
  const sources = cleanableSegments(partition, pass)
  const dirty = sources.filter(({ end }) => end > pass.cleanedTo)
  if (dirty.length === 0 || sizeOf(dirty) < partition.config.minCleanableDirtyRatio * sizeOf(sources))
    return pass.cleanedTo
  const newest = await noteNewest(partition, dirty, pass)
  const touched = sources.filter(({ base }) => base < newest.upTo)
  for (const group of groupsOf(touched, partition.config.segmentBytes))
    await new Rewrite(partition, group, { pass, newest }).run()
  pruneAborted(partition, newest.upTo)
  return newest.upTo
}

const sizeOf = (segments: readonly Source[]) => segments.reduce((sum, { size }) => sum + size, 0)

function cleanableSegments(partition: Partition, { now }: CompactionPass): Source[] {
  const { state, config } = partition
  const segments = closedSegments(partition)
  const isYoung = ({ newest }: Source) => config.minCompactionLagMs > 0 && newest > now - config.minCompactionLagMs
  const firstKept = segments.findIndex((segment) => segment.end > state.stableOffset || isYoung(segment))
  return firstKept === -1 ? segments : segments.slice(0, firstKept)
}

interface NewestOffsets {
  /** Key bytes as latin1. */
  readonly offsets: ReadonlyMap<string, number>
  /** Keys of records before this offset are in the map. */
  readonly upTo: number
}

/** What a map entry takes beside its key. */
const ENTRY_BYTES = 80

async function noteNewest(
  partition: Partition,
  dirty: readonly Source[],
  pass: CompactionPass,
): Promise<NewestOffsets> {
  const offsets = new Map<string, number>()
  const cursor = new RecordBatchCursor()
  let upTo = dirty[0]!.base
  let keyBytes = 0
  for (const { base, end, size } of dirty) {
    const descriptor = openSync(logPath(partition.directory, base), 'r')
    try {
      let sliceEnd = SLICE_BYTES
      for (const { bytes, at, size: batchBytes, position } of checkedBatches(partition, descriptor, size)) {
        if (position > sliceEnd) {
          sliceEnd = position + SLICE_BYTES
          await pass.pause()
        }
        if (keyBytes > pass.maxKeyBytes) return { offsets, upTo }
        upTo = lastOffset(bytes, at) + 1
        if (isAborted(partition, bytes, at)) continue
        cursor.reset(bytes.subarray(at, at + batchBytes))
        while (cursor.next()) {
          if (cursor.keyEnd === -1) continue
          const key = cursor.buffer.latin1Slice(cursor.keyStart, cursor.keyEnd)
          if (!offsets.has(key)) keyBytes += key.length + ENTRY_BYTES
          offsets.set(key, cursor.offset)
        }
      }
      upTo = end
    } finally {
      closeSync(descriptor)
    }
  }
  return { offsets, upTo }
}

const SLICE_BYTES = 1024 * 1024

function isAborted({ aborted }: Partition, bytes: Buffer, at: number): boolean {
  if (!isTransactional(bytes, at) || isControl(bytes, at)) return false
  const id = producerId(bytes, at)
  const offset = baseOffset(bytes, at)
  return aborted.some((entry) => entry.producerId === id && entry.firstOffset <= offset && offset < entry.markerOffset)
}

/** Runs of segments that fit into one. */
function groupsOf(segments: readonly Source[], maxBytes: number): Source[][] {
  const groups: Source[][] = []
  let bytes = Infinity
  for (const segment of segments) {
    const isFull = bytes + segment.size > maxBytes || segment.end - groups.at(-1)![0]!.base > MAX_OFFSETS_PER_SEGMENT
    if (isFull) groups.push([segment])
    else groups.at(-1)!.push(segment)
    bytes = isFull ? segment.size : bytes + segment.size
  }
  return groups
}

/** An index entry has 32 bits for an offset. */
const MAX_OFFSETS_PER_SEGMENT = 2 ** 32 - 1

interface RewriteOptions {
  readonly pass: CompactionPass
  readonly newest: NewestOffsets
}

/** Writes one group of segments as one. */
class Rewrite {
  readonly #partition: Partition
  readonly #sources: readonly Source[]
  readonly #options: RewriteOptions
  readonly #range: OffsetRange
  readonly #cursor = new RecordBatchCursor()
  readonly #index: IndexEntry[] = []
  #position = 0
  #maxTimestamp = -1
  #appendedAt = -1

  constructor(partition: Partition, sources: readonly Source[], options: RewriteOptions) {
    this.#partition = partition
    this.#sources = sources
    this.#options = options
    this.#range = { base: sources[0]!.base, end: sources.at(-1)!.end }
  }

  async run(): Promise<void> {
    const { state, directory } = this.#partition
    const target = openSync(partialPath(directory, this.#range), 'w')
    try {
      for (const source of this.#sources) await this.#copy(source, target)
      fsyncSync(target)
    } finally {
      closeSync(target)
    }
    this.#index.push(this.#entry(this.#range.end))
    state.locked(() => {
      this.#partition.checkUsable()
      state.bumpVersion()
      swapIn(directory, this.#range)
      if (this.#partition.hasCopies) renewCopy(directory, this.#range.base)
      writeIndex(indexPath(directory, this.#range.base), this.#range.base, this.#index)
    })
  }

  async #copy(source: Source, target: number): Promise<void> {
    const { directory } = this.#partition
    const appendedAt =
      readIndex(indexPath(directory, source.base), source.base)?.at(-1)?.appendedAt ?? this.#options.pass.now
    const descriptor = openSync(logPath(directory, source.base), 'r')
    try {
      let sliceEnd = SLICE_BYTES
      for (const { bytes, at, size, position } of checkedBatches(this.#partition, descriptor, source.size)) {
        const kept = this.#filter(bytes.subarray(at, at + size), appendedAt)
        if (kept !== null) this.#write(kept, target)
        if (position < sliceEnd) continue
        sliceEnd = position + SLICE_BYTES
        await this.#options.pass.pause()
      }
    } finally {
      closeSync(descriptor)
    }
    this.#appendedAt = Math.max(this.#appendedAt, appendedAt)
  }

  #write(batch: Buffer, target: number): void {
    const indexed = this.#index.at(-1)?.position ?? 0
    if (this.#position - indexed >= INDEX_INTERVAL_BYTES) this.#index.push(this.#entry(baseOffset(batch, 0)))
    writeFully(target, batch, this.#position)
    this.#position += batch.length
    this.#maxTimestamp = Math.max(this.#maxTimestamp, maxTimestamp(batch, 0))
  }

  #entry(offset: number): IndexEntry {
    return { offset, position: this.#position, maxTimestamp: this.#maxTimestamp, appendedAt: this.#appendedAt }
  }

  /** The batch with what must stay of it; null if that is nothing. */
  #filter(batch: Buffer, appendedAt: number): Buffer | null {
    const { upTo } = this.#options.newest
    if (lastOffset(batch, 0) >= upTo) return batch
    if (isControl(batch, 0)) return this.#isNamedAbort(batch) ? batch : null
    if (isAborted(this.#partition, batch, 0)) return null
    return keepRecords(batch, this.#cursor, (cursor) => this.#isKept(cursor, appendedAt))
  }

  #isNamedAbort(batch: Buffer): boolean {
    const offset = baseOffset(batch, 0)
    return (
      controlOutcome(batch, 0) === 'abort' &&
      this.#partition.aborted.some(({ markerOffset }) => markerOffset === offset)
    )
  }

  #isKept({ buffer, offset, keyStart, keyEnd, valueEnd }: RecordBatchCursor, appendedAt: number): boolean {
    if (keyEnd === -1) return true
    const newest = this.#options.newest.offsets.get(buffer.latin1Slice(keyStart, keyEnd))
    if (newest !== undefined && newest > offset) return false
    return valueEnd !== -1 || !this.#isExpiredTombstone(offset, appendedAt)
  }

  #isExpiredTombstone(offset: number, appendedAt: number): boolean {
    const { cleanedTo, now } = this.#options.pass
    return offset < cleanedTo && appendedAt + this.#partition.config.deleteRetentionMs < now
  }
}

/** Entries whose records and marker were all compacted have nothing left to hide. */
function pruneAborted(partition: Partition, upTo: number): void {
  if (!partition.aborted.some(({ markerOffset }) => markerOffset < upTo)) return
  const { state, directory } = partition
  state.locked(() => {
    partition.refreshLocked()
    writeAborted(
      directory,
      partition.aborted.filter(({ markerOffset }) => markerOffset >= upTo),
    )
    state.bumpVersion()
  })
}
