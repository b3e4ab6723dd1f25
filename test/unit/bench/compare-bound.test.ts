import { describe, expect, it } from 'vitest'
import { asProduced, wholeBatches } from '../../../bench/compare/bound/captured-output.ts'
import { InputMarks } from '../../../bench/compare/bound/input-marks.ts'
import { PacedBatches } from '../../../bench/compare/bound/paced-batches.ts'
import {
  baseOffset,
  controlBatch,
  hasLogAppendTime,
  isIntact,
  NOT_IDEMPOTENT,
  recordCount,
  sealBatch,
  setBaseOffset,
  setLogAppendTime,
} from '../../../src/broker/record-batch.ts'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'

function batchOf(records: number): Buffer {
  const builder = new RecordBatchBuilder()
  for (let i = 0; i < records; i++) builder.append(i, Buffer.from(`k${i}`), Buffer.from('value'))
  const batch = Buffer.from(builder.finish())
  sealBatch(batch, NOT_IDEMPOTENT)
  return batch
}

describe('captured output', () => {
  it('is the whole batches of what was fetched, without those that end transactions', () => {
    const marker = controlBatch({ outcome: 'commit', producerId: 1, producerEpoch: 0, timestamp: 0 })
    const fetched = Buffer.concat([batchOf(2), marker, batchOf(3), batchOf(4).subarray(0, -1)])
    expect(wholeBatches(fetched).map((batch) => recordCount(batch, 0))).toEqual([2, 3])
    expect(wholeBatches(Buffer.alloc(0))).toEqual([])
  })

  it('is the batch as the engine had sent it', () => {
    const sent = batchOf(2)
    const stored = Buffer.from(sent)
    setBaseOffset(stored, 0, 1_000)
    setLogAppendTime(stored, 0, stored.length, 1_700_000_000_000)
    const produced = asProduced(stored)
    sealBatch(produced, NOT_IDEMPOTENT)
    expect([baseOffset(produced, 0), hasLogAppendTime(produced, 0), isIntact(produced, 0, produced.length)]).toEqual([
      0,
      false,
      true,
    ])
    expect(produced.subarray(61)).toEqual(sent.subarray(61))
    expect(baseOffset(stored, 0), 'the fetched batch stays').toBe(1_000)
  })
})

describe('paced batches', () => {
  const batches = [10, 30, 10].map((size) => Buffer.alloc(size))

  it('are due by their share of the bytes, in order and once', () => {
    const paced = new PacedBatches(batches, 100)
    expect(paced.due(19)).toEqual([])
    expect(paced.due(20)).toEqual([batches[0]])
    expect(paced.due(79)).toEqual([])
    expect(paced.due(90)).toEqual([batches[1]])
    expect(paced.due(100)).toEqual([batches[2]])
    expect(paced.due(100)).toEqual([])
  })

  it('are all due at the end of the input, however short it is', () => {
    expect(new PacedBatches(batches, 0).due(0)).toEqual(batches)
    expect(new PacedBatches([], 100).due(100)).toEqual([])
  })
})

describe('marks of the input', () => {
  it('are set once each, HALF by the last report with less than half', () => {
    const marks = new InputMarks(100)
    expect(marks.note(30, 1)).toEqual(['FIRST 1'])
    expect(marks.note(19, 2)).toEqual([])
    expect(marks.note(1, 3)).toEqual(['HALF 2'])
    expect(marks.note(49, 4)).toEqual([])
    expect(marks.note(1, 5)).toEqual(['LAST 5'])
    expect(marks.note(0, 6)).toEqual([])
  })

  it('come together if everything is read at once', () => {
    expect(new InputMarks(10).note(10, 7)).toEqual(['FIRST 7', 'HALF 7', 'LAST 7'])
  })
})
