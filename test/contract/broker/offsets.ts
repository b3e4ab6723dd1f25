/** Where partitions begin and end, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import { encode, record, values } from '../../support/batches.ts'
import { type BrokerWorld, firstError } from './broker-world.ts'

export function offsetsSuite(world: BrokerWorld): void {
  describe('offsets', () => {
    test('of the start, the end and a timestamp', async () => {
      const topic = await world.makeTopic({ partitions: 2 })
      const producer = world.broker.producer()
      await producer.send(topic, 0, encode([record('a', 100), record('b', 300), record('c', 200)]))
      await producer.send(topic, 0, encode([record('d', 400)]))
      await producer.close()
      const at = async (timestamp: number) =>
        (await world.broker.offsetsForTimestamp(topic, timestamp)).map(({ offset }) => offset)
      expect(await world.broker.startOffsets(topic)).toEqual([
        { partition: 0, offset: 0 },
        { partition: 1, offset: 0 },
      ])
      expect(await world.broker.endOffsets(topic)).toEqual([
        { partition: 0, offset: 4 },
        { partition: 1, offset: 0 },
      ])
      expect(await at(0)).toEqual([0, 0])
      expect(await at(101)).toEqual([1, 0])
      expect(await at(300)).toEqual([1, 0])
      expect(await at(301)).toEqual([3, 0])
      expect(await at(401)).toEqual([4, 0])
    })

    test('deleteRecords raises the start, never lowers it, and stays inside the log', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a', 'b', 'c', 'd'])
      const deleteBefore = (offset: number) => world.broker.deleteRecords(topic, [{ partition: 0, offset }])
      await deleteBefore(2)
      expect(await world.broker.startOffsets(topic)).toEqual([{ partition: 0, offset: 2 }])
      await deleteBefore(1)
      expect(await world.broker.startOffsets(topic)).toEqual([{ partition: 0, offset: 2 }])
      await expect(deleteBefore(9)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
      expect(values(await world.readFrom(topic, 2, 2))).toEqual(['c', 'd'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        expect(await firstError(fetcher)).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', startOffset: 2, endOffset: 4 })
      })
    })
  })
}
