/** Checks a segment batch by batch, and finds where whole batches continue behind a damaged place. */

import { readSync } from 'node:fs'
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  batchSize,
  isIntact,
  lastOffset,
  MAGIC,
  maxTimestamp,
  recordCount,
} from '../../record-batch.ts'

const CHUNK_BYTES = 4 * 1024 * 1024
/** Nothing larger is taken for a batch. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024

export interface ScannedBatch {
  /** Holds the batch at `at`; valid until the next one is read. */
  readonly bytes: Buffer
  readonly at: number
  readonly size: number
  readonly position: number
}

export interface ScanRange {
  readonly from: number
  readonly end: number
  /** Offsets below this make a batch a bad one. */
  readonly minOffset: number
  /** So do offsets from this on, where it is given: the base offset is the one field of importance that no checksum covers. */
  readonly maxOffset?: number
  /** Whether each batch must begin at the offset where the one before ended. Compaction leaves gaps, nothing else does. */
  readonly isContiguous?: boolean
}

/**
 * Yields the whole batches from the batch boundary `from` on and returns the position of the first byte that is not part of one: `end`
 * if all is well. Reads through the descriptor.
 */
export function* scanBatches(
  descriptor: number,
  { from, end, minOffset, maxOffset = Infinity, isContiguous = false }: ScanRange,
): Generator<ScannedBatch, number> {
  let position = from
  let expected = minOffset
  let wanted = CHUNK_BYTES
  while (position < end) {
    const bytes = readAt(descriptor, position, Math.min(wanted, end - position))
    let at = 0
    for (;;) {
      const size = plausibleSize(bytes, at)
      if (size === 0) return position + at
      if (size === -1 || at + size > bytes.length) {
        wanted = Math.max(CHUNK_BYTES, size)
        break
      }
      const offset = baseOffset(bytes, at)
      if (isContiguous ? offset !== expected : offset < expected) return position + at
      if (lastOffset(bytes, at) >= maxOffset || !isIntact(bytes, at, size)) return position + at
      expected = lastOffset(bytes, at) + 1
      yield { bytes, at, size, position: position + at }
      at += size
    }
    if (at === 0 && bytes.length === end - position) return position
    position += at
  }
  return position
}

/** Size that the header at `at` claims, 0 if it cannot be a header, -1 if there are too few bytes to tell. */
function plausibleSize(bytes: Buffer, at: number): number {
  if (at + BATCH_HEADER_BYTES > bytes.length) return -1
  if (bytes[at + 16] !== MAGIC || recordCount(bytes, at) < 0) return 0
  const size = bytes.readInt32BE(at + 8) + 12
  return size < BATCH_HEADER_BYTES || size > MAX_BATCH_BYTES ? 0 : size
}

/** Position of the next whole batch behind a damaged place at `from`, or -1. */
export function findNextBatch(descriptor: number, { from, end, minOffset, maxOffset = Infinity }: ScanRange): number {
  for (let position = from; position + BATCH_HEADER_BYTES <= end; position += CHUNK_BYTES - BATCH_HEADER_BYTES) {
    const bytes = readAt(descriptor, position, Math.min(CHUNK_BYTES, end - position))
    // The format version is the only fixed byte of a header.
    for (let magicAt = bytes.indexOf(MAGIC, 16); magicAt !== -1; magicAt = bytes.indexOf(MAGIC, magicAt + 1)) {
      const at = magicAt - 16
      const size = plausibleSize(bytes, at)
      if (size <= 0 || position + at + size > end) continue
      if (baseOffset(bytes, at) < minOffset || lastOffset(bytes, at) >= maxOffset) continue
      const whole = readAt(descriptor, position + at, size)
      if (batchSize(whole, 0) === size && isIntact(whole, 0, size)) return position + at
    }
  }
  return -1
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length)
  const count = readSync(descriptor, bytes, 0, length, position)
  return bytes.subarray(0, count)
}

export const batchMaxTimestamp = ({ bytes, at }: ScannedBatch) => maxTimestamp(bytes, at)
export const batchEnd = ({ bytes, at }: ScannedBatch) => lastOffset(bytes, at) + 1
