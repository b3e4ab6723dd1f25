import { describe, expect, test } from 'vitest'
import type { SlotEvents, SlotMembership } from '../../../../src/broker/kafka/groups/slot-group.ts'
import { ManualClock, ManualTimer } from '../../../../src/clock.ts'
import { ClusterMembership } from '../../../../src/runtime/cluster/cluster-membership.ts'

/** A group that a test holds in its hands: each join waits for it. */
class Group {
  readonly joins: {
    readonly events: SlotEvents
    readonly signal: AbortSignal
    readonly end: (error: Error) => void
  }[] = []

  readonly join = async (events: SlotEvents, signal: AbortSignal): Promise<SlotMembership> => {
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve())
    ended.catch(() => {})
    this.joins.push({ events, signal, end: reject })
    await events.onAssigned([0, 1, 2, 5])
    const leave = async () => resolve()
    return { owned: [0, 1, 2, 5], isCurrent: true, ended, owners: async () => [], leave }
  }
}

function open(group: Pick<Group, 'join'>) {
  const told: string[] = []
  const timer = new ManualTimer()
  const calls: unknown[] = []
  const clock = new ManualClock(0)
  const membership = new ClusterMembership({
    topic: 'commands',
    writerPrefix: (identity) => `${identity}-`,
    runtime: {
      setMember: (member) => void calls.push(['member', member]),
      takeSlots: (slots) => void calls.push(['take', slots]),
      dropSlots: async (slots, options) => void calls.push(['drop', slots, options]),
      followSlots: (slots) => void calls.push(['follow', slots]),
      warmSlots: () => [7],
    },
    clock,
    timer,
    join: group.join,
    inform: (message) => told.push(message),
    warn: (message) => told.push(message),
  })
  return { membership, told, timer, calls, clock }
}

const soon = () => new Promise((resolve) => setImmediate(resolve))

describe('a server in its cluster', () => {
  test('runs what it is given, and tells the operator', async () => {
    const { membership, told, calls } = open(new Group())
    await soon()
    expect(calls).toEqual([['take', [0, 1, 2, 5]]])
    expect(told).toEqual(['This server has got slots of its cluster: 0-2,5.'])
    await membership.leave()
  })

  test('accepts requests when the slots are divided, cannot be joined, or take too long', async () => {
    const joined = open(new Group())
    await joined.membership.settled(new AbortController().signal)
    await joined.membership.leave()
    const refused = open({ join: () => Promise.reject(new Error('Not authorized.')) })
    await refused.membership.settled(new AbortController().signal)
    await refused.membership.leave()

    const { promise, reject } = Promise.withResolvers<never>()
    const { membership, timer } = open({ join: () => promise })
    let isSettled = false
    const settled = membership.settled(new AbortController().signal).then(() => (isSettled = true))
    timer.advance(4_999)
    await soon()
    expect(isSettled).toBe(false)
    timer.advance(1)
    await settled
    reject(new Error('It has ended.'))
    await membership.leave()
  })

  test('commits what it hands over in order, and drops what it has lost', async () => {
    const group = new Group()
    const { membership, calls } = open(group)
    await soon()
    await group.joins[0]!.events.onRevoked([0])
    await group.joins[0]!.events.onLost([1, 2])
    expect(calls.slice(1)).toEqual([
      ['drop', [0], { commit: true }],
      ['drop', [1, 2], { commit: false }],
    ])
    await membership.leave()
  })

  test('follows what it is told to, and says what is up to date once it has all queries', async () => {
    const group = new Group()
    const { membership, calls } = open(group)
    await soon()
    const { events } = group.joins[0]!
    events.onStandbys([7, 8])
    expect(calls.at(-1)).toEqual(['follow', [7, 8]])
    expect(events.warm()).toEqual([])
    membership.noteQueries()
    expect(events.warm()).toEqual([7])
    await membership.leave()
  })

  test('joins again after pauses that grow, and start over after it was a member for long', async () => {
    const group = new Group()
    const { membership, timer, told, clock } = open(group)
    const pauses: number[] = []
    const failAndWait = async () => {
      await soon()
      group.joins.at(-1)!.end(new Error('no disk.'))
      await soon()
      const [pause] = timer.pending()
      pauses.push(pause!)
      timer.advance(pause!)
    }
    for (let attempt = 0; attempt < 8; attempt++) await failAndWait()
    await soon()
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000])
    expect(told).toContain(
      'This server is no member of its cluster: no disk. It runs no queries until it has joined again.',
    )
    clock.advance(61_000)
    await failAndWait()
    expect(pauses.at(-1)).toBe(1000)
    await membership.leave()
  })

  test('leaves also while it still waits for its first slots', async () => {
    const group = {
      join: (_events: SlotEvents, signal: AbortSignal) =>
        new Promise<SlotMembership>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('left')))
        }),
    }
    const { membership, timer } = open(group)
    expect(await membership.owners()).toEqual([])
    await membership.leave()
    expect(timer.pending()).toEqual([])
  })
})
