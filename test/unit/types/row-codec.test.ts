import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteBuffer } from '../../../src/types/byte-buffer.ts'
import { Decimal } from '../../../src/types/decimal.ts'
import { columnReader, isNullAt, rowCodec } from '../../../src/types/row-codec.ts'
import {
  array,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimal,
  INTEGER,
  map,
  STRING,
  struct,
} from '../../../src/types/sql-type.ts'
import type { Value } from '../../../src/types/value.ts'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): Value => {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
})
const orNull = <T extends Value>(values: fc.Arbitrary<T>) => fc.option<Value>(values, { nil: null })
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const text = fc.string({ unit: 'grapheme', maxLength: 60 })

const TYPES = [
  BOOLEAN,
  INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  BYTES,
  DATE,
  decimal(10, 2),
  array(STRING),
  map(STRING, BIGINT),
  struct([
    { name: 'A', type: INTEGER },
    { name: 'B', type: array(DOUBLE) },
  ]),
]
const ROWS = fc.tuple(
  orNull(fc.boolean()),
  orNull(int32),
  orNull(int64),
  orNull(fc.double({ noNaN: true })),
  orNull(text),
  orNull(fc.uint8Array()),
  orNull(int32),
  orNull(fc.bigInt({ min: -(10n ** 10n), max: 10n ** 10n }).map((unscaled) => new Decimal(unscaled, 2))),
  orNull(fc.array(orNull(text))),
  orNull(fc.array(fc.tuple(text, orNull(int64))).map((entries) => new Map(entries))),
  orNull(fc.tuple(orNull(int32), orNull(fc.array(orNull(fc.double({ noNaN: true })))))),
)

test('rows of every type come back as they were written', () => {
  const codec = rowCodec(TYPES)
  fc.assert(
    fc.property(ROWS, ROWS, (first, second) => {
      const sink = new ByteBuffer(1)
      codec.write(first, sink)
      codec.write(second, sink)
      const source = { buffer: sink.buffer, position: 0 }
      expect(codec.read(source)).toEqual(first)
      expect(codec.read(source)).toEqual(second)
      expect(source.position).toBe(sink.position)
    }),
  )
})

test('64-bit integers are exact at the edges of safe numbers', () => {
  const codec = rowCodec([BIGINT])
  for (const value of [
    0,
    -1,
    2 ** 52,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    -(2 ** 52),
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 53n,
  ]) {
    const sink = new ByteBuffer()
    codec.write([value], sink)
    expect(codec.read({ buffer: sink.buffer, position: 0 })).toEqual([value])
  }
})

test('some columns are read where they belong, and the others are passed over', () => {
  const codec = rowCodec(TYPES)
  const columns = fc.subarray(TYPES.map((_, i) => i))
  fc.assert(
    fc.property(ROWS, columns, (row, wanted) => {
      const sink = new ByteBuffer(1)
      sink.writeByte(7)
      codec.write(row, sink)
      const read: Value[] = new Array(TYPES.length + 2).fill('before')
      columnReader(TYPES, wanted)({ buffer: sink.buffer, position: 1 }, read, 2)
      expect(read).toEqual(['before', 'before', ...row.map((value, i) => (wanted.includes(i) ? value : 'before'))])
      expect(row.map((_, i) => isNullAt(sink.buffer, 1, i))).toEqual(row.map((value) => value === null))
    }),
  )
})
