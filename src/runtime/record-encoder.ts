/** Encodes records for a topic: key and value straight into the bytes that are sent. */
import type { SinkStep } from '../operators/step.ts'
import type { ByteSink, ColumnsWriter, FormatSpec } from '../serde/format.ts'
import { FORMATS } from '../serde/index.ts'
import { type WindowLayout, windowBytes, writeWindow } from '../serde/windowed-key.ts'
import type { StreamRecord } from '../types/record.ts'
import type { Column } from '../types/schema.ts'
import type { Row } from '../types/value.ts'
import { eventTime } from './event-time.ts'
import type { RecordCursor } from './record-cursor.ts'
import { type SourceReader, windowLayout } from './source-reader.ts'

/** A source whose key bytes may be copied as they are: the record read last, and where it lies. */
export interface KeySource {
  readonly reader: SourceReader
  /** The cursor of the record that is being processed. */
  readonly cursor: () => RecordCursor
}

export interface RecordEncoder {
  /** Appends the key. False: the record has none, and nothing was appended. Throws an Error if it cannot be written. */
  writeKey(record: StreamRecord, sink: ByteSink): boolean
  /** Appends the value. False: it is null. Throws an Error if it cannot be written. */
  writeValue(record: StreamRecord, sink: ByteSink): boolean
  /** Event time of the record as written, epoch ms. Throws an Error if its column holds none. */
  timestamp(record: StreamRecord): number
}

export function sinkEncoder(step: SinkStep, keySources: readonly KeySource[]): RecordEncoder {
  const value = FORMATS[step.valueFormat.format].writer({
    side: 'VALUE',
    topic: step.topic,
    spec: step.valueFormat,
    columns: step.value,
    sources: step.value.map((_, i) => i),
  })
  return {
    writeKey: keyWriter(step, keySources),
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

export function keyWriter(layout: KeyLayout, keySources: readonly KeySource[]): RecordEncoder['writeKey'] {
  const window = windowLayout(layout.window)
  const writer = columnsWriter(layout)
  const copies = keySources.filter(({ reader }) => isSameFormat(reader, layout))
  return (record, sink) => {
    const { key } = record
    if (key === null) return false
    for (const { reader, cursor } of copies) {
      if (reader.key === key) return copyKey(cursor(), window, record, sink)
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

/** Bytes of a key that came in as it goes out. A window is written anew: its length may differ. */
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

/** Whether key bytes of that source are what this layout writes: same format, types and, where written, names. */
export function isSameFormat({ step }: SourceReader, { keyFormat, key, window }: KeyLayout): boolean {
  return (
    step.keyFormat.format === keyFormat.format &&
    step.keyFormat.delimiter === keyFormat.delimiter &&
    step.keyFormat.unwrapped === keyFormat.unwrapped &&
    step.window?.type === window?.type &&
    JSON.stringify(step.key.map(({ type }) => type)) === JSON.stringify(key.map(({ type }) => type)) &&
    (!writesNames(keyFormat, key) || step.key.every(({ name }, i) => name === key[i]!.name))
  )
}

const writesNames = (keyFormat: FormatSpec, key: readonly Column[]): boolean =>
  keyFormat.format === 'JSON' && !(keyFormat.unwrapped && key.length === 1)

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
