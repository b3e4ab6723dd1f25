import { expect, test } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { UpstreamWatermarks } from '../../../../src/runtime/task/upstream-watermarks.ts'

const IDLE = Number.POSITIVE_INFINITY

test('the lowest time counts, and an idle task does not', () => {
  const watermarks = new UpstreamWatermarks(2, new ManualClock())
  watermarks.advance({ task: 0, time: 5 })
  expect(watermarks.lowest).toBe(Number.NEGATIVE_INFINITY)
  watermarks.advance({ task: 1, time: 3 })
  expect(watermarks.lowest).toBe(3)
  watermarks.advance({ task: 1, time: IDLE })
  expect(watermarks.lowest).toBe(5)
  watermarks.advance({ task: 0, time: IDLE })
  expect(watermarks.lowest).toBe(IDLE)
  watermarks.advance({ task: 1, time: 9 })
  expect(watermarks.lowest).toBe(9)
})

test('a task that states nothing counts for ten seconds', () => {
  const clock = new ManualClock()
  const watermarks = new UpstreamWatermarks(2, clock)
  watermarks.advance({ task: 0, time: 5 })
  clock.advance(9_999)
  expect(watermarks.lowest).toBe(Number.NEGATIVE_INFINITY)
  clock.advance(1)
  expect(watermarks.lowest).toBe(5)
  watermarks.advance({ task: 1, time: 2 })
  expect(watermarks.lowest).toBe(2)
})

test('what was stated survives as JSON', () => {
  const clock = new ManualClock()
  const before = new UpstreamWatermarks(3, clock)
  before.advance({ task: 0, time: 7 })
  before.advance({ task: 2, time: IDLE })
  const after = new UpstreamWatermarks(3, clock)
  after.restore(JSON.parse(JSON.stringify(before.stated)))
  expect(after.stated).toEqual([7, null, 'idle'])
  after.advance({ task: 1, time: 8 })
  expect(after.lowest).toBe(7)
})

test('a task that the layout does not have is ignored', () => {
  const watermarks = new UpstreamWatermarks(1, new ManualClock())
  watermarks.advance({ task: 0, time: 4 })
  watermarks.advance({ task: 1, time: 1 })
  expect(watermarks.lowest).toBe(4)
})

test('records with the time that was reached may still come', () => {
  const watermarks = new UpstreamWatermarks(1, new ManualClock())
  watermarks.advance({ task: 0, time: 4 })
  expect(watermarks.mayPrecede(5, false)).toBe(true)
  expect(watermarks.mayPrecede(4, true)).toBe(true)
  expect(watermarks.mayPrecede(4, false)).toBe(false)
  watermarks.advance({ task: 0, time: IDLE })
  expect(watermarks.mayPrecede(5, true)).toBe(false)
})
