/**
 * Records on internal topics (repartitioning): the key as the step's format writes it, since it decides the partition; the value in the
 * engine's own row codec. Value: flags byte (1: has a new row, 2: has an old row), then those rows; or 8 for a partial
 * (operators/aggregate/partial-aggregate.ts), the number of its columns behind those of a record in two bytes, LE, and the row of these.
 */
import type { RepartitionStep, StepSchema } from '../../operators/step.ts'
import type { ByteSink } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import type { PackedRecord, StreamRecord } from '../../types/record.ts'
import { type CopiedTexts, type RowCodec, type RowSource, rowCodec } from '../../types/row-codec.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { TaskPassage } from './passed-columns.ts'
import type { RecordCursor } from './record-cursor.ts'
import { type CurrentKey, keyWriter, type RecordEncoder } from './record-encoder.ts'

const HAS_VALUE = 1
const HAS_OLD_VALUE = 2
/** 4 is that of watermarks (watermark.ts). */
const IS_PARTIAL = 8

/** The rows of a repartition topic as bytes. */
interface RowCodecs {
  readonly record: RowCodec
  /** Null: there are no partials. */
  readonly partial: PartialCodec | null
}

interface PartialCodec {
  readonly isPartial: (row: Row) => boolean
  readonly write: (row: Row, sink: ByteSink) => void
  readonly read: (source: RowSource) => Row
}

function rowCodecs(
  { recordColumns }: RepartitionStep,
  { value }: StepSchema,
  copied: CopiedTexts | null = null,
): RowCodecs {
  const types = value.map(({ type }) => type)
  if (recordColumns === undefined) return { record: rowCodec(types, copied), partial: null }
  return {
    record: rowCodec(types.slice(0, recordColumns)),
    partial: partialCodec(recordColumns, types.slice(recordColumns)),
  }
}

function partialCodec(recordColumns: number, types: readonly SqlType[]): PartialCodec {
  const codec = rowCodec(types)
  const noRecord: Row = new Array(recordColumns).fill(null)
  return {
    isPartial: ({ length }) => length > recordColumns,
    write(row, sink) {
      sink.reserve(2)
      sink.buffer.writeUInt16LE(types.length, sink.position)
      sink.position += 2
      codec.write(row.slice(recordColumns), sink)
    },
    read(source) {
      const count = source.buffer.readUInt16LE(source.position)
      source.position += 2
      return [...noRecord, ...codec.read(source, count)]
    },
  }
}

/** `passage`: texts that are copied where the source's reader passes them. */
export function internalEncoder(
  step: RepartitionStep,
  schema: StepSchema,
  current: readonly CurrentKey[],
  passage: Pick<TaskPassage, 'target' | 'textMargin'> | null = null,
): RecordEncoder {
  const copied = passage && { ...passage.target, margin: passage.textMargin }
  const { record: codec, partial } = rowCodecs(step, schema, copied)
  const withOld = step.payload === 'change'
  const { partitionColumn } = step
  return {
    ...(partitionColumn !== undefined && { partition: ({ value }) => value![partitionColumn] as number }),
    writeKey: keyWriter({ topic: step.topicSuffix, keyFormat: step.keyFormat, key: schema.key, window: null }, current),
    writeValue(record, sink) {
      const { value } = record
      if (partial !== null && value !== null && partial.isPartial(value)) {
        writeFlags(IS_PARTIAL, sink)
        partial.write(value, sink)
        return true
      }
      const oldValue = withOld ? record.oldValue : null
      if (value === null && oldValue === null) return false
      writeFlags((value === null ? 0 : HAS_VALUE) | (oldValue === null ? 0 : HAS_OLD_VALUE), sink)
      if (value !== null) codec.write(value, sink)
      if (oldValue !== null) codec.write(oldValue, sink)
      return true
    },
    timestamp: (record) => record.timestamp,
  }
}

function writeFlags(flags: number, sink: ByteSink): void {
  sink.reserve(1)
  sink.buffer[sink.position++] = flags
}

/** Reads what `internalEncoder` wrote. The bytes are the engine's own: what cannot be read is a bug, not a bad record. */
export function internalReader(step: RepartitionStep, schema: StepSchema): (cursor: RecordCursor) => StreamRecord {
  const { record: codec, partial } = rowCodecs(step, schema)
  const keyReader = FORMATS[step.keyFormat.format].reader({
    side: 'KEY',
    topic: step.topicSuffix,
    spec: step.keyFormat,
    columns: schema.key,
    wanted: schema.key.map((_, column) => ({ column, target: column, first: true })),
  })
  const readKey = ({ buffer, keyStart, keyEnd }: RecordCursor): Row | null => {
    if (keyEnd < 0) return null
    const key: Row = new Array(schema.key.length)
    const error = keyReader.open(buffer, keyStart, keyEnd, key)
    if (error !== null) throw new Error(`Key on internal topic ${step.topicSuffix} cannot be read: ${error.message}`)
    return keyReader.isNull ? null : key
  }
  return (cursor) => {
    const key = readKey(cursor)
    const { buffer, valueStart, valueEnd, timestamp } = cursor
    if (valueEnd < 0) return { key, window: null, value: null, oldValue: null, timestamp, headers: null }
    const flags = buffer[valueStart]!
    const source = { buffer, position: valueStart + 1 }
    if (partial !== null && flags === IS_PARTIAL) {
      return { key, window: null, value: partial.read(source), oldValue: null, timestamp, headers: null }
    }
    const value = (flags & HAS_VALUE) === 0 ? null : codec.read(source)
    const oldValue = (flags & HAS_OLD_VALUE) === 0 ? null : codec.read(source)
    return { key, window: null, value, oldValue, timestamp, headers: null }
  }
}

/** Gives a record of a stream as it is, in the cursor's bytes; null for one that has no key or something else than a new row. The result serves all calls. */
export type PackedReader = (cursor: RecordCursor) => PackedRecord | null

/** Null: keys are something else than one text in UTF-8. */
export function packedReader({ keyFormat }: RepartitionStep, { key: keys }: StepSchema): PackedReader | null {
  if (keyFormat.format !== 'KAFKA' || keys.length !== 1 || keys[0]!.type.kind !== 'STRING') return null
  const [key, row] = [byteRange(), byteRange()]
  const record = { key, row, timestamp: -1 }
  return ({ buffer, keyStart, keyEnd, valueStart, valueEnd, timestamp }) => {
    if (keyEnd < 0 || valueEnd < 0 || buffer[valueStart] !== HAS_VALUE) return null
    key.buffer = buffer
    key.start = keyStart
    key.end = keyEnd
    row.buffer = buffer
    row.start = valueStart + 1
    row.end = valueEnd
    record.timestamp = timestamp
    return record
  }
}

const byteRange = (): { buffer: Buffer; start: number; end: number } => ({ buffer: NO_BYTES, start: 0, end: 0 })
const NO_BYTES = Buffer.alloc(0)
