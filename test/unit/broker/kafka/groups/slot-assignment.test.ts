import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignSlots, claimOrder } from '../../../../../src/broker/kafka/groups/slot-assignment.ts'

const claim = (memberId: string, ...owned: number[]) => ({ memberId, owned })

/** Assigns again and again, as members do that have let go of what they lost. */
function settle(members: readonly string[], start: ReadonlyMap<string, readonly number[]>, slots: number) {
  let owned = start
  let rounds = 0
  for (let isMoving = true; isMoving; rounds++) {
    const assigned = assignSlots(
      members.map((memberId) => claim(memberId, ...(owned.get(memberId) ?? []))),
      slots,
    )
    isMoving = members.some((id) => (owned.get(id) ?? []).some((slot) => !assigned.get(id)!.includes(slot)))
    owned = assigned
  }
  return { owned, rounds }
}

describe('slots', () => {
  test('a single server gets them all', () => {
    expect(assignSlots([claim('a')], 4)).toEqual(new Map([['a', [0, 1, 2, 3]]]))
  })

  test('a newcomer gets nothing that its owner has not let go of', () => {
    expect(assignSlots([claim('a', 0, 1, 2, 3), claim('b')], 4)).toEqual(
      new Map([
        ['a', [0, 2]],
        ['b', []],
      ]),
    )
    expect(assignSlots([claim('a', 0, 2), claim('b')], 4)).toEqual(
      new Map([
        ['a', [0, 2]],
        ['b', [1, 3]],
      ]),
    )
  })

  test('those of a server that is gone go to the others at once, and nothing else moves', () => {
    expect(assignSlots([claim('a', 0, 1), claim('b', 2, 3)], 6)).toEqual(
      new Map([
        ['a', [0, 1, 4]],
        ['b', [2, 3, 5]],
      ]),
    )
  })

  test('beside each other go to different servers, also when these share theirs among threads', () => {
    const slots = Array.from({ length: 16 }, (_, slot) => slot)
    for (const lanes of [1, 2, 4]) {
      const kept = assignSlots([claim('a', ...claimOrder(slots, lanes)), claim('b')], 16).get('a')!
      expect(kept).toHaveLength(8)
      for (let lane = 0; lane < lanes; lane++) {
        expect(kept.filter((slot) => slot % lanes === lane)).toHaveLength(8 / lanes)
      }
      for (let from = 0; from + 4 <= 16; from++) {
        const count = kept.filter((slot) => slot >= from && slot < from + 4).length
        expect([1, 2, 3]).toContain(count)
      }
    }
    const [a, b] = [...assignSlots([claim('a'), claim('b')], 8).values()]
    expect([a, b]).toEqual([
      [0, 3, 4, 7],
      [1, 2, 5, 6],
    ])
  })

  test('with more servers than slots some have none', () => {
    expect([...assignSlots([claim('a'), claim('b'), claim('c')], 2).values()]).toEqual([[0], [1], []])
  })

  test('whoever comes and goes, in two rounds every slot has one owner and nobody two more than another', () => {
    const membersOf = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 })
    fc.assert(
      fc.property(
        fc.array(membersOf, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (steps, slots) => {
          let owned: ReadonlyMap<string, readonly number[]> = new Map()
          for (const members of steps) {
            const settled = settle(members, owned, slots)
            owned = settled.owned
            expect(settled.rounds).toBeLessThanOrEqual(2)
            expect([...owned.values()].flat().sort((a, b) => a - b)).toEqual([...Array(slots).keys()])
            const counts = members.map((id) => owned.get(id)!.length)
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
          }
        },
      ),
    )
  })
})
