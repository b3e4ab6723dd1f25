import { expect, test } from 'vitest'
import type { RepartitionStep, StepSchema } from '../../../../src/operators/step.ts'
import { internalEncoder, internalReader, packedReader } from '../../../../src/runtime/task/internal-record.ts'
import type { RecordCursor } from '../../../../src/runtime/task/record-cursor.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { rowCodec } from '../../../../src/types/row-codec.ts'
import { columnTypes } from '../../../../src/types/schema.ts'
import { BIGINT, INTEGER, STRING } from '../../../../src/types/sql-type.ts'
import { record } from '../../../support/operator-harness.ts'
import { columns, streamOf } from '../../../support/steps.ts'

const step: RepartitionStep = {
  kind: 'repartition',
  id: 'r',
  input: 'p',
  topicSuffix: 'r',
  keyFormat: { format: 'KAFKA' } as RepartitionStep['keyFormat'],
  payload: 'value',
  partitionsOf: 'S',
  recordColumns: 2,
}
const schema = streamOf({ V: INTEGER, ...{ N_STATE: BIGINT, MAX_STATE: STRING } })

const through = (one: StreamRecord, writer: StepSchema = schema, writing = step, reading = step): StreamRecord =>
  internalReader(reading, schema)(written(one, writer, writing))

/** A cursor at the record that was written. */
function written(one: StreamRecord, writer: StepSchema, writing: RepartitionStep): RecordCursor {
  const sink = new ByteBuffer()
  const encoder = internalEncoder(writing, writer, [])
  const hasKey = encoder.writeKey(one, sink)
  const keyEnd = sink.position
  const hasValue = encoder.writeValue(one, sink)
  return {
    buffer: sink.buffer,
    keyStart: 0,
    keyEnd: hasKey ? keyEnd : -1,
    valueStart: keyEnd,
    valueEnd: hasValue ? sink.position : -1,
    offset: 0,
    timestamp: one.timestamp,
    headerCount: 0,
  } as never
}

test('records and partials of one topic are told apart', () => {
  for (const value of [
    ['a', 1],
    ['a', null],
    [null, null, 3, 'z'],
    [null, null, 0, null],
  ])
    expect(through(record(['a'], value, 7))).toEqual(record(['a'], value, 7))
})

test('a partial of fewer functions, from before others were appended, is read', () => {
  const before = { ...schema, value: [...schema.value.slice(0, 2), ...columns({ N_STATE: BIGINT })] }
  expect(through(record(['a'], [null, null, 3], 7), before)).toEqual(record(['a'], [null, null, 3], 7))
})

test('records from before there were partials are read', () => {
  const { recordColumns: _, ...old } = step
  const before = { ...schema, value: schema.value.slice(0, 2) }
  expect(through(record(['a'], ['a', 1], 7), before, old)).toEqual(record(['a'], ['a', 1], 7))
})

test('a row is left as bytes where the record has nothing else', () => {
  const { recordColumns: _, ...whole } = step
  const read = packedReader(whole, schema)!
  const packed = (one: StreamRecord, writing = whole) => read(written(one, schema, writing))
  const value = ['a', 1, 2, 'z']
  const found = packed(record(['k'], value, 7))!
  expect(found.timestamp).toBe(7)
  expect(found.key.buffer.toString('utf8', found.key.start, found.key.end)).toBe('k')
  const { buffer, start, end } = found.row
  const source = { buffer, position: start }
  expect(rowCodec(columnTypes(schema.value)).read(source)).toEqual(value)
  expect(source.position).toBe(end)
  expect(packed(record(null, value, 7))).toBeNull()
  expect(packedReader(whole, { ...schema, key: columns({ K: INTEGER }) })).toBeNull()
  expect(packed(record(['k'], null, 7))).toBeNull()
  const changing = { ...whole, payload: 'change' } as const
  expect(packed(record(['k'], value, 7, { oldValue: value }), changing)).toBeNull()
})
