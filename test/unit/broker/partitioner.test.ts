import { describe, expect, test } from 'vitest'
import { murmur2, partitionForCounter, partitionForKey } from '../../../src/broker/partitioner.ts'

describe('keys', () => {
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("murmur2 of %s is Kafka's", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash)
  })

  test('a key inside a larger buffer hashes as if it were alone', () => {
    const buffer = Buffer.from('..foobar..')
    expect(murmur2(buffer, 2, 8)).toBe(murmur2(Buffer.from('foobar')))
  })

  test('partitions are never negative', () => {
    for (let n = 0; n < 500; n++) expect(partitionForKey(Buffer.from(`key ${n}`), 7)).toBeOneOf([0, 1, 2, 3, 4, 5, 6])
  })
})

test('records without a key go to the partitions in turn, many at a time', () => {
  const taken = Array.from({ length: 1024 }, (_, counter) => partitionForCounter(counter, 3))
  expect(new Set(taken)).toEqual(new Set([0, 1, 2]))
  expect(taken.filter((partition, index) => index > 0 && partition !== taken[index - 1]).length).toBe(3)
})
