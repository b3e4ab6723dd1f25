/** Making, describing and deleting topics, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import { values } from '../../support/batches.ts'
import type { BrokerWorld } from './broker-world.ts'

export function topicsSuite(world: BrokerWorld): void {
  describe('topics', () => {
    test('a created topic is listed and described with its configuration', async () => {
      const topic = await world.makeTopic({
        partitions: 3,
        config: { 'cleanup.policy': 'compact', 'retention.ms': '1234567' },
      })
      expect((await world.broker.listTopics()).find((t) => t.name === topic)).toEqual({
        name: topic,
        partitions: 3,
        replicas: 1,
        isInternal: false,
      })
      expect((await world.broker.topicsByName()).get(topic)).toEqual({
        name: topic,
        partitions: 3,
        replicas: 1,
        isInternal: false,
      })
      const description = await world.broker.describeTopic(topic)
      expect(description).toMatchObject({ name: topic, partitions: 3, replicas: 1, isInternal: false })
      expect(description?.config).toMatchObject({ 'cleanup.policy': 'compact', 'retention.ms': '1234567' })
    })

    test('a topic without configuration has the defaults of the broker', async () => {
      expect((await world.broker.describeTopic(await world.makeTopic()))?.config['cleanup.policy']).toBe('delete')
    })

    test('topics are listed in the order of their names', async () => {
      await Promise.all([world.makeTopic(), world.makeTopic()])
      const names = (await world.broker.listTopics()).map((topic) => topic.name)
      expect(names).toEqual([...names].sort())
    })

    test('a name that is taken is refused', async () => {
      const name = await world.makeTopic()
      await expect(world.broker.createTopic({ name, partitions: 1, replicas: 1 })).rejects.toMatchObject({
        code: 'TOPIC_EXISTS',
      })
    })

    test.each([
      ['an empty name', { name: '' }],
      ['a name with a slash', { name: 'a/b' }],
      ['no partitions', { name: 'no-partitions', partitions: 0 }],
      ['a policy that does not exist', { name: 'bad-policy', config: { 'cleanup.policy': 'burn' } }],
      ['a configuration that does not exist', { name: 'bad-config', config: { 'no.such.config': '1' } }],
    ])('%s is refused', async (_what, topic) => {
      await expect(world.broker.createTopic({ partitions: 1, replicas: 1, ...topic })).rejects.toMatchObject({
        code: 'INVALID_REQUEST',
        retriable: false,
      })
    })

    test('a deleted topic is gone, and its name can be used again for an empty one', async () => {
      const name = await world.makeTopic()
      await world.produce(name, ['old'])
      await world.broker.deleteTopic(name)
      expect(await world.broker.describeTopic(name)).toBeNull()
      expect((await world.broker.listTopics()).map((topic) => topic.name)).not.toContain(name)
      expect((await world.broker.topicsByName()).has(name)).toBe(false)
      await world.broker.createTopic({ name, partitions: 2, replicas: 1 })
      expect(await world.broker.endOffsets(name)).toEqual([
        { partition: 0, offset: 0 },
        { partition: 1, offset: 0 },
      ])
      expect(await world.produce(name, ['new'])).toBe(0)
      expect(values(await world.readFrom(name, 0, 1))).toEqual(['new'])
    })

    test('a topic that does not exist', async () => {
      expect(await world.broker.describeTopic('absent')).toBeNull()
      await expect(world.broker.deleteTopic('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
      await expect(world.broker.endOffsets('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
      await expect(world.broker.startOffsets('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
    })

    test('the cluster has an id, the same for all clients', async () => {
      const other = await world.connect()
      expect(await other.clusterId()).toBe(await world.broker.clusterId())
      expect(await world.broker.clusterId()).not.toBe('')
      await other.close()
    })
  })
}
