import { describe, expect, it } from 'vitest'
import { CacheBudget } from '../../../../src/state/lmdb/cache-budget.ts'

/** A cache that frees all that is wanted; `calls`: how much that was, each time. */
function withCache(limitBytes: number) {
  const budget = new CacheBudget(limitBytes)
  const calls: number[] = []
  budget.register({
    evict(bytes) {
      calls.push(bytes)
      budget.usedBytes -= bytes
      return bytes
    },
  })
  return { budget, calls }
}

describe('room in the caches', () => {
  it('is made beyond the limit: more than is needed', () => {
    const { budget, calls } = withCache(1000)
    budget.usedBytes = 1000
    budget.makeRoom()
    expect(calls).toEqual([])
    budget.usedBytes = 1001
    budget.makeRoom()
    expect(calls).toEqual([101])
  })

  it('is not looked for among entries that nearly all wait for a commit', () => {
    const { budget, calls } = withCache(1000)
    budget.unwrittenBytes = 980
    for (budget.usedBytes = 1001; budget.usedBytes < 1080; budget.usedBytes++) budget.makeRoom()
    expect(calls).toEqual([])
    budget.makeRoom()
    expect(calls).toEqual([100])
    expect(budget.usedBytes).toBe(980)
  })
})
