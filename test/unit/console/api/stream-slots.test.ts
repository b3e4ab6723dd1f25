import { expect, it } from 'vitest'
import { MOST_STREAMS, type SharedLocks, StreamSlots } from '../../../../src/console/api/stream-slots.ts'

/** Locks as a browser shares them between the windows of an origin. */
function sharedLocks(): SharedLocks {
  const held = new Set<string>()
  return {
    async request(name, _options, work) {
      if (held.has(name)) return work(null)
      held.add(name)
      try {
        return await work({})
      } finally {
        held.delete(name)
      }
    },
  }
}

it('a slot that is given back can be taken again', async () => {
  const slots = new StreamSlots(null)
  const taken = await Promise.all(Array.from({ length: MOST_STREAMS }, () => slots.take()))
  expect(taken.every((release) => release !== null)).toBe(true)
  expect(await slots.take()).toBeNull()
  taken[0]!()
  taken[0]!()
  expect(await slots.take()).not.toBeNull()
  expect(await slots.take()).toBeNull()
})

it('windows share the slots', async () => {
  const locks = sharedLocks()
  const [first, second] = [new StreamSlots(locks), new StreamSlots(locks)]
  const taken = [await first.take(), await second.take(), await first.take(), await second.take()]
  expect(await first.take()).toBeNull()
  expect(await second.take()).toBeNull()
  taken[1]!()
  await expect.poll(() => first.take()).not.toBeNull()
})
