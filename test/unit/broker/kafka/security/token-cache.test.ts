import { expect, test, vi } from 'vitest'
import { TokenCache } from '../../../../../src/broker/kafka/security/token-cache.ts'
import { ManualTimer } from '../../../../../src/clock.ts'

function cacheOf(lifetimeMs: number) {
  const timer = new ManualTimer()
  let count = 0
  const obtain = vi.fn(async () => ({ value: `token ${++count}`, lifetimeMs }))
  return { timer, obtain, cache: new TokenCache(obtain, timer) }
}

test('a token is used until four fifths of its time are over', async () => {
  const { timer, obtain, cache } = cacheOf(1000)
  expect(await Promise.all([cache.token(), cache.token()])).toEqual(['token 1', 'token 1'])
  timer.advance(799)
  expect(await cache.token()).toBe('token 1')
  timer.advance(1)
  expect(await cache.token()).toBe('token 2')
  expect(obtain).toHaveBeenCalledTimes(2)
})

test('a failure to renew it counts only when it has ended', async () => {
  const { timer, obtain, cache } = cacheOf(1000)
  await cache.token()
  obtain.mockRejectedValue(new Error('down'))
  timer.advance(900)
  expect(await cache.token()).toBe('token 1')
  timer.advance(100)
  await expect(cache.token()).rejects.toThrow('down')
  obtain.mockResolvedValue({ value: 'later', lifetimeMs: 1000 })
  expect(await cache.token()).toBe('later')
})
