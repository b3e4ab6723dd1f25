/** Rewriting a damaged segment: what takes the place of lost batches, and how a file is replaced. */

import { closeSync, openSync, readSync, renameSync } from 'node:fs'
import { baseOffset, controlBatch, emptyBatch, MAX_OFFSETS_PER_BATCH, setBaseOffset } from '../../record-batch.ts'
import type { AbortedEntry } from '../segments/aborted-index.ts'
import { PARTIAL_SUFFIX, writeFully } from '../segments/data-layout.ts'
import { batchEnd, scanBatches } from '../segments/segment-scan.ts'

export interface LostOffsets {
  /** The offsets `[from, to)` are lost. */
  readonly from: number
  readonly to: number
  /** The partition's aborted transactions. Those whose marker is lost get it again. */
  readonly aborted: readonly AbortedEntry[]
  /** Time of the markers. */
  readonly now: number
}

/** Batches without records that take the lost offsets, with the abort markers that were among them. */
export function fillingFor({ from, to, aborted, now }: LostOffsets): Buffer {
  const batches: Buffer[] = []
  let offset = from
  for (const { producerId, markerOffset } of aborted) {
    if (markerOffset < from || markerOffset >= to) continue
    const marker = controlBatch({ outcome: 'abort', producerId, producerEpoch: 0, timestamp: now })
    setBaseOffset(marker, 0, markerOffset)
    batches.push(...emptyBatches(offset, markerOffset), marker)
    offset = markerOffset + 1
  }
  return Buffer.concat([...batches, ...emptyBatches(offset, to)])
}

function emptyBatches(from: number, to: number): Buffer[] {
  const batches: Buffer[] = []
  for (let offset = from; offset < to; offset += MAX_OFFSETS_PER_BATCH)
    batches.push(emptyBatch({ offset, offsets: Math.min(to - offset, MAX_OFFSETS_PER_BATCH) }))
  return batches
}

/**
 * Whether the offsets of the whole batch at `next` agree with those of the batch behind it: no checksum covers them. With no whole batch
 * behind it there is nothing to compare.
 */
export function fitsItsSuccessor(
  descriptor: number,
  { next, end, isContiguous }: { readonly next: number; readonly end: number; readonly isContiguous: boolean },
): boolean {
  const scan = scanBatches(descriptor, { from: next, end, minOffset: 0 })
  const batch = scan.next()
  if (batch.done === true) return false
  const { position, size } = batch.value
  const expected = batchEnd(batch.value)
  const successor = scanBatches(descriptor, { from: position + size, end, minOffset: 0 }).next()
  if (successor.done === true) return true
  const found = baseOffset(successor.value.bytes, successor.value.at)
  return isContiguous ? found === expected : found >= expected
}

/** Replaces the file at `path` by what `write` puts into a new one. */
export function writeAgain(path: string, write: (target: number) => void): void {
  const partial = `${path}${PARTIAL_SUFFIX}`
  const target = openSync(partial, 'w')
  try {
    write(target)
  } finally {
    closeSync(target)
  }
  renameSync(partial, path)
}

const COPY_BYTES = 4 * 1024 * 1024

/** Copies the bytes `[from, to)` of `source` to `at` in `target`. */
export function copyRange(source: number, target: number, range: { from: number; to: number; at: number }): void {
  const buffer = Buffer.allocUnsafe(Math.min(COPY_BYTES, range.to - range.from))
  for (let from = range.from; from < range.to; ) {
    const count = readSync(source, buffer, 0, Math.min(buffer.length, range.to - from), from)
    writeFully(target, buffer.subarray(0, count), range.at + from - range.from)
    from += count
  }
}
