import { describe, expect, it } from 'vitest'
import { doublingPause, ManualClock, ManualTimer, sleep, systemClock, systemTimer } from '../../src/clock.ts'

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

describe('timers', () => {
  it('by hand: make the calls that are due, in the order in which they are due', () => {
    const timer = new ManualTimer()
    const calls: string[] = []
    timer.after(20, () => calls.push('after 20'))
    timer.every(15, () => calls.push(`every 15 at ${timer.elapsed()}`))
    timer.after(5, () => calls.push('cancelled')).cancel()
    timer.advance(14)
    expect(calls).toEqual([])
    timer.advance(16)
    expect(calls).toEqual(['every 15 at 15', 'after 20', 'every 15 at 30'])
    expect(timer.pending()).toEqual([15])
    expect(timer.untilNext()).toBe(15)
  })

  it('by hand: a call may schedule another within the same advance', () => {
    const timer = new ManualTimer()
    const times: number[] = []
    timer.after(1, () => {
      times.push(timer.elapsed())
      timer.after(1, () => times.push(timer.elapsed()))
    })
    timer.advance(5)
    expect(times).toEqual([1, 2])
  })

  it('of the system: call once, call again and again, and not once cancelled', async () => {
    const order = await new Promise<string[]>((resolve) => {
      const seen: string[] = []
      systemTimer.after(0, () => seen.push('cancelled')).cancel()
      systemTimer.after(1, () => seen.push('once'))
      const repeated = systemTimer.every(1, () => {
        if (seen.push('again') < 4) return
        repeated.cancel()
        resolve(seen)
      })
    })
    expect(order).not.toContain('cancelled')
    expect(order.filter((entry) => entry === 'once')).toEqual(['once'])
  })

  it('pauses double up to the longest one, also after very many failures', () => {
    const pauses = { firstMs: 10, longestMs: 50 }
    expect([0, 1, 2, 3, 5_000].map((failures) => doublingPause(pauses, failures))).toEqual([10, 20, 40, 50, 50])
    expect(doublingPause({ firstMs: 0, longestMs: 50 }, 5_000)).toBe(0)
  })

  it('sleep until the time has passed, or the signal is aborted', async () => {
    const timer = new ManualTimer()
    const slept = sleep(timer, 10)
    timer.advance(10)
    await slept
    const controller = new AbortController()
    const interrupted = sleep(timer, 10, { signal: controller.signal })
    controller.abort()
    await interrupted
    expect(timer.pending()).toEqual([])
    expect(timer.untilNext()).toBeNull()
    await sleep(timer, 10, { signal: controller.signal })
  })
})
