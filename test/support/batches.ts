/** Record batches from and to plain records, for tests. */

import type { Compression } from '../../src/broker/compression.ts'
import { NOT_IDEMPOTENT, sealBatch, setBaseOffset } from '../../src/broker/record-batch.ts'
import { RecordBatchBuilder } from '../../src/broker/record-batch-builder.ts'
import { RecordBatchCursor, readHeaders } from '../../src/broker/record-batch-cursor.ts'

export interface PlainRecord {
  offset: number
  timestamp: number
  key: string | null
  value: string | null
  headers: { key: string; value: string | null }[]
}

export type PlainInput = Omit<PlainRecord, 'offset'>

const bytes = (text: string | null) => (text === null ? null : Buffer.from(text))

export function encode(records: readonly PlainInput[], compression: Compression = 'none', offset = 0): Buffer {
  const builder = new RecordBatchBuilder({ compression })
  for (const { timestamp, key, value, headers } of records)
    builder.append(
      timestamp,
      bytes(key),
      bytes(value),
      headers.length === 0 ? null : headers.map((h) => ({ key: h.key, value: bytes(h.value) })),
    )
  const batch = builder.finish()
  sealBatch(batch, NOT_IDEMPOTENT)
  setBaseOffset(batch, 0, offset)
  return batch
}

export function decode(
  batches: Buffer,
  ...[from, aborted]: [number?, Parameters<RecordBatchCursor['reset']>[2]?]
): PlainRecord[] {
  const cursor = new RecordBatchCursor({ verifyChecksums: true })
  cursor.reset(batches, from, aborted)
  const records: PlainRecord[] = []
  while (cursor.next()) {
    const text = (start: number, end: number) => (end === -1 ? null : cursor.buffer.toString('utf8', start, end))
    records.push({
      offset: cursor.offset,
      timestamp: cursor.timestamp,
      key: text(cursor.keyStart, cursor.keyEnd),
      value: text(cursor.valueStart, cursor.valueEnd),
      headers: (readHeaders(cursor) ?? []).map(({ key, value }) => ({
        key,
        value: value === null ? null : Buffer.from(value).toString('utf8'),
      })),
    })
  }
  return records
}

export const record = (value: string | null, timestamp = 1_000, key: string | null = 'k'): PlainInput => ({
  timestamp,
  key,
  value,
  headers: [],
})
export const numbered = (records: readonly PlainInput[], from = 0): PlainRecord[] =>
  records.map((r, index) => ({ offset: from + index, ...r }))
export const values = (records: readonly PlainRecord[]) => records.map((r) => r.value)
