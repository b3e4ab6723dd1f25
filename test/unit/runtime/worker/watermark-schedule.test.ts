import { expect, test } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { WatermarkSchedule } from '../../../../src/runtime/worker/watermark-schedule.ts'

const clock = new ManualClock()
const open = () => new WatermarkSchedule({ clock, idleTimeoutMs: 1_000 })

test('states the first time at once, then a new time at most every 200 ms', () => {
  const schedule = open()
  expect(schedule.endRound(-1, false)).toBe(true)
  expect(schedule.endRound(5, false)).toBe(false)
  clock.advance(200)
  expect(schedule.endRound(5, false)).toBe(true)
  clock.advance(200)
  expect(schedule.endRound(5, false)).toBe(false)
})

test('is idle after the timeout at the end of its inputs, says so once, and is silent while it stays there', () => {
  const schedule = open()
  schedule.endRound(5, true)
  clock.advance(999)
  expect(schedule.endRound(5, true)).toBe(false)
  expect(schedule.isIdle).toBe(false)
  clock.advance(1)
  expect(schedule.endRound(5, true)).toBe(true)
  expect(schedule.isIdle).toBe(true)
  expect(schedule.endRound(9, true)).toBe(false)
})

test('states a time at once when it falls behind', () => {
  const schedule = open()
  schedule.endRound(5, true)
  clock.advance(1_000)
  schedule.endRound(5, true)
  expect(schedule.endRound(6, false)).toBe(true)
  expect(schedule.isIdle).toBe(false)
  expect(schedule.endRound(6, true)).toBe(false)
  expect(schedule.isIdle).toBe(false)
})

test('a clock that is set back does not keep it from becoming idle', () => {
  const schedule = open()
  schedule.endRound(5, true)
  clock.set(clock.now() - 60_000)
  expect(schedule.endRound(5, true)).toBe(true)
  expect(schedule.isIdle).toBe(true)
})
