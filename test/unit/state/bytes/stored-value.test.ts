import { expect, test } from 'vitest'
import { checked, entryWithChecksum, withChecksum } from '../../../../src/state/bytes/stored-value.ts'
import { crc32c } from '../../../../src/types/crc32c.ts'

const bytes = (length: number, seed: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * seed) % 251))

test.each([0, 1, 15, 180, 511, 512, 1_023, 1_024, 5_000, 200_000])(
  'a value of %i bytes is stored with its checksum, and read',
  (length) => {
    for (const keyLength of [1, 16, 511, 3_000]) {
      const key = bytes(keyLength, 7)
      const value = bytes(length, 11)
      const source = Buffer.concat([Buffer.from('before'), key, value, Buffer.from('behind')])
      const stored = Buffer.from(entryWithChecksum(source, 6, 6 + keyLength, 6 + keyLength + length))
      expect(stored.equals(withChecksum(key, value))).toBe(true)
      expect(stored.subarray(0, length).equals(value)).toBe(true)
      expect(stored.readUInt32LE(length)).toBe((crc32c(key) ^ crc32c(value)) >>> 0)
      expect(checked(key, stored).equals(value)).toBe(true)
    }
  },
)

test('a changed value, and a value under another key, are found', () => {
  const key = Buffer.from('key')
  const stored = Buffer.from(withChecksum(key, Buffer.from('a value')))
  expect(() => checked(Buffer.from('kez'), stored)).toThrow('fails its checksum')
  stored[2]! ^= 1
  expect(() => checked(key, stored)).toThrow('fails its checksum')
  expect(() => checked(key, Buffer.from('abc'))).toThrow('fails its checksum')
})
