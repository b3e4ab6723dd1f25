import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readUtf8, writeUtf8 } from '../../../src/serde/text.ts'
import { ByteBuffer } from '../../../src/types/byte-buffer.ts'

const read = (bytes: Buffer): string =>
  readUtf8(Buffer.concat([Buffer.from('é'), bytes, Buffer.from([0x80])]), 2, 2 + bytes.length)

describe('text of any length up to 40 bytes', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 3 }),
    fc
      .constantFrom([0xc0, 0x80], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xef, 0xbf, 0xbf], [0xf0, 0x9f, 0x8e, 0xba])
      .map(Buffer.from),
  )

  test('is what the engine reads, whether it is UTF-8 or not', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const bytes = Buffer.concat(pieces).subarray(0, 40)
        expect(read(bytes)).toBe(bytes.toString())
      }),
      { numRuns: 2000 },
    )
  })

  test('reads as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        const out = new ByteBuffer(1)
        writeUtf8(text, out)
        expect(read(out.take())).toBe(text)
      }),
    )
  })
})
