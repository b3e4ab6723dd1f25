import { describe, expect, it } from 'vitest'
import { ManualClock, systemClock } from '../../src/clock.ts'

describe('clocks', () => {
  it('by hand: stand still until set or advanced', () => {
    const clock = new ManualClock(5)
    expect(clock.now()).toBe(5)
    clock.advance(10)
    expect(clock.now()).toBe(15)
    clock.set(3)
    expect(clock.now()).toBe(3)
  })

  it('of the system: whole epoch milliseconds', () => {
    const before = Date.now()
    const now = systemClock.now()
    expect(Number.isInteger(now) && now >= before).toBe(true)
  })
})
