/** What every broker must do, run over each implementation of the port (src/broker/broker.ts): one suite for each theme. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrokerHarness, BrokerWorld } from './broker/broker-world.ts'
import { fetchingSuite } from './broker/fetching.ts'
import { groupsSuite } from './broker/groups.ts'
import { offsetsSuite } from './broker/offsets.ts'
import { recordsSuite } from './broker/records.ts'
import { topicsSuite } from './broker/topics.ts'
import { transactionsSuite } from './broker/transactions.ts'

const START_MS = 60_000

export function brokerContract(name: string, start: () => Promise<BrokerHarness>): void {
  describe(`${name} as a broker`, () => {
    const world = new BrokerWorld(start)
    beforeAll(() => world.open(), START_MS)
    afterAll(() => world.close(), START_MS)

    topicsSuite(world)
    recordsSuite(world)
    fetchingSuite(world)
    offsetsSuite(world)
    groupsSuite(world)
    transactionsSuite(world)
    test('a log that is whole has no damages', async () => {
      expect(await world.broker.damages()).toEqual([])
    })
    closingSuite(world)
  })
}

function closingSuite(world: BrokerWorld): void {
  test('a closed broker answers every call with CLOSED', async () => {
    const closed = await world.connect()
    const fetcher = closed.fetcher()
    await closed.close()
    await closed.close()
    await expect(closed.listTopics()).rejects.toMatchObject({ code: 'CLOSED' })
    await expect(fetcher.poll(0)).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => closed.producer()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })
}
