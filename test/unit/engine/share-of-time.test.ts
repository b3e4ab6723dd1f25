import { expect, test } from 'vitest'
import { ManualTimer } from '../../../src/clock.ts'
import { ShareOfTime } from '../../../src/engine/share-of-time.ts'

const TIMEOUT_MS = 500

test('constant expressions have the whole time until they have used it, and half of what passes afterwards', () => {
  const timer = new ManualTimer()
  const share = new ShareOfTime(timer)
  expect(share.limitMs(TIMEOUT_MS)).toBe(500)
  timer.advance(300)
  share.spent(300)
  expect(share.limitMs(TIMEOUT_MS)).toBe(200)
  share.spent(200)
  expect(share.limitMs(TIMEOUT_MS)).toBe(0)
  timer.advance(400)
  expect(share.limitMs(TIMEOUT_MS)).toBe(200)
  timer.advance(10_000)
  expect(share.limitMs(TIMEOUT_MS)).toBe(500)
})
