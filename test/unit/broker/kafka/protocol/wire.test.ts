import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WireReader, WireWriter } from '../../../../../src/broker/kafka/protocol/wire.ts'

test('what is written is read again', () => {
  const values = fc.record({
    small: fc.integer({ min: -128, max: 127 }),
    short: fc.integer({ min: -32768, max: 32767 }),
    int: fc.integer(),
    long: fc.maxSafeInteger(),
    text: fc.option(fc.string({ unit: 'grapheme', maxLength: 400 })),
    list: fc.array(fc.integer(), { maxLength: 200 }),
    flag: fc.boolean(),
  })
  fc.assert(
    fc.property(values, ({ small, short, int, long, text, list, flag }) => {
      const writer = new WireWriter()
      writer.int8(small).int16(short).int32(int).int64(long).nullableString(text).boolean(flag)
      writer.array(list, (item) => writer.int32(item)).noTaggedFields()
      const reader = new WireReader(writer.take())
      const read = [
        reader.int8(),
        reader.int16(),
        reader.int32(),
        reader.int64(),
        reader.nullableString(),
        reader.boolean(),
      ]
      expect(read).toEqual([small, short, int, long, text, flag])
      expect(reader.array(() => reader.int32())).toEqual(list)
      reader.taggedFields()
    }),
  )
})

test('a null array is empty, null bytes too', () => {
  const reader = new WireReader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))
  expect(reader.array(() => reader.int8())).toEqual([])
  expect(reader.nullableBytes()).toHaveLength(0)
})

test('tagged fields of later versions are passed over', () => {
  const reader = new WireReader(Buffer.from([1, 0x81, 0x01, 2, 0xaa, 0xbb, 42]))
  reader.taggedFields()
  expect(reader.int8()).toBe(42)
})
