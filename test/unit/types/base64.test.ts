import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64, encodeBase64 } from '../../../src/types/base64.ts'

test('bytes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes)
    }),
  )
})

test('a view encodes its own bytes only', () => {
  expect(encodeBase64(new Uint8Array([1, 97, 2]).subarray(1, 2))).toBe('YQ==')
})

test('padding may be left out', () => {
  expect(decodeBase64('YQ')).toEqual(new Uint8Array([97]))
})

test.each(['a', 'YQ=', 'Y Q=', 'YQ==\n', '*', '===='])('%j is refused', (text) => {
  expect(() => decodeBase64(text)).toThrow('Illegal base64 text')
})
