import { expect, test } from 'vitest'
import { BrokerError } from '../../../../../src/broker/broker-error.ts'
import { jitteredBackoff, retry } from '../../../../../src/broker/kafka/cluster/retry.ts'
import { ManualTimer } from '../../../../../src/clock.ts'

const passing = new BrokerError('UNAVAILABLE', 'Not now.', { retriable: true })
const lasting = new BrokerError('AUTHORIZATION_FAILED', 'Never.')

/** Lets promises settle until the timer has a pending call or nothing happens any more. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await null
}

const backoff = jitteredBackoff(() => 0.5)

test.each([
  [0, 0.8],
  [0.5, 1],
  [0.99, 1.196],
])('pauses between attempts double, to at most a second, with a jitter of a fifth: %d', async (random, factor) => {
  const timer = new ManualTimer()
  let attempts = 0
  const failing = retry({ timer, backoff: jitteredBackoff(() => random), forMs: 10_000 }, async () => {
    attempts++
    throw passing
  })
  const ended = expect(failing).rejects.toBe(passing)
  for (const pauseMs of [20, 40, 80, 160, 320, 640, 1_000, 1_000]) {
    await settle()
    const [pending] = timer.pending()
    expect(pending).toBeCloseTo(factor * pauseMs)
    timer.advance(pending!)
  }
  expect(attempts).toBe(8)
  timer.advance(10_000)
  for (let turn = 0; turn < 3; turn++) {
    await settle()
    timer.advance(2_000)
  }
  await ended
})

test('an error that lasts is thrown at once', async () => {
  const timer = new ManualTimer()
  const failing = retry({ timer, backoff, forMs: 10_000 }, async () => {
    throw lasting
  })
  await expect(failing).rejects.toBe(lasting)
  expect(timer.pending()).toEqual([])
})

test('an aborted signal ends the pause', async () => {
  const timer = new ManualTimer()
  const closing = new AbortController()
  const failing = retry({ timer, backoff, forMs: 10_000, signal: closing.signal }, async () => {
    throw passing
  })
  const ended = expect(failing).rejects.toBe(passing)
  await settle()
  closing.abort()
  await ended
  expect(timer.pending()).toEqual([])
})
