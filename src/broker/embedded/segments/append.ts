/** Appending to a partition, from any thread, under the partition's lock: one write of the batch, then its end is published. */

import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import type { SendResult } from '../../broker.ts'
import { BrokerError } from '../../broker-error.ts'
import {
  batchSize,
  controlBatch,
  emptyBatch,
  lastOffsetDelta,
  MAX_OFFSETS_PER_BATCH,
  maxTimestamp,
  recordCount,
  setBaseOffset,
  setLogAppendTime,
  type TransactionOutcome,
} from '../../record-batch.ts'
import { appendAborted } from './aborted-index.ts'
import { copyPath, indexPath, logPath, writeFully } from './data-layout.ts'
import type { Partition } from './partition.ts'
import type { OpenTransaction } from './partition-state.ts'
import { appendIndexEntry, INDEX_INTERVAL_BYTES } from './segment-index.ts'
import { ofFile, storageError } from './storage-error.ts'

/** A producer that appends as part of a transaction. */
export interface TransactionWriter {
  readonly producerId: number
  /** Throws `PRODUCER_FENCED` if a newer producer has taken over. Runs under the partition's lock. */
  checkFence(): void
}

/**
 * Appends one sealed batch, whose base offset is set in place. `UNKNOWN_TOPIC`, `RECORD_TOO_LARGE`, `INVALID_REQUEST`, `STORAGE_FULL`,
 * `PRODUCER_FENCED`, and `LockHeldError` after `patienceMs`.
 */
export function append(
  partition: Partition,
  batch: Buffer,
  writer: TransactionWriter | null,
  patienceMs?: number,
): SendResult {
  checkBatch(partition, batch)
  const { state, clock } = partition
  const result = state.locked(() => {
    partition.checkUsable()
    writer?.checkFence()
    const now = clock.now()
    const opens = writer !== null && !state.isOpen(writer.producerId)
    const baseOffset = state.endOffset
    if (opens) state.openTransaction({ producerId: writer.producerId, firstOffset: baseOffset, startedAt: now })
    try {
      appendLocked(partition, batch, now)
    } catch (error) {
      if (opens) state.closeTransaction(writer.producerId)
      throw error
    }
    return { baseOffset, logAppendTimeMs: partition.config.logAppendTime ? now : null }
  }, patienceMs)
  partition.notify()
  return result
}

function checkBatch({ topic, config }: Partition, batch: Buffer): void {
  if (batchSize(batch, 0) !== batch.length || recordCount(batch, 0) < 1)
    throw new BrokerError('INVALID_REQUEST', `What was sent to ${topic} is not one whole record batch.`)
  if (batch.length > config.maxMessageBytes) {
    const message = `A batch of ${batch.length} bytes is larger than max.message.bytes of topic ${topic}, ${config.maxMessageBytes}.`
    throw new BrokerError('RECORD_TOO_LARGE', message)
  }
}

/** Ends the producer's transaction in the partition with a marker. No effect if it has none open. Owner thread only. */
export function endTransaction(
  partition: Partition,
  outcome: TransactionOutcome,
  producer: { readonly producerId: number; readonly producerEpoch: number },
): void {
  const { state } = partition
  const isEnded = state.locked(() => {
    const open = state.deleted ? null : state.closeTransaction(producer.producerId)
    if (open === null) return false
    try {
      if (outcome === 'abort') noteAborted(partition, open)
      const now = partition.clock.now()
      appendLocked(partition, controlBatch({ ...producer, outcome, timestamp: now }), now)
    } catch (error) {
      state.openTransaction(open)
      throw error
    }
    return true
  })
  if (isEnded) partition.notify()
}

/** Makes `offset` the next one that a record gets, unless it has been passed already. Owner thread only. */
export function skipTo(partition: Partition, offset: number): void {
  const { state, clock } = partition
  state.locked(() => {
    while (state.endOffset < offset) {
      const offsets = Math.min(offset - state.endOffset, MAX_OFFSETS_PER_BATCH)
      appendLocked(partition, emptyBatch({ offset: state.endOffset, offsets }), clock.now())
    }
  })
  partition.notify()
}

/** Before the marker is written: an entry without its marker hides nothing wrongly, a marker without entry would show aborted records. */
function noteAborted({ state, directory }: Partition, { producerId, firstOffset }: OpenTransaction): void {
  appendAborted(directory, { producerId, firstOffset, markerOffset: state.endOffset })
  state.bumpVersion()
}

function appendLocked(partition: Partition, batch: Buffer, now: number): void {
  const { state, config } = partition
  partition.refreshLocked()
  if (mustRoll(partition, batch.length, now)) roll(partition)
  const base = state.activeBase
  const position = state.position
  const baseOffset = state.endOffset
  setBaseOffset(batch, 0, baseOffset)
  if (config.logAppendTime) setLogAppendTime(batch, 0, batch.length, now)
  if (position - state.indexedPosition >= INDEX_INTERVAL_BYTES) index(partition)
  write(partition, base, batch, position)

  if (position === 0) state.createdAt = now
  state.appendedAt = now
  state.maxTimestamp = Math.max(state.maxTimestamp, maxTimestamp(batch, 0))
  state.position = position + batch.length
  state.publish(baseOffset + lastOffsetDelta(batch, 0) + 1)
}

function write(partition: Partition, base: number, batch: Buffer, position: number): void {
  try {
    const descriptor = partition.descriptor(base)
    writeFully(descriptor, batch, position)
    if (partition.syncAppends) fdatasyncSync(descriptor)
    if (partition.hasCopies) writeFully(partition.copyDescriptor(base), batch, position)
  } catch (cause) {
    // Part of the batch may be in the file, beyond the position that counts: the next append overwrites it, a recovery cuts it.
    const named = ofFile(logPath(partition.directory, base), cause)
    throw storageError(`append to ${partition.topic}-${partition.partition}`, named)
  }
}

function mustRoll({ state, config }: Partition, bytes: number, now: number): boolean {
  if (state.position === 0) return false
  return state.position + bytes > config.segmentBytes || now - state.createdAt >= config.segmentMs
}

/** Closes the active segment and makes an empty one. Under the partition's lock; the active segment is not empty. */
export function roll(partition: Partition): void {
  const { state, directory } = partition
  const base = state.endOffset
  index(partition)
  try {
    closeSync(openSync(logPath(directory, base), 'a'))
    if (partition.hasCopies) closeSync(openSync(copyPath(directory, base), 'a'))
  } catch (cause) {
    throw storageError(`start a segment of ${partition.topic}-${partition.partition}`, cause)
  }
  state.bumpVersion()
  state.activeBase = base
  state.position = 0
  state.indexedPosition = 0
  state.maxTimestamp = -1
  state.createdAt = -1
  partition.refreshLocked()
}

/** Notes where the active segment ends now. */
function index({ state, directory }: Partition): void {
  appendIndexEntry(indexPath(directory, state.activeBase), state.activeBase, {
    offset: state.endOffset,
    position: state.position,
    maxTimestamp: state.maxTimestamp,
    appendedAt: state.appendedAt,
  })
  state.indexedPosition = state.position
}
