/**
 * Brings a partition's files into a consistent state when the log is opened, and answers the state that its threads will share.
 *
 * What was written after the last checkpoint is checked batch by batch. Bytes at the very end that are no whole batch were never
 * acknowledged (a crash in the middle of a write): they are cut off. A damaged place with whole batches behind it is the disk's doing: the segment
 * is copied to the quarantine directory as it is, the damaged bytes are taken out, and what is before and behind stays readable.
 */

import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs'
import type { TransactionOutcome } from '../../record-batch.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  controlOutcome,
  isControl,
  isTransactional,
  producerId,
} from '../../record-batch.ts'
import { type AbortedEntry, readAborted, writeAborted } from '../segments/aborted-index.ts'
import {
  freePath,
  indexPath,
  logPath,
  PARTIAL_SUFFIX,
  quarantineDirectory,
  segmentName,
} from '../segments/data-layout.ts'
import { listSegments } from '../segments/partition.ts'
import type { OpenTransaction } from '../segments/partition-state.ts'
import { INDEX_INTERVAL_BYTES, type IndexEntry, readIndex, writeIndex } from '../segments/segment-index.ts'
import { batchEnd, batchMaxTimestamp, findNextBatch, type ScannedBatch, scanBatches } from '../segments/segment-scan.ts'
import type { PartitionCheckpoint } from './checkpoint.ts'
import { finishSwaps } from './compaction-swap.ts'

export interface RecoveryInput {
  readonly dataDir: string
  readonly topic: string
  readonly partition: number
  readonly directory: string
  readonly checkpoint: PartitionCheckpoint | null
  /** Wall-clock time that stands for the unknown time of an append. */
  readonly now: number
  /** Told of damage that was found, in words for the operator. */
  readonly warn: (message: string) => void
}

export interface RecoveredPartition extends PartitionCheckpoint {
  readonly indexedPosition: number
}

/** Checks and repairs the partition's files. */
export function recoverPartition(input: RecoveryInput): RecoveredPartition {
  return new Recovery(input).run()
}

class Recovery {
  readonly #input: RecoveryInput
  /** The checkpoint, unless the files do not bear it out. */
  #checkpoint: PartitionCheckpoint | null = null
  readonly #open = new Map<number, OpenTransaction>()
  #aborted: AbortedEntry[] = []
  #offset = 0
  #position = 0
  #indexedPosition = 0
  #maxTimestamp = -1

  constructor(input: RecoveryInput) {
    this.#input = input
  }

  run(): RecoveredPartition {
    const { directory, checkpoint } = this.#input
    const startOffset = checkpoint?.startOffset ?? 0
    mkdirSync(directory, { recursive: true })
    finishSwaps(directory)
    if (listSegments(directory).length === 0) closeSync(openSync(logPath(directory, startOffset), 'a'))
    const bases = listSegments(directory)
    const known = readAborted(directory)
    this.#startFrom(bases, known)
    for (const base of bases) this.#recoverSegment(base, base === bases.at(-1))
    if (known.length !== this.#aborted.length) writeAborted(directory, this.#aborted)
    return this.#result(bases)
  }

  #result(bases: readonly number[]): RecoveredPartition {
    const { checkpoint, now } = this.#input
    const startOffset = Math.max(checkpoint?.startOffset ?? 0, bases[0]!)
    const base = bases.at(-1)!
    const isUnchanged = this.#checkpoint?.base === base && this.#checkpoint.position === this.#position
    return {
      startOffset,
      base,
      position: this.#position,
      offset: Math.max(this.#offset, base, startOffset),
      indexedPosition: this.#indexedPosition,
      maxTimestamp: this.#maxTimestamp,
      createdAt: isUnchanged ? this.#checkpoint!.createdAt : this.#position === 0 ? -1 : now,
      appendedAt: isUnchanged ? this.#checkpoint!.appendedAt : now,
      transactions: [...this.#open.values()],
      abortedCount: this.#aborted.length,
      cleanedTo: checkpoint?.cleanedTo ?? 0,
    }
  }

  #startFrom(bases: readonly number[], aborted: readonly AbortedEntry[]): void {
    const { directory, checkpoint } = this.#input
    const isBorneOut =
      checkpoint !== null &&
      countBefore(aborted, checkpoint.offset) === checkpoint.abortedCount &&
      bases.includes(checkpoint.base) &&
      statSync(logPath(directory, checkpoint.base)).size >= checkpoint.position
    if (!isBorneOut) return
    this.#checkpoint = checkpoint
    this.#aborted = aborted.filter(({ markerOffset }) => markerOffset < checkpoint.offset)
    for (const transaction of checkpoint.transactions) this.#open.set(transaction.producerId, transaction)
  }

  #recoverSegment(base: number, isActive: boolean): void {
    const { directory, now } = this.#input
    const path = indexPath(directory, base)
    const checked = this.#checkpoint
    const index = readIndex(path, base)
    if (checked !== null && base < checked.base && index !== null) return
    const isContinued = checked !== null && base === checked.base && index !== null
    this.#position = isContinued ? checked.position : 0
    this.#maxTimestamp = isContinued ? checked.maxTimestamp : -1
    this.#offset = isContinued ? checked.offset : Math.max(this.#offset, base)
    const entries = isContinued ? index.filter(({ position }) => position <= this.#position) : []
    this.#indexedPosition = entries.at(-1)?.position ?? 0
    this.#scan(base, entries)
    if (!isActive && entries.at(-1)?.position !== this.#position)
      entries.push(this.#indexEntry(this.#offset, this.#position, now))
    if (entries.length !== (index?.length ?? 0)) writeIndex(path, base, entries)
  }

  #indexEntry(offset: number, position: number, appendedAt: number): IndexEntry {
    return { offset, position, maxTimestamp: this.#maxTimestamp, appendedAt }
  }

  #scan(base: number, entries: IndexEntry[]): void {
    const path = logPath(this.#input.directory, base)
    const descriptor = openSync(path, 'r+')
    let isDamaged = false
    try {
      const end = fstatSync(descriptor).size
      this.#readBatches(descriptor, entries, end)
      if (this.#position < end) isDamaged = !this.#cutTornTail(descriptor, { base, end })
    } finally {
      closeSync(descriptor)
    }
    if (!isDamaged) return
    this.#takeOutDamage(base)
    this.#scan(base, entries)
  }

  #readBatches(descriptor: number, entries: IndexEntry[], end: number): void {
    for (const batch of scanBatches(descriptor, { from: this.#position, end, minOffset: this.#offset })) {
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
    const isInCheckpoint = this.#checkpoint !== null && baseOffset(bytes, at) < this.#checkpoint.offset
    if (isInCheckpoint || !isTransactional(bytes, at)) return
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

  /** False if whole batches follow the bad place, so that it is not a torn tail. */
  #cutTornTail(descriptor: number, { base, end }: { base: number; end: number }): boolean {
    const next = findNextBatch(descriptor, { from: this.#position + 1, end, minOffset: this.#offset })
    if (next !== -1) return false
    if (this.#looksAcknowledged(descriptor, end))
      this.#quarantine(base, `bytes ${this.#position} to ${end} (its end) fail their checksum`)
    ftruncateSync(descriptor, this.#position)
    return true
  }

  /** A batch that is there in its full length was probably written whole and damaged later. */
  #looksAcknowledged(descriptor: number, end: number): boolean {
    const header = Buffer.alloc(BATCH_HEADER_BYTES)
    if (readSync(descriptor, header, 0, header.length, this.#position) < header.length) return false
    const size = header.readInt32BE(8) + 12
    return size > BATCH_HEADER_BYTES && this.#position + size <= end
  }

  #takeOutDamage(base: number): void {
    const path = logPath(this.#input.directory, base)
    const descriptor = openSync(path, 'r')
    const partial = `${path}${PARTIAL_SUFFIX}`
    try {
      const end = fstatSync(descriptor).size
      const next = findNextBatch(descriptor, { from: this.#position + 1, end, minOffset: this.#offset })
      this.#quarantine(base, `bytes ${this.#position} to ${next} are damaged`)
      copyRanges(descriptor, partial, [
        { from: 0, to: this.#position },
        { from: next, to: end },
      ])
    } finally {
      closeSync(descriptor)
    }
    renameSync(partial, path)
  }

  #quarantine(base: number, what: string): void {
    const { dataDir, topic, partition, directory, warn } = this.#input
    const quarantine = quarantineDirectory(dataDir)
    mkdirSync(quarantine, { recursive: true })
    const copy = freePath(quarantine, `${topic}-${partition}-${segmentName(base)}.log`)
    copyFileSync(logPath(directory, base), copy)
    warn(
      `Corrupt segment ${logPath(directory, base)} of ${topic}-${partition}: ${what}, at offset ${this.#offset}. ` +
        `The damaged records were taken out and the others stay readable; the file as it was is kept in ${copy}. ` +
        'Check the disk; if the records matter, produce them again from their source or restore the file from a backup.',
    )
  }
}

export const countBefore = (aborted: readonly AbortedEntry[], offset: number) =>
  aborted.filter(({ markerOffset }) => markerOffset < offset).length

const COPY_BYTES = 4 * 1024 * 1024

function copyRanges(source: number, path: string, ranges: readonly { from: number; to: number }[]): void {
  const target = openSync(path, 'w')
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES)
    for (const { from, to } of ranges) {
      for (let at = from; at < to; ) {
        const count = readSync(source, buffer, 0, Math.min(COPY_BYTES, to - at), at)
        writeSync(target, buffer, 0, count)
        at += count
      }
    }
  } finally {
    closeSync(target)
  }
}
