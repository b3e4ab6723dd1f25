import { expect, test } from 'vitest'
import type { RepartitionStep, StepSchema } from '../../../../src/operators/step.ts'
import { internalEncoder, internalReader } from '../../../../src/runtime/task/internal-record.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
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

function through(one: StreamRecord, writer: StepSchema = schema, writing = step, reading = step): StreamRecord {
  const sink = new ByteBuffer()
  const encoder = internalEncoder(writing, writer, [])
  encoder.writeKey(one, sink)
  const keyEnd = sink.position
  encoder.writeValue(one, sink)
  return internalReader(
    reading,
    schema,
  )({
    buffer: sink.buffer,
    keyStart: 0,
    keyEnd,
    valueStart: keyEnd,
    valueEnd: sink.position,
    offset: 0,
    timestamp: one.timestamp,
    headerCount: 0,
  } as never)
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
