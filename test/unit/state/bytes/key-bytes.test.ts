import { expect, test } from 'vitest'
import { isCut, readKey, readWholeKey, writeKey, writeWholeKey } from '../../../../src/state/bytes/key-bytes.ts'
import type { StoreKey } from '../../../../src/state/store.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { forEachSeed, type Random } from '../../../support/seeds.ts'

function bytesOf(key: StoreKey): Buffer {
  const writer = new ByteBuffer(1)
  writeKey(key, writer)
  return Buffer.from(writer.since(0))
}

const randomText = (random: Random): string =>
  String.fromCharCode(
    ...Array.from({ length: random.integer(0, 40) }, () =>
      random.pick([0, 1, 0x41, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xffff]),
    ),
  )

test('texts come back and order by their UTF-16 code units, halves of surrogate pairs among them', () => {
  forEachSeed((random) => {
    const [a, b] = [randomText(random), randomText(random)]
    expect(readKey(bytesOf(a), 0, bytesOf(a).length)).toBe(a)
    expect(Math.sign(Buffer.compare(bytesOf(a), bytesOf(b)))).toBe(a < b ? -1 : a > b ? 1 : 0)
  })
})

test('numbers come back and order by size; negative zero is zero', () => {
  const numbers = [
    Number.NEGATIVE_INFINITY,
    -Number.MAX_VALUE,
    -2,
    -1.5,
    -5e-324,
    0,
    5e-324,
    1,
    1.5,
    2 ** 53,
    Number.MAX_VALUE,
  ]
  const bytes = numbers.map(bytesOf)
  expect(bytes.toSorted(Buffer.compare)).toEqual(bytes)
  expect(bytes.map((own) => readKey(own, 0, own.length))).toEqual(numbers)
  expect(bytesOf(-0)).toEqual(bytesOf(0))
})

test('a text that is too long for LMDB is cut, and differs from others with the same beginning', () => {
  const long = 'x'.repeat(5000)
  const [a, b] = [bytesOf(`${long}a`), bytesOf(`${long}b`)]
  expect(a).toHaveLength(1801)
  expect(a.equals(b)).toBe(false)
  expect(readKey(a, 0, a.length)).toBeUndefined()
  const longest = 'x'.repeat(1799)
  expect(readKey(bytesOf(longest), 0, 1800)).toBe(longest)
  const writer = new ByteBuffer()
  writeKey(`${long}a`, writer)
  expect(isCut(writer, 0)).toBe(true)
})

test('whole keys are never cut', () => {
  const writer = new ByteBuffer()
  writeWholeKey('é'.repeat(3000), writer)
  expect(readWholeKey(writer.buffer, 0, writer.position)).toBe('é'.repeat(3000))
})
