/** Committed offsets of consumer groups, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import { type BrokerWorld, byPartition } from './broker-world.ts'

export function groupsSuite(world: BrokerWorld): void {
  describe('groups', () => {
    test('offsets are kept per group and partition, with their metadata', async () => {
      const topic = await world.makeTopic({ partitions: 3 })
      const group = world.uniqueName('group')
      await world.broker.commitOffsets(group, [
        { topic, partition: 0, offset: 5, metadata: 'm' },
        { topic, partition: 2, offset: 7 },
      ])
      await world.broker.commitOffsets(group, [{ topic, partition: 2, offset: 8 }])
      expect(byPartition(await world.broker.fetchOffsets(group))).toEqual([
        { topic, partition: 0, offset: 5, metadata: 'm' },
        { topic, partition: 2, offset: 8, metadata: '' },
      ])
      expect(
        await world.broker.fetchOffsets(group, [
          { topic, partition: 1 },
          { topic, partition: 2 },
        ]),
      ).toEqual([{ topic, partition: 2, offset: 8, metadata: '' }])
      const other = await world.connect()
      expect(await other.fetchOffsets(group)).toHaveLength(2)
      await other.close()
    })

    test('a group is described with its offsets, until it is deleted', async () => {
      const topic = await world.makeTopic()
      const group = world.uniqueName('group')
      const absent = world.uniqueName('absent')
      await world.broker.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
      expect(await world.broker.describeGroups([absent, group])).toEqual([
        { group: absent, state: 'Dead', members: [], offsets: [] },
        { group, state: 'Empty', members: [], offsets: [{ topic, partition: 0, offset: 1, metadata: '' }] },
      ])
      await world.broker.deleteGroup(group)
      await world.broker.deleteGroup(group)
      expect(await world.broker.fetchOffsets(group)).toEqual([])
    })
  })
}
