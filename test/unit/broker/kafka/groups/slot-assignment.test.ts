import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  assignSlots,
  claimOrder,
  type SlotClaim,
  type SlotShare,
} from '../../../../../src/broker/kafka/groups/slot-assignment.ts'

const claim = (memberId: string, ...owned: number[]): SlotClaim => ({ memberId, owned, followed: [], warm: [] })
/** A member with up-to-date copies. */
const warm = (memberId: string, owned: number[], slots: number[]): SlotClaim => ({
  memberId,
  owned,
  followed: slots,
  warm: slots,
})

/** The slots alone. */
function assign(claims: readonly SlotClaim[], slots: number): Map<string, readonly number[]> {
  const shares = assignSlots(claims, { slots, standbys: 0 })
  return new Map([...shares].map(([memberId, share]) => [memberId, share.slots]))
}

interface Cluster {
  readonly shares: ReadonlyMap<string, SlotShare>
  readonly rounds: number
  /** How often a slot left a member that is still there. */
  readonly moves: number
}

const NOTHING: SlotShare = { slots: [], standbys: [], warming: [] }

/**
 * Assigns again and again, as members do that have let go of what they lost, and whose copies have become up to date. Throws an Error if
 * two work on one slot.
 */
function settle(
  members: readonly string[],
  start: ReadonlyMap<string, SlotShare>,
  slots: number,
  standbys = 0,
): Cluster {
  let shares = start
  let moves = 0
  for (let rounds = 1; ; rounds++) {
    if (rounds > 10) throw new Error('the slots do not come to rest')
    const before = shares
    const of = (id: string) => before.get(id) ?? NOTHING
    shares = assignSlots(
      members.map((id) => ({ memberId: id, owned: of(id).slots, followed: of(id).standbys, warm: of(id).standbys })),
      { slots, standbys },
    )
    const after = (id: string) => shares.get(id)!
    const left = members.flatMap((id) => of(id).slots.filter((slot) => !after(id).slots.includes(slot)))
    moves += left.length
    // What is let go goes to nobody before its owner joins again.
    for (const slot of left)
      if (members.some((id) => after(id).slots.includes(slot))) throw new Error(`${slot}: two owners`)
    if (left.length === 0 && members.every((id) => after(id).warming.length === 0)) return { shares, rounds, moves }
  }
}

describe('slots', () => {
  test('a single server gets them all', () => {
    expect(assign([claim('a')], 4)).toEqual(new Map([['a', [0, 1, 2, 3]]]))
  })

  test('a newcomer follows its share first, gets it once its copies are up to date, and nothing that its owner has not let go of', () => {
    const joined = assignSlots([claim('a', 0, 1, 2, 3), claim('b')], { slots: 4, standbys: 0 })
    expect(joined.get('a')).toEqual({ slots: [0, 1, 2, 3], standbys: [], warming: [] })
    expect(joined.get('b')).toEqual({ slots: [], standbys: [1, 3], warming: [1, 3] })
    const released = assignSlots([claim('a', 0, 1, 2, 3), warm('b', [], [1, 3])], { slots: 4, standbys: 0 })
    expect(released.get('a')?.slots).toEqual([0, 2])
    expect(released.get('b')).toEqual({ slots: [], standbys: [1, 3], warming: [1, 3] })
    expect(assign([claim('a', 0, 2), warm('b', [], [1, 3])], 4)).toEqual(
      new Map([
        ['a', [0, 2]],
        ['b', [1, 3]],
      ]),
    )
  })

  test('those of a server that is gone go to the others at once, and nothing else moves', () => {
    expect(assign([claim('a', 0, 1), claim('b', 2, 3)], 6)).toEqual(
      new Map([
        ['a', [0, 1, 4]],
        ['b', [2, 3, 5]],
      ]),
    )
  })

  test('those of a server that is gone go to a server with a copy, also beyond its share, and move on from there later', () => {
    const shares = assignSlots([warm('a', [0], [2, 3]), claim('b', 1)], { slots: 4, standbys: 0 })
    expect(shares.get('a')?.slots).toEqual([0, 2, 3])
    expect(shares.get('b')).toMatchObject({ slots: [1], warming: [expect.any(Number)] })
  })

  test('each has as many standbys as wanted, on other servers than its owner, evenly, and they stay where they are', () => {
    const members = ['a', 'b', 'c']
    const first = settle(members, new Map(), 12, 1)
    for (const id of members) {
      expect(first.shares.get(id)?.standbys).toHaveLength(4)
      expect(first.shares.get(id)?.standbys.some((slot) => first.shares.get(id)?.slots.includes(slot))).toBe(false)
    }
    expect(settle(members, first.shares, 12, 1).shares).toEqual(first.shares)
    expect([...settle(['a'], new Map(), 12, 1).shares.values()]).toEqual([
      { slots: [...Array(12).keys()], standbys: [], warming: [] },
    ])
  })

  test('with a standby for each, a server that is killed is replaced without a cold slot', () => {
    const { shares } = settle(['a', 'b', 'c'], new Map(), 64, 1)
    const after = assignSlots(
      ['b', 'c'].map((id) => ({
        memberId: id,
        owned: shares.get(id)!.slots,
        followed: [],
        warm: shares.get(id)!.standbys,
      })),
      { slots: 64, standbys: 1 },
    )
    for (const id of ['b', 'c']) {
      const gained = after.get(id)!.slots.filter((slot) => !shares.get(id)!.slots.includes(slot))
      expect(shares.get(id)!.standbys).toEqual(expect.arrayContaining(gained))
    }
    expect([...after.values()].flatMap(({ slots }) => slots)).toHaveLength(64)
  })

  test('beside each other go to different servers, also when these share theirs among threads', () => {
    const slots = Array.from({ length: 16 }, (_, slot) => slot)
    for (const lanes of [1, 2, 4]) {
      for (const newcomer of [claim('b'), warm('b', [], slots)]) {
        const shares = assignSlots([claim('a', ...claimOrder(slots, lanes)), newcomer], { slots: 16, standbys: 0 })
        const { warming } = shares.get('b')!
        const kept = shares.get('a')!.slots.filter((slot) => !warming.includes(slot))
        expect(kept).toHaveLength(8)
        for (let lane = 0; lane < lanes; lane++) {
          expect(kept.filter((slot) => slot % lanes === lane)).toHaveLength(8 / lanes)
        }
        for (let from = 0; from + 4 <= 16; from++) {
          const count = kept.filter((slot) => slot >= from && slot < from + 4).length
          expect([1, 2, 3]).toContain(count)
        }
      }
    }
    const [a, b] = [...assign([claim('a'), claim('b')], 8).values()]
    expect([a, b]).toEqual([
      [0, 3, 4, 7],
      [1, 2, 5, 6],
    ])
  })

  test('with more servers than slots some have none', () => {
    expect([...assign([claim('a'), claim('b'), claim('c')], 2).values()]).toEqual([[0], [1], []])
  })

  test('whoever comes and goes, every slot has one owner, nobody two more than another, few move, and each has its standbys', () => {
    const membersOf = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 })
    fc.assert(
      fc.property(
        fc.array(membersOf, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 2 }),
        (steps, slots, standbys) => {
          let shares: ReadonlyMap<string, SlotShare> = new Map()
          for (const members of steps) {
            const before = shares
            const settled = settle(members, before, slots, standbys)
            shares = settled.shares
            const all = [...shares.values()]
            expect(all.flatMap((share) => share.slots).sort((a, b) => a - b)).toEqual([...Array(slots).keys()])
            const counts = all.map((share) => share.slots.length)
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
            expect(all.flatMap((share) => share.standbys)).toHaveLength(slots * Math.min(standbys, members.length - 1))
            expect(settled.moves).toBeLessThanOrEqual(slots)
          }
        },
      ),
    )
  })
})
