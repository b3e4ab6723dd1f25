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

import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs'
import type { TopicPartition } from '../../broker.ts'
import { makeDirectory } from '../../make-directory.ts'
import { type AbortedEntry, readAborted, summarize, writeAborted } from '../segments/aborted-index.ts'
import { damageMarkPath, indexPath, logPath, writeFully } from '../segments/data-layout.ts'
import { listSegments } from '../segments/partition.ts'
import { type IndexEntry, readIndex, writeIndex } from '../segments/segment-index.ts'
import type { PartitionCheckpoint } from './checkpoint.ts'
import { finishSwaps } from './compaction-swap.ts'
import type { Damages } from './damages.ts'
import { PartitionLosses } from './partition-losses.ts'
import { renewCopies, restoreFromCopies } from './segment-copies.ts'
import { type Segment, SegmentRecovery } from './segment-recovery.ts'
import { fillingFor, writeAgain } from './segment-rewrite.ts'
import { TransactionScan } from './transaction-scan.ts'

export interface RecoveryInput extends TopicPartition {
  readonly dataDir: string
  readonly directory: string
  readonly checkpoint: PartitionCheckpoint | null
  /** Whether the topic is compacted, so that offsets may be missing in its closed segments. */
  readonly isCompacted: boolean
  /** Whether each segment has a copy (segment-copies.ts). Every batch is checked then. */
  readonly hasCopies: boolean
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

class Recovery {
  readonly #input: RecoveryInput
  readonly #losses: PartitionLosses
  readonly #transactions: TransactionScan
  /** The checkpoint, if what it says about whole batches may be relied on. */
  readonly #trusted: PartitionCheckpoint | null
  readonly #knownAborted: readonly AbortedEntry[]
  #checkedFrom = 0
  /** The segment that was checked last. */
  #last: SegmentRecovery | null = null
  #isRewritten = false

  constructor(input: RecoveryInput) {
    this.#input = input
    const { directory, checkpoint, hasCopies, now } = input
    makeDirectory(directory)
    finishSwaps(directory)
    this.#knownAborted = readAborted(directory)
    this.#losses = new PartitionLosses({ ...input, startOffset: this.#startOffset })
    const isKnown = checkpoint !== null && remembers(checkpoint, this.#knownAborted)
    this.#trusted = isKnown && !hasCopies && !existsSync(damageMarkPath(directory)) ? checkpoint : null
    this.#transactions = new TransactionScan(
      isKnown
        ? {
            from: checkpoint.offset,
            open: checkpoint.transactions,
            aborted: this.#knownAborted.filter(({ markerOffset }) => markerOffset < checkpoint.offset),
          }
        : { from: 0, open: [], aborted: [] },
      now,
    )
  }

  run(): RecoveredPartition {
    const { directory, hasCopies, isCompacted } = this.#input
    if (hasCopies) restoreFromCopies({ directory, isCompacted, losses: this.#losses })
    this.#replaceMissingSegments()
    const bases = listSegments(directory)
    for (const [index, base] of bases.entries())
      this.#recoverSegment({ base, path: logPath(directory, base), nextBase: bases[index + 1] ?? null })
    if (hasCopies) renewCopies(directory)
    const { aborted } = this.#transactions
    if (!isSame(this.#knownAborted, aborted)) writeAborted(directory, aborted)
    rmSync(damageMarkPath(directory), { force: true })
    return this.#result(bases)
  }

  #result(bases: readonly number[]): RecoveredPartition {
    const { checkpoint, now } = this.#input
    const { open, aborted } = this.#transactions
    const last = this.#last
    const position = last?.position ?? 0
    const startOffset = Math.max(this.#startOffset, bases[0]!)
    const base = bases.at(-1)!
    const offset = Math.max(last?.offset ?? 0, base, startOffset)
    const isUnchanged = !this.#isRewritten && checkpoint?.base === base && checkpoint.position === position
    const { count, checksum } = summarize(aborted, offset)
    return {
      startOffset,
      base,
      position,
      offset,
      indexedPosition: last?.indexedPosition ?? 0,
      maxTimestamp: last?.maxTimestamp ?? -1,
      createdAt: isUnchanged ? checkpoint.createdAt : position === 0 ? -1 : now,
      appendedAt: isUnchanged ? checkpoint.appendedAt : now,
      transactions: open,
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

  /** Segments that were there when the log was closed are replaced by segments that only take their offsets. */
  #replaceMissingSegments(): void {
    const { directory, checkpoint, now } = this.#input
    const bases = listSegments(directory)
    const segments = checkpoint?.closed?.segments ?? []
    for (const [index, { base, size }] of segments.entries()) {
      if (size === 0 || bases.includes(base)) continue
      const to = segments[index + 1]?.base ?? this.#floor
      const path = logPath(directory, base)
      this.#losses.report({ from: base, to, bytes: size, keptIn: null, what: `${path} is missing` })
      const filling = fillingFor({ from: base, to, aborted: this.#transactions.aborted, now })
      writeAgain(path, (target) => writeFully(target, filling, 0))
      rmSync(indexPath(directory, base), { force: true })
    }
    if (listSegments(directory).length === 0) closeSync(openSync(logPath(directory, this.#startOffset), 'a'))
  }

  #recoverSegment(segment: Segment): void {
    const { directory, checkpoint, isCompacted, now } = this.#input
    const { base } = segment
    const path = indexPath(directory, base)
    const index = readIndex(path, base)
    const size = statSync(segment.path).size
    if (this.#isKnownWhole(segment, size, index)) {
      this.#checkedFrom = index?.at(-1)?.offset ?? base
      return
    }
    const entries = this.#entriesToKeep(segment, size, index)
    const recovery = new SegmentRecovery({
      segment,
      entries,
      isCompacted,
      knownSize: this.#sizeOf(base),
      checkpointPosition: checkpoint?.base === base ? checkpoint.position : null,
      floor: this.#floor,
      now,
      transactions: this.#transactions,
      losses: this.#losses,
    })
    recovery.run()
    this.#last = recovery
    this.#isRewritten ||= recovery.isRewritten
    if (this.#isRewritten || recovery.entries.length !== (index?.length ?? 0)) writeIndex(path, base, recovery.entries)
  }

  /** A closed segment before the checkpoint that ends where its index says. */
  #isKnownWhole({ base, nextBase }: Segment, size: number, index: readonly IndexEntry[] | null): boolean {
    const isBefore = this.#trusted !== null && base < this.#trusted.base && nextBase !== null
    return isBefore && index !== null && size === (index.at(-1)?.position ?? 0) && size === (this.#sizeOf(base) ?? size)
  }

  /** Size of a segment at the last checkpoint; null if that is not known. */
  #sizeOf(base: number): number | null {
    const { checkpoint } = this.#input
    const closed = checkpoint?.closed?.segments.find((segment) => segment.base === base)
    return closed?.size ?? (checkpoint?.base === base ? checkpoint.position : null)
  }

  /** The index entries up to where the scan of a segment begins. */
  #entriesToKeep({ base }: Segment, size: number, index: readonly IndexEntry[] | null): IndexEntry[] {
    const trusted = this.#trusted
    if (trusted === null || base !== trusted.base || index === null || size < trusted.position) return []
    const entries = index.filter(({ position }) => position <= trusted.position)
    this.#checkedFrom = entries.at(-1)?.offset ?? base
    return entries
  }
}

/** Whether what the checkpoint says of transactions counts: only if `aborted.index` is as it was. Otherwise all is read again from the segments. */
function remembers(checkpoint: PartitionCheckpoint, aborted: readonly AbortedEntry[]): boolean {
  const { count, checksum } = summarize(aborted, checkpoint.offset)
  return count === checkpoint.abortedCount && checksum === checkpoint.abortedChecksum
}

function isSame(a: readonly AbortedEntry[], b: readonly AbortedEntry[]): boolean {
  const [first, second] = [summarize(a, Infinity), summarize(b, Infinity)]
  return first.count === second.count && first.checksum === second.checksum
}
