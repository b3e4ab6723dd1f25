import { expect, test } from 'vitest'
import { crc32c, slicedCrc32c } from '../../../src/types/crc32c.ts'

// RFC 3720, B.4
test.each([
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending', Buffer.from(Array.from({ length: 32 }, (_, n) => n)), 0x46dd794e],
  ['the check string', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
])('%s', (_name, bytes, crc) => {
  expect(crc32c(bytes)).toBe(crc)
})

test('a part of a buffer, at any alignment', () => {
  const text = 'x'.repeat(77)
  const whole = crc32c(Buffer.from(text))
  for (let start = 0; start < 20; start++)
    expect(crc32c(Buffer.from(`${'-'.repeat(start)}${text}--`), start, start + 77)).toBe(whole)
})

test('long ranges have the same checksum with the native module, which is loaded after some megabytes', () => {
  const bytes = Buffer.from(Array.from({ length: 1 << 20 }, (_, n) => (n * 7919) & 255))
  const sliced = slicedCrc32c(bytes, 3, bytes.length)
  for (let times = 0; times < 20; times++) expect(crc32c(bytes, 3)).toBe(sliced)
})
