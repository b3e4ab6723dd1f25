/** Reading a partition, from any thread and without its lock: segment files only grow, and what replaces them has a new version. */

import { writeFileSync } from 'node:fs'
import type { AbortedTransaction } from '../../broker.ts'
import { BrokerError, OffsetOutOfRangeError } from '../../broker-error.ts'
import { BATCH_HEADER_BYTES, baseOffset, batchSize, isIntact, lastOffset, maxTimestamp } from '../../record-batch.ts'
import { RecordBatchCursor } from '../../record-batch-cursor.ts'
import { damageMarkPath, indexPath } from './data-layout.ts'
import type { Partition } from './partition.ts'
import { positionBefore, positionBeforeTimestamp, readIndex } from './segment-index.ts'
import { type ScannedBatch, scanBatches } from './segment-scan.ts'

/** Bytes read at a time when headers are all that is wanted. */
const SCAN_BYTES = 64 * 1024
/** How often the list of segments may change under one read before that is an error. */
const MAX_ATTEMPTS = 20

/** Where a reader continues: at `offset`, whose batch is at `position` of the segment `base`, as of `version` of the list of segments. */
export interface Place {
  offset: number
  base: number
  position: number
  /** -1: `base` and `position` are not known yet. */
  version: number
}

export const placeAt = (offset: number): Place => ({ offset, base: -1, position: 0, version: -1 })

export interface Chunk {
  readonly batches: Buffer
  readonly nextOffset: number
}

interface ReadLimits {
  readonly maxBytes: number
  readonly readCommitted: boolean
}

/**
 * Whole batches from `place` on, about `maxBytes` of them but at least one, and moves `place` behind them. Null if there is nothing
 * (more) to read yet. `OffsetOutOfRangeError`, `UNKNOWN_TOPIC`, `CORRUPT_LOG`.
 */
export function read(partition: Partition, place: Place, limits: ReadLimits): Chunk | null {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    partition.checkUsable()
    const { state } = partition
    const endOffset = state.endOffset
    if (place.offset === endOffset) return null
    const startOffset = state.startOffset
    if (place.offset < startOffset || place.offset > endOffset) throw outOfRange(partition, place.offset)
    const limit = limits.readCommitted ? state.stableOffset : endOffset
    if (place.offset >= limit) return null
    try {
      const chunk = tryRead(partition, place, { maxBytes: limits.maxBytes, limit })
      if (chunk !== 'changed') return chunk
    } catch (error) {
      if (!isMissingFile(error)) throw error
    }
    place.version = -1
  }
  throw new BrokerError('UNAVAILABLE', `The segments of ${name(partition)} keep changing.`, { retriable: true })
}

const name = ({ topic, partition }: Partition) => `${topic}-${partition}`

function outOfRange({ topic, partition, state }: Partition, offset: number): OffsetOutOfRangeError {
  return new OffsetOutOfRangeError(
    { topic, partition, offset },
    { startOffset: state.startOffset, endOffset: state.endOffset },
  )
}

/** A segment was removed between listing and opening it. */
const isMissingFile = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

function tryRead(
  partition: Partition,
  place: Place,
  { maxBytes, limit }: { maxBytes: number; limit: number },
): Chunk | null | 'changed' {
  partition.refresh()
  let mayBeginBefore = place.version !== partition.version
  if (mayBeginBefore) locate(partition, place)
  for (;;) {
    const size = partition.segmentSize(place.base)
    if (size === -1) return 'changed'
    if (place.position >= size) {
      if (!advanceSegment(partition, place)) return null
      continue
    }
    const bytes = readWhole(partition, place, { size, maxBytes })
    const { start, end, nextOffset } = wholeBatches(partition, bytes, {
      from: place.offset,
      limit,
      base: place.base,
      mayBeginBefore,
    })
    mayBeginBefore = false
    place.position += start
    if (end === start) {
      if (start > 0) continue
      if (sizeOfBatch(partition, bytes, 0) !== -1) return null
      throw foundDamage(partition, new Error(`The record batch at byte ${place.position} is longer than its segment.`))
    }
    place.position += end - start
    place.offset = nextOffset
    return { batches: bytes.subarray(start, end), nextOffset }
  }
}

function advanceSegment({ bases }: Partition, place: Place): boolean {
  const next = bases[bases.indexOf(place.base) + 1]
  if (next === undefined) return false
  place.base = next
  place.position = 0
  return true
}

/** From `place` on, at least one whole batch even if it is larger than `maxBytes`. */
function readWhole(
  partition: Partition,
  { base, position }: Place,
  { size, maxBytes }: { size: number; maxBytes: number },
): Buffer {
  const available = size - position
  const bytes = partition.readBytes(base, position, Math.min(available, Math.max(maxBytes, BATCH_HEADER_BYTES)))
  if (bytes.length === available || sizeOfBatch(partition, bytes, 0) !== -1) return bytes
  const needed = bytes.readInt32BE(8) + 12
  return partition.readBytes(base, position, Math.min(available, needed))
}

interface BatchRange {
  readonly from: number
  readonly limit: number
  /** Segment that the bytes are from. */
  readonly base: number
  /** Whether the first batch may begin before `from`; otherwise one ended just there. */
  readonly mayBeginBefore: boolean
}

/** The range of `bytes` with whole batches that end at or after `from` and begin before `limit`. */
function wholeBatches(partition: Partition, bytes: Buffer, { from, limit, base, mayBeginBefore }: BatchRange) {
  const maxOffset = from < partition.state.checkedFrom ? endOfSegment(partition, base) : -1
  let start = 0
  let end = 0
  let nextOffset = from
  for (;;) {
    const size = sizeOfBatch(partition, bytes, end)
    if (size === -1) return { start, end, nextOffset }
    const isFirst = end === 0
    if (
      maxOffset !== -1 &&
      !isSound(partition, bytes, {
        at: end,
        size,
        expected: nextOffset,
        maxOffset,
        mayBeginBefore: mayBeginBefore && isFirst,
      })
    ) {
      // The batches before it are delivered first.
      if (end > start) return { start, end, nextOffset }
      throw foundDamage(partition, new Error(`The record batch at or after offset ${nextOffset} fails its checksum.`))
    }
    if (baseOffset(bytes, end) >= limit) return { start, end, nextOffset }
    const last = lastOffset(bytes, end)
    end += size
    if (last < from) start = end
    else nextOffset = last + 1
  }
}

function sizeOfBatch(partition: Partition, bytes: Buffer, at: number): number {
  try {
    return batchSize(bytes, at)
  } catch (cause) {
    throw foundDamage(partition, cause as Error)
  }
}

/** Offset where the segment after `base` begins. */
const endOfSegment = ({ bases, state }: Partition, base: number) => bases[bases.indexOf(base) + 1] ?? state.endOffset

interface BatchCheck {
  readonly at: number
  readonly size: number
  /** Offset after the batch before. */
  readonly expected: number
  readonly maxOffset: number
  readonly mayBeginBefore: boolean
}

/** Whether a batch that was written before the log was opened is as it was. Its checksum does not cover the base offset. */
function isSound({ config }: Partition, bytes: Buffer, check: BatchCheck): boolean {
  const { at, size, expected, maxOffset, mayBeginBefore } = check
  const first = baseOffset(bytes, at)
  const last = lastOffset(bytes, at)
  if (first < expected && !(mayBeginBefore && last >= expected)) return false
  if (first > expected && !config.compacts) return false
  return last < maxOffset && isIntact(bytes, at, size)
}

/** The error for damage that a reader meets. Leaves a mark in the directory, so that the next start checks every batch there. */
function foundDamage(partition: Partition, cause: Error): BrokerError {
  writeFileSync(damageMarkPath(partition.directory), cause.message)
  const message =
    `A segment of ${name(partition)} in ${partition.directory} is damaged: ${cause.message} ` +
    'Restart the server: it sets the damaged part aside in the quarantine directory and keeps the rest readable.'
  return new BrokerError('CORRUPT_LOG', message, { cause })
}

/** The batches of a closed segment, all of them checked, from its first byte to `end`. `CORRUPT_LOG`. */
export function* checkedBatches(partition: Partition, descriptor: number, end: number): Generator<ScannedBatch, void> {
  const checked = yield* scanBatches(descriptor, { from: 0, end, minOffset: 0 })
  if (checked !== end)
    throw foundDamage(partition, new Error(`The record batch at byte ${checked} fails its checksum.`))
}

/** Sets `place` to the batch that holds its offset, or to the next one where compaction has removed it. */
function locate(partition: Partition, place: Place): void {
  const { bases } = partition
  place.base = bases.findLast((base) => base <= place.offset) ?? bases[0]!
  place.position = positionBefore(readIndex(indexPath(partition.directory, place.base), place.base) ?? [], place.offset)
  const size = partition.segmentSize(place.base)
  for (const batch of headers(partition, place.base, place.position, size)) {
    if (lastOffset(batch.bytes, batch.at) >= place.offset) break
    place.position = batch.position + batch.size
  }
  // The length of a batch that was damaged leads astray.
  if (place.position > size && size !== -1)
    throw foundDamage(partition, new Error('A batch is longer than its segment.'))
  place.version = partition.version
}

interface HeaderAt {
  readonly bytes: Buffer
  readonly at: number
  readonly position: number
  readonly size: number
}

/** The batches of a segment from `from` (a batch boundary) to `end`, of which only headers can be relied on to be in `bytes`. */
function* headers(partition: Partition, base: number, from: number, end: number): Generator<HeaderAt> {
  let position = from
  while (position + BATCH_HEADER_BYTES <= end) {
    const bytes = partition.readBytes(base, position, Math.min(SCAN_BYTES, end - position))
    let at = 0
    while (at + BATCH_HEADER_BYTES <= bytes.length) {
      const size = bytes.readInt32BE(at + 8) + 12
      if (size < BATCH_HEADER_BYTES) return
      yield { bytes, at, position: position + at, size }
      at += size
    }
    if (at === 0) return
    position += at
  }
}

/** Aborted transactions with records in `[from, to)`. */
export function abortedBetween({ aborted }: Partition, from: number, to: number): AbortedTransaction[] {
  return aborted
    .filter(({ firstOffset, markerOffset }) => markerOffset >= from && firstOffset < to)
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset }))
    .sort((a, b) => a.firstOffset - b.firstOffset)
}

/** Offset of the first record with a timestamp >= `timestamp`, in offset order; the end offset if there is none. */
export function offsetForTimestamp(partition: Partition, timestamp: number): number {
  partition.refresh()
  const { state, bases } = partition
  for (const base of bases) {
    const size = base === state.activeBase ? state.position : partition.segmentSize(base)
    const entries = readIndex(indexPath(partition.directory, base), base) ?? []
    const from = positionBeforeTimestamp(entries, timestamp)
    for (const { bytes, at, position, size: batchBytes } of headers(partition, base, from, size)) {
      if (maxTimestamp(bytes, at) < timestamp || lastOffset(bytes, at) < state.startOffset) continue
      const found = firstRecordFrom(partition.readBytes(base, position, batchBytes), {
        timestamp,
        offset: state.startOffset,
      })
      if (found !== -1) return found
    }
  }
  return state.endOffset
}

function firstRecordFrom(batch: Buffer, { timestamp, offset }: { timestamp: number; offset: number }): number {
  const cursor = new RecordBatchCursor()
  cursor.reset(batch, offset)
  while (cursor.next()) if (cursor.timestamp >= timestamp) return cursor.offset
  return -1
}
