import { expect, test } from 'vitest'
import { WATCHED } from '../../../../src/runtime/heartbeat.ts'
import { WaitingCalls } from '../../../../src/runtime/threads/waiting-calls.ts'

const shared = new Int32Array(WATCHED.length)
const main = new WaitingCalls(shared)
const worker = new WaitingCalls(shared)

test.each([
  ['from the first one on', 1],
  ['beyond the numbers that the memory holds', 2 ** 31 - 1],
])('a call waits from when it is posted until it is taken, %s', (_, id) => {
  expect(worker.areLeft()).toBe(false)
  main.post(id)
  main.post(id + 1)
  expect(worker.areLeft()).toBe(true)
  worker.take(id)
  expect(worker.areLeft()).toBe(true)
  worker.take(id + 1)
  expect(worker.areLeft()).toBe(false)
})
