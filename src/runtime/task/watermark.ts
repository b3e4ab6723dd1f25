/**
 * Watermarks on internal topics. A repartition mixes the records of many tasks, each in its own order, so that the reader cannot tell from
 * timestamps alone what is late. Each writing task therefore states between its records how far it has come, and a reader takes the lowest
 * of these times (`UpstreamWatermarks`). A task that has been at the end of its input for a while states that it is idle; then it holds
 * nobody up until it states a time again. Source: watermarks, their alignment over inputs and idleness as in Flink.
 */

import type { StreamRecord } from '../../types/record.ts'
import type { RecordCursor } from './record-cursor.ts'

export interface Watermark {
  /** Partition of the task that states it. */
  readonly task: number
  /** Its stream time, epoch ms, -1 before its first record; Infinity: it is idle. */
  readonly time: number
}

/** First byte of a value on an internal topic that is a watermark; those of rows are others (`internalEncoder`). */
const WATERMARK = 4
const TASK_AT = 1
const TIME_AT = 5
const BYTES = 13

/** The value of the record, whose key is null. */
export function watermarkBytes({ task, time }: Watermark): Buffer {
  const bytes = Buffer.alloc(BYTES)
  bytes[0] = WATERMARK
  bytes.writeUInt32BE(task, TASK_AT)
  bytes.writeDoubleBE(time, TIME_AT)
  return bytes
}

/** Null: the record is none. */
export function readWatermark({ buffer, keyEnd, valueStart, valueEnd }: RecordCursor): Watermark | null {
  if (keyEnd >= 0 || valueEnd < 0 || buffer[valueStart] !== WATERMARK) return null
  return { task: buffer.readUInt32BE(valueStart + TASK_AT), time: buffer.readDoubleBE(valueStart + TIME_AT) }
}

/** Stands for a watermark among the records that wait in a task: its turn comes at once when it is the first of its input. */
export const watermarkRecord = ({ task, time }: Watermark): StreamRecord => ({
  key: null,
  window: null,
  value: [task, time],
  oldValue: null,
  timestamp: Number.NEGATIVE_INFINITY,
  headers: null,
})

/** Whether the timestamp is that of a `watermarkRecord`. */
export const isWatermark = (timestamp: number): boolean => timestamp === Number.NEGATIVE_INFINITY

/** Null: the record is a row. */
export function watermarkOf({ timestamp, value }: StreamRecord): Watermark | null {
  if (!isWatermark(timestamp)) return null
  const [task, time] = value as [number, number]
  return { task, time }
}
