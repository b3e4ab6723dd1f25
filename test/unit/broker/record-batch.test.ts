import { createRequire } from 'node:module'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Compression } from '../../../src/broker/compression.ts'
import {
  baseSequence,
  batchSize,
  controlBatch,
  controlOutcome,
  isControl,
  isIntact,
  isTransactional,
  NOT_IDEMPOTENT,
  nextSequence,
  producerEpoch,
  producerId,
  readInt64,
  sealBatch,
  setBaseOffset,
  setLogAppendTime,
  writeInt64,
} from '../../../src/broker/record-batch.ts'
import { RecordBatchBuilder } from '../../../src/broker/record-batch-builder.ts'
import { RecordBatchCursor, readHeaders } from '../../../src/broker/record-batch-cursor.ts'
import { decode, encode, numbered, record, values } from '../../support/batches.ts'

function transactional(text: string, offset: number, id: number): Buffer {
  const batch = encode([record(text)])
  sealBatch(batch, { producerId: id, producerEpoch: 0, baseSequence: 0, transactional: true })
  setBaseOffset(batch, 0, offset)
  return batch
}

function marker(outcome: 'abort' | 'commit', offset: number, id: number): Buffer {
  const batch = controlBatch({ outcome, producerId: id, producerEpoch: 0, timestamp: 1 })
  setBaseOffset(batch, 0, offset)
  return batch
}

describe('round trip', () => {
  const plainRecord = fc.record({
    timestamp: fc.oneof(
      fc.integer({ min: 0, max: 2_000_000_000_000 }),
      fc.maxSafeNat().map((n) => Math.floor(n / 4)),
    ),
    key: fc.option(fc.string({ unit: 'grapheme', maxLength: 80 })),
    value: fc.option(
      fc.oneof(
        fc.string({ maxLength: 300 }),
        fc.integer({ min: 0, max: 40_000 }).map((n) => 'v'.repeat(n)),
      ),
    ),
    headers: fc.array(fc.record({ key: fc.string({ maxLength: 9 }), value: fc.option(fc.string({ maxLength: 90 })) }), {
      maxLength: 3,
    }),
  })

  test.each<Compression>(['none', 'gzip', 'zstd'])('any records survive, with %s compression', (compression) => {
    fc.assert(
      fc.property(
        fc.array(plainRecord, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (records, offset) => {
          expect(decode(encode(records, compression, offset))).toEqual(numbered(records, offset))
        },
      ),
      { numRuns: 60 },
    )
  })

  test.each<[Compression, string]>([
    ['snappy', 'snappy'],
    ['lz4', 'lz4-napi'],
  ])('%s works where its package is installed, and otherwise says what to install', (compression, name) => {
    const records = [record('a'.repeat(100_000)), record('b')]
    if (isInstalled(name)) expect(decode(encode(records, compression))).toEqual(numbered(records))
    else expect(() => encode(records, compression)).toThrow(`npm install ${name}`)
  })

  test('records whose lengths need one, two and three byte prefixes follow one another', () => {
    const sizes = [0, 1, 63, 64, 5_000, 8_191, 8_192, 3, 200_000, 64, 0]
    const records = sizes.map((size) => record('x'.repeat(size), 1_000 + size, 'y'.repeat(size)))
    expect(decode(encode(records))).toEqual(numbered(records))
  })

  test('timestamps may go back and be far apart', () => {
    const records = [
      record('a', 1_700_000_000_000),
      record('b', 0),
      record('c', 253_402_300_799_000),
      record('d', 1_700_000_000_001),
    ]
    expect(decode(encode(records))).toEqual(numbered(records))
  })

  test('an independent decoder reads the same', async () => {
    const require = createRequire(import.meta.url)
    const KafkaDecoder = require('kafkajs/src/protocol/decoder')
    const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder')
    const records = [
      { timestamp: 5_000, key: 'a', value: '1', headers: [{ key: 'h', value: 'x' }] },
      record(null, 4_000),
      record('y'.repeat(300), 9_000, null),
    ]
    const { records: read } = await decodeBatch(new KafkaDecoder(encode(records, 'gzip', 7)))
    expect(
      read.map((r: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null }) => [
        r.offset,
        r.timestamp,
        r.key?.toString() ?? null,
        r.value?.toString() ?? null,
      ]),
    ).toEqual([
      ['7', '5000', 'a', '1'],
      ['8', '4000', 'k', null],
      ['9', '9000', null, 'y'.repeat(300)],
    ])
    expect(read[0].headers).toEqual({ h: Buffer.from('x') })
  })
})

describe('building', () => {
  test('an abandoned record leaves no trace', () => {
    const builder = new RecordBatchBuilder()
    builder.append(10, null, Buffer.from('kept'))
    builder.beginRecord(99)
    builder.beginValue(false)
    builder.reserve(200_000)
    builder.position += 200_000
    builder.abandonRecord()
    builder.append(11, null, Buffer.from('next'))
    const batch = builder.finish()
    sealBatch(batch, NOT_IDEMPOTENT)
    expect(decode(batch)).toEqual(numbered([record('kept', 10, null), record('next', 11, null)]))
    expect(readInt64(batch, 35)).toBe(11)
  })

  test('a finished batch is not touched by the next one, and a recycled one is used again', () => {
    const builder = new RecordBatchBuilder()
    builder.append(1, null, Buffer.from('first'))
    const first = builder.finish()
    const copy = Buffer.from(first)
    builder.append(2, null, Buffer.from('second'))
    expect(first).toEqual(copy)
    builder.recycle(first)
    builder.finish()
    expect(builder.buffer.buffer).toBe(first.buffer)
    expect(builder.count).toBe(0)
  })

  test('sealing sets who sent it and makes the checksum right', () => {
    const batch = encode([record('a')])
    sealBatch(batch, { producerId: 2 ** 40, producerEpoch: 3, baseSequence: 77, transactional: true })
    expect(isIntact(batch, 0, batch.length)).toBe(true)
    expect([producerId(batch, 0), producerEpoch(batch, 0), baseSequence(batch, 0), isTransactional(batch, 0)]).toEqual([
      2 ** 40,
      3,
      77,
      true,
    ])
    batch[65]! ^= 1
    expect(isIntact(batch, 0, batch.length)).toBe(false)
  })

  test('log append time is that of every record', () => {
    const batch = encode([record('a', 1), record('b', 2)])
    setLogAppendTime(batch, 0, batch.length, 5_000)
    expect(decode(batch).map((r) => r.timestamp)).toEqual([5_000, 5_000])
  })

  test('sequences go round after 2^31 - 1', () => {
    expect(nextSequence(2 ** 31 - 2, 2)).toBe(0)
    expect(nextSequence(5, 3)).toBe(8)
  })

  test('int64 values keep their sign and all safe bits', () => {
    const at = Buffer.alloc(8)
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        writeInt64(at, 0, value)
        expect([readInt64(at, 0), at.readBigInt64BE(0)]).toEqual([value, BigInt(value)])
      }),
    )
  })
})

describe('walking', () => {
  const two = Buffer.concat([
    encode([record('a'), record('b'), record('c')], 'none', 5),
    encode([record('d'), record('e')], 'gzip', 20),
  ])

  test('starts in the middle of a batch', () => {
    expect(values(decode(two, 7))).toEqual(['c', 'd', 'e'])
    expect(values(decode(two, 8))).toEqual(['d', 'e'])
    expect(values(decode(two, 21))).toEqual(['e'])
    expect(decode(two, 22)).toEqual([])
  })

  test('a batch cut short at the end is ignored, at every length', () => {
    const whole = batchSize(two, 0)
    for (let length = 0; length < two.length; length++)
      expect(values(decode(two.subarray(0, length)))).toEqual(length < whole ? [] : ['a', 'b', 'c'])
  })

  test('control batches are not records', () => {
    const log = Buffer.concat([transactional('a', 0, 9), marker('commit', 1, 9), encode([record('b')], 'none', 2)])
    expect(isControl(log, batchSize(log, 0))).toBe(true)
    expect(controlOutcome(log, batchSize(log, 0))).toBe('commit')
    expect(values(decode(log))).toEqual(['a', 'b'])
  })

  test('aborted transactions are passed over up to their marker, those of other producers are not', () => {
    const log = Buffer.concat([
      transactional('dropped', 0, 1),
      transactional('kept', 1, 2),
      encode([record('plain')], 'none', 2),
      transactional('dropped too', 3, 1),
      marker('abort', 4, 1),
      transactional('again', 5, 1),
      marker('commit', 6, 1),
      marker('commit', 7, 2),
    ])
    const aborted = [{ producerId: 1, firstOffset: 0 }]
    expect(values(decode(log, 0, aborted))).toEqual(['kept', 'plain', 'again'])
    expect(values(decode(log, 2, aborted))).toEqual(['plain', 'again'])
  })

  test('a flipped bit is found by the checksum', () => {
    const batch = encode([record('a'.repeat(50))], 'none', 3)
    batch[90]! ^= 4
    expect(() => decode(batch)).toThrow('The record batch at offset 3 fails its checksum.')
  })

  test('damaged bytes never hang or crash a walk that does not check them', () => {
    const batch = encode([
      record('a'.repeat(50)),
      record(null),
      { ...record('b'), headers: [{ key: 'h', value: 'v' }] },
    ])
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 12, max: batch.length - 1 }), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const damaged = Buffer.from(batch)
          for (const [at, value] of changes) damaged[at] = value
          const cursor = new RecordBatchCursor()
          cursor.reset(damaged)
          try {
            while (cursor.next()) readHeaders(cursor)
          } catch (error) {
            expect(error).toMatchObject({ name: 'BrokerError' })
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test('the message format before 0.11 is refused with advice', () => {
    const batch = encode([record('a')])
    batch[16] = 1
    expect(() => decode(batch)).toThrow('message format v1')
  })
})

function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url)(name)
    return true
  } catch {
    return false
  }
}
