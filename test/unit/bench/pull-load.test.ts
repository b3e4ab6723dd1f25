import { expect, it } from 'vitest'
import { askAtRate, percentile } from '../../../bench/pull/ask-at-rate.ts'
import { parseCommandLine } from '../../../bench/pull/options.ts'
import { ManualTimer } from '../../../src/clock.ts'

it('a query that waits for an earlier one counts from the time at which it was due', async () => {
  const timer = new ManualTimer()
  const sentAt: number[] = []
  const answer: (() => void)[] = []
  const asked = askAtRate({
    timer,
    rate: 100,
    requests: 3,
    ask: () => {
      sentAt.push(timer.elapsed())
      return new Promise<void>((resolve) => answer.push(resolve))
    },
  })
  // The client itself stands still for 25 ms, in which the second query and the third become due.
  timer.advance(25)
  await expect.poll(() => sentAt).toEqual([0, 25, 25])
  timer.advance(5)
  for (const resolve of answer) resolve()
  expect(await asked).toEqual({ answered: [10, 20, 30], late: [0, 5, 15] })
})

it('queries leave while earlier ones have no answer', async () => {
  const timer = new ManualTimer()
  let sent = 0
  void askAtRate({ timer, rate: 1000, requests: 5, ask: () => new Promise(() => sent++) })
  for (let ms = 0; ms < 4; ms++) {
    expect(sent).toBe(ms + 1)
    timer.advance(1)
    await Promise.resolve()
    await Promise.resolve()
  }
})

it('a percentile is a time that was measured', () => {
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(3)
  expect(percentile([1, 2, 3, 4], 1)).toBe(4)
  expect(percentile([], 0.99)).toBe(0)
})

it('words and numbers that an option does not take are refused', () => {
  expect(parseCommandLine(['--via', 'http2', '--rate', '10']).via).toBe('http2')
  expect(() => parseCommandLine(['--via', 'http3'])).toThrow("--via takes http1, http2, websocket; not 'http3'.")
  expect(() => parseCommandLine(['--query', 'keys'])).toThrow("--query takes key, range, column; not 'keys'.")
  expect(() => parseCommandLine(['--rate', 'fast'])).toThrow("--rate takes a whole number from 1 up, not 'fast'.")
})
