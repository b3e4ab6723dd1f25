/**
 * Records on internal topics (repartitioning): the key as the step's format writes it, since it decides the partition; the value in the
 * engine's own row codec. Value: flags byte (1: has a new row, 2: has an old row), then those rows.
 */
import type { RepartitionStep, StepSchema } from '../../operators/step.ts'
import type { ByteSink } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import type { StreamRecord } from '../../types/record.ts'
import { rowCodec } from '../../types/row-codec.ts'
import type { Row } from '../../types/value.ts'
import type { RecordCursor } from './record-cursor.ts'
import { type CurrentKey, keyWriter, type RecordEncoder } from './record-encoder.ts'

const HAS_VALUE = 1
const HAS_OLD_VALUE = 2

export function internalEncoder(
  step: RepartitionStep,
  schema: StepSchema,
  current: readonly CurrentKey[],
): RecordEncoder {
  const codec = rowCodec(schema.value.map(({ type }) => type))
  const withOld = step.payload === 'change'
  const { partitionColumn } = step
  return {
    ...(partitionColumn !== undefined && { partition: ({ value }) => value![partitionColumn] as number }),
    writeKey: keyWriter({ topic: step.topicSuffix, keyFormat: step.keyFormat, key: schema.key, window: null }, current),
    writeValue(record, sink) {
      const { value } = record
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
  const codec = rowCodec(schema.value.map(({ type }) => type))
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
    const value = (flags & HAS_VALUE) === 0 ? null : codec.read(source)
    const oldValue = (flags & HAS_OLD_VALUE) === 0 ? null : codec.read(source)
    return { key, window: null, value, oldValue, timestamp, headers: null }
  }
}
