/** A record as a copy that stays when its cursor moves on and its batch is gone. */
import type { Header } from '../types/record.ts'
import { type HeadersPlace, type RecordBatchCursor, readHeaders } from './record-batch-cursor.ts'

export interface CopiedRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** Epoch ms; negative: it has none. */
  readonly timestamp: number
  readonly headers: readonly Header[]
}

/** Where the parts of a record are; a cursor has those of the record it is on. */
type PartsPlace = HeadersPlace &
  Pick<RecordBatchCursor, 'timestamp' | 'keyStart' | 'keyEnd' | 'valueStart' | 'valueEnd'>

export function copyRecord(place: PartsPlace): CopiedRecord {
  const { buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp } = place
  const copy = (start: number, end: number) => (end < 0 ? null : Buffer.from(buffer.subarray(start, end)))
  return {
    key: copy(keyStart, keyEnd),
    value: copy(valueStart, valueEnd),
    timestamp,
    headers: readHeaders(place) ?? [],
  }
}
