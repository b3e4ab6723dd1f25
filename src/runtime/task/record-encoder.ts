/** Encodes records for a topic: key and value straight into the bytes that are sent. */
import type { SinkStep, SourceStep } from '../../operators/step.ts'
import type { ByteSink, ColumnsWriter, FormatSpec } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import type { PassedColumns } from '../../serde/passed-values.ts'
import { type WindowLayout, windowBytes, writeWindow } from '../../serde/windowed-key.ts'
import type { StreamRecord } from '../../types/record.ts'
import type { Column } from '../../types/schema.ts'
import type { Row } from '../../types/value.ts'
import { eventTime } from './event-time.ts'
import type { RecordCursor } from './record-cursor.ts'
import { windowLayout } from './source-reader.ts'

/** The key of the record that a task is processing, and its bytes: a sink that writes the same key row copies the bytes. */
export class CurrentKey {
  readonly step: SourceStep
  key: Row | null = null
  cursor: RecordCursor | null = null

  constructor(step: SourceStep) {
    this.step = step
  }

  set(key: Row | null, cursor: RecordCursor | null): void {
    this.key = key
    this.cursor = cursor
  }
}

export interface RecordEncoder {
  /** Appends the key. False: the record has none, and nothing was appended. Throws an Error if it cannot be written. */
  writeKey(record: StreamRecord, sink: ByteSink): boolean
  /** Appends the value. False: it is null. Throws an Error if it cannot be written. */
  writeValue(record: StreamRecord, sink: ByteSink): boolean
  /** The partition that the record goes to; absent: the key decides. */
  partition?(record: StreamRecord): number
  /** Event time of the record as written, epoch ms. Throws an Error if its column holds none. */
  timestamp(record: StreamRecord): number
}

/** `passed`: columns that are copied where the source's reader passes them. */
export function sinkEncoder(
  step: SinkStep,
  current: readonly CurrentKey[],
  passed: PassedColumns | null = null,
): RecordEncoder {
  const value = FORMATS[step.valueFormat.format].writer({
    side: 'VALUE',
    topic: step.topic,
    spec: step.valueFormat,
    columns: step.value,
    sources: step.value.map((_, i) => i),
    ...(passed !== null && { passed }),
  })
  return {
    writeKey: keyWriter(step, current),
    writeValue: (record, sink) => record.value !== null && value.write(record.value, sink),
    timestamp: sinkTime(step),
  }
}

export interface KeyLayout {
  readonly topic: string
  readonly keyFormat: FormatSpec
  readonly key: readonly Column[]
  readonly window: SinkStep['window']
}

export function keyWriter(layout: KeyLayout, current: readonly CurrentKey[]): RecordEncoder['writeKey'] {
  const window = windowLayout(layout.window)
  const writer = columnsWriter(layout)
  const copies = current.filter(({ step }) => isSameFormat(step, layout))
  return (record, sink) => {
    const { key } = record
    if (key === null) return false
    for (const { key: read, cursor } of copies) {
      if (read === key && cursor !== null) return copyKey(cursor, window, record, sink)
    }
    return writeKeyColumns(writer, key, window, record, sink)
  }
}

const columnsWriter = ({ topic, keyFormat, key }: KeyLayout): ColumnsWriter =>
  FORMATS[keyFormat.format].writer({
    side: 'KEY',
    topic,
    spec: keyFormat,
    columns: key,
    sources: key.map((_, i) => i),
  })

/** Copies the bytes of a key that leaves as it came. The window is written again: its length may differ. */
function copyKey(cursor: RecordCursor, window: WindowLayout | null, record: StreamRecord, sink: ByteSink): boolean {
  const end = window === null || record.window === null ? cursor.keyEnd : cursor.keyEnd - windowBytes(window)
  const length = end - cursor.keyStart
  sink.reserve(length)
  cursor.buffer.copy(sink.buffer, sink.position, cursor.keyStart, end)
  sink.position += length
  if (window !== null && record.window !== null) writeWindow(record.window, window, sink)
  return true
}

function writeKeyColumns(
  writer: ColumnsWriter,
  key: Row,
  window: WindowLayout | null,
  record: StreamRecord,
  sink: ByteSink,
): boolean {
  if (!writer.write(key, sink)) return false
  if (window !== null && record.window !== null) writeWindow(record.window, window, sink)
  return true
}

/** Whether key bytes of that source are what this layout writes. Most formats have several ways to write a value. */
function isSameFormat(step: SourceStep, { keyFormat, key, window }: KeyLayout): boolean {
  return (
    FORMATS[keyFormat.format].isCanonical &&
    step.keyFormat.format === keyFormat.format &&
    step.window?.type === window?.type &&
    JSON.stringify(step.key.map(({ type }) => type)) === JSON.stringify(key.map(({ type }) => type))
  )
}

function sinkTime({ timestamp, key, value }: SinkStep): RecordEncoder['timestamp'] {
  if (timestamp === null) return (record) => record.timestamp
  const time = eventTime(timestamp)
  const valueIndex = value.findIndex(({ name }) => name === timestamp.column)
  const keyIndex = key.findIndex(({ name }) => name === timestamp.column)
  return (record) => {
    if (record.value === null && valueIndex >= 0) return record.timestamp
    return time((valueIndex >= 0 ? record.value![valueIndex] : record.key?.[keyIndex]) ?? null)
  }
}
