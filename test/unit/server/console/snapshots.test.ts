import { expect, it } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import type { Overview } from '../../../../src/engine/describe/overview.ts'
import { Snapshots } from '../../../../src/server/console/snapshots.ts'

const overview = (at: number): Overview => ({ at, sources: [], queries: [], connectors: [], pushQueries: 0 })

it('a snapshot serves all callers of a second', async () => {
  const clock = new ManualClock(5000)
  let reads = 0
  const snapshots = new Snapshots(async () => overview(++reads), clock)
  const both = await Promise.all([snapshots.latest(), snapshots.latest()])
  expect(both.map(({ at }) => at)).toEqual([1, 1])
  clock.advance(999)
  expect((await snapshots.latest()).at).toBe(1)
  clock.advance(1)
  expect((await snapshots.latest()).at).toBe(2)
  clock.advance(-3000)
  expect((await snapshots.latest()).at).toBe(3)
})

it('a failure is not kept', async () => {
  let reads = 0
  const snapshots = new Snapshots(async () => {
    if (++reads === 1) throw new Error('starting')
    return overview(reads)
  }, new ManualClock())
  await expect(snapshots.latest()).rejects.toThrow('starting')
  expect((await snapshots.latest()).at).toBe(2)
})
