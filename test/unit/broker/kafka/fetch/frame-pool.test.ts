import { expect, test } from 'vitest'
import { FramePool } from '../../../../../src/broker/kafka/fetch/frame-pool.ts'

const SIZE = 1_000_000

test('the memory of a response is used again when all of its parts are released, not earlier', () => {
  const pool = new FramePool()
  const response = pool.take(SIZE)
  pool.hold(response, 2)
  pool.release(response.subarray(10, 20))
  expect(pool.take(SIZE).buffer).not.toBe(response.buffer)
  pool.release(response.subarray(20, 30))
  const next = pool.take(SIZE - 5)
  expect(next.buffer).toBe(response.buffer)
  expect(next.length).toBe(SIZE - 5)
  expect(pool.take(SIZE).buffer).not.toBe(response.buffer)
})

test('a response without parts is free at once; one that was not held, or released too often, never twice', () => {
  const pool = new FramePool()
  const response = pool.take(SIZE)
  pool.hold(response, 0)
  pool.release(response)
  expect(pool.take(SIZE).buffer).toBe(response.buffer)
  expect(pool.take(SIZE).buffer).not.toBe(response.buffer)
  const copy = Buffer.alloc(SIZE)
  pool.release(copy)
  expect(pool.take(SIZE).buffer).not.toBe(copy.buffer)
})

test('small and huge responses are not kept', () => {
  const pool = new FramePool()
  for (const size of [100, 100_000_000]) {
    const response = pool.take(size)
    expect(response.length).toBe(size)
    pool.hold(response, 0)
    expect(pool.take(size).buffer).not.toBe(response.buffer)
  }
})
