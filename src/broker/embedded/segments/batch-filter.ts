/** Takes records out of a batch that is in the log. */

import { COMPRESSIONS, compress } from '../../compression.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  baseTimestamp,
  compressionCode,
  hasLogAppendTime,
  isTransactional,
  LOG_APPEND_TIME,
  lastOffsetDelta,
  maxTimestamp,
  producerEpoch,
  producerId,
  recordCount,
  sealBatch,
  setBaseOffset,
  writeHeader,
} from '../../record-batch.ts'
import type { RecordBatchCursor } from '../../record-batch-cursor.ts'

/**
 * The batch with only the records for which `isKept` holds, at their offsets and with their timestamps, and without the transactional
 * mark; null if none is left. `batch` itself if nothing changes. `cursor` is used for the walk.
 */
export function keepRecords(
  batch: Buffer,
  cursor: RecordBatchCursor,
  isKept: (cursor: RecordBatchCursor) => boolean,
): Buffer | null {
  const parts: Buffer[] = []
  cursor.reset(batch)
  while (cursor.next()) if (isKept(cursor)) parts.push(cursor.buffer.subarray(cursor.recordStart, cursor.recordEnd))
  if (parts.length === 0) return null
  if (parts.length === recordCount(batch, 0) && !isTransactional(batch, 0)) return batch
  return rebuild(batch, parts)
}

/** Base offset, base timestamp and last offset stay, so that the records' own bytes, which are relative to them, stay right. */
function rebuild(batch: Buffer, records: readonly Buffer[]): Buffer {
  const code = compressionCode(batch, 0)
  const packed = compress(Buffer.concat(records), COMPRESSIONS[code]!)
  const rebuilt = Buffer.concat([Buffer.alloc(BATCH_HEADER_BYTES), packed])
  writeHeader(rebuilt, {
    size: rebuilt.length,
    attributes: code | (hasLogAppendTime(batch, 0) ? LOG_APPEND_TIME : 0),
    lastOffsetDelta: lastOffsetDelta(batch, 0),
    baseTimestamp: baseTimestamp(batch, 0),
    maxTimestamp: maxTimestamp(batch, 0),
    recordCount: records.length,
  })
  sealBatch(rebuilt, {
    producerId: producerId(batch, 0),
    producerEpoch: producerEpoch(batch, 0),
    baseSequence: -1,
    transactional: false,
  })
  setBaseOffset(rebuilt, 0, baseOffset(batch, 0))
  return rebuilt
}
