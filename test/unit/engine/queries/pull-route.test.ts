import { describe, expect, test } from 'vitest'
import type { SlotOwner } from '../../../../src/broker/slot-owner.ts'
import { lookForRoute, type RoutedPull } from '../../../../src/engine/queries/pull-route.ts'
import type { TableParts } from '../../../../src/runtime/query-runtime.ts'

const OWN = 'http://own'
const OWNER = 'http://owner'
const COPY = 'http://copy'
const UNLIMITED = 2 ** 63
const PULL = { keys: null }

interface Situation {
  readonly located?: TableParts
  readonly owners?: readonly SlotOwner[]
  readonly dead?: readonly string[]
  readonly failed?: readonly string[]
  /** Servers that have reported a copy. */
  readonly reported?: readonly string[]
  readonly isMember?: boolean
  readonly isEnabled?: boolean
  readonly maxLag?: number
  readonly routing?: { readonly skipsForwarding: boolean; readonly partitions: readonly number[] | null }
}

/** Partition 0 is here; partition 1 is in slot 1. */
const here = (lag: number | null | undefined): TableParts => ({
  here: [0],
  elsewhere: [{ partition: 1, slot: 1, standby: lag === undefined ? null : { lag } }],
})
const OWNERS: readonly SlotOwner[] = [
  { address: OWN, slots: [0], standbys: [1] },
  { address: OWNER, slots: [1], standbys: [] },
  { address: COPY, slots: [], standbys: [1] },
]

function look({
  located = here(undefined),
  owners = OWNERS,
  dead = [],
  failed = [],
  reported = [],
  isMember = true,
  isEnabled = true,
  maxLag = UNLIMITED,
  routing,
}: Situation) {
  const request = { sql: '', ...(routing !== undefined && { routing }) }
  const table: RoutedPull = { queryId: 'Q', pull: PULL, request, reads: { isEnabled, maxLag } }
  const peers = {
    address: OWN,
    isMember,
    owners: async () => owners,
    leave: async () => {},
    post: () => {
      throw new Error('not called')
    },
  }
  const health = {
    isAlive: (address: string) => !dead.includes(address),
    hasReported: (address: string) => reported.includes(address),
    suspect: () => {},
  }
  return lookForRoute(table, { runtime: { locate: () => located }, peers, health }, new Set(failed))
}

const elsewhere = async (situation: Situation) => {
  const { route } = await look(situation)
  return route === null ? null : Object.fromEntries(route.elsewhere)
}

describe('a partition is read', () => {
  test('on its owner, also where a copy is here', async () => {
    expect(await elsewhere({})).toEqual({ [OWNER]: [1] })
    expect(await elsewhere({ located: here(0) })).toEqual({ [OWNER]: [1] })
  })

  test('from the copy here when the owner is dead, has failed, or is not known', async () => {
    for (const situation of [{ dead: [OWNER] }, { failed: [OWNER] }, { owners: [OWNERS[0]!] }]) {
      const { route } = await look({ ...situation, located: here(5) })
      expect(route).toMatchObject({ here: [0, 1], elsewhere: new Map() })
    }
  })

  test('from a copy elsewhere when there is none here, or it is too far behind', async () => {
    expect(await elsewhere({ dead: [OWNER] })).toEqual({ [COPY]: [1] })
    expect(await elsewhere({ dead: [OWNER], located: here(5), maxLag: 4 })).toEqual({ [COPY]: [1] })
    expect(await elsewhere({ dead: [OWNER], located: here(null), maxLag: 4 })).toEqual({ [COPY]: [1] })
  })

  test('from the copy that its server has reported, before one that may have just been begun', async () => {
    const other = { address: 'http://other', slots: [], standbys: [1] }
    const owners = [...OWNERS, other]
    expect(await elsewhere({ dead: [OWNER], owners })).toEqual({ [COPY]: [1] })
    expect(await elsewhere({ dead: [OWNER], owners, reported: [other.address] })).toEqual({ [other.address]: [1] })
  })

  test('on the owner, dead or not, when copies are not to be read', async () => {
    expect(await elsewhere({ dead: [OWNER], located: here(0), isEnabled: false })).toEqual({ [OWNER]: [1] })
  })

  test('by the server that another has asked, from its copy alone', async () => {
    const routing = { skipsForwarding: true, partitions: [1] }
    expect(await look({ routing, located: here(0) })).toMatchObject({ route: { here: [1] } })
    expect(await look({ routing })).toEqual({ route: null, reason: 'elsewhere' })
  })
})

test('a server whose answer another could give is replaceable', async () => {
  expect((await look({})).route?.replaceable).toEqual(new Set([OWNER]))
  expect((await look({ isEnabled: false })).route?.replaceable).toEqual(new Set())
})

test('a server that Kafka has not heard lately answers for nothing', async () => {
  expect(await look({ isMember: false })).toEqual({ route: null, reason: 'moving' })
})

test('a partition that belongs to this server and does not run yet is awaited', async () => {
  const owners = [{ address: OWN, slots: [0, 1], standbys: [] }]
  expect(await look({ owners })).toEqual({ route: null, reason: 'moving' })
})
