/** Fetching records, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import type { OffsetOutOfRangeError } from '../../../src/broker/broker-error.ts'
import { decode, encode, type PlainRecord, record, values } from '../../support/batches.ts'
import { type BrokerWorld, firstError, PATIENCE_MS, take } from './broker-world.ts'

export function fetchingSuite(world: BrokerWorld): void {
  describe('fetching', () => {
    test('starts in the middle of a batch and says where it goes on', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a', 'b', 'c'])
      await world.produce(topic, ['d'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 1 })
        const records: PlainRecord[] = []
        let next = 1
        while (next < 4) {
          for (const part of await fetcher.poll(PATIENCE_MS)) {
            expect(part).toMatchObject({
              topic,
              partition: 0,
              fetchOffset: next,
              highWatermark: 4,
              lastStableOffset: 4,
              logStartOffset: 0,
              error: null,
            })
            next = part.nextOffset
            records.push(...decode(part.batches, part.fetchOffset))
          }
        }
        expect(next).toBe(4)
        expect(records.map((r) => [r.offset, r.value])).toEqual([
          [1, 'b'],
          [2, 'c'],
          [3, 'd'],
        ])
      })
    })

    test('a poll with nothing to read ends after its time, or when woken', async () => {
      const topic = await world.makeTopic()
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        expect(await fetcher.poll(0)).toEqual([])
        expect(await fetcher.poll(50)).toEqual([])
        const polled = fetcher.poll(60_000)
        fetcher.wakeUp()
        expect(await polled).toEqual([])
        fetcher.wakeUp()
        expect(await fetcher.poll(60_000)).toEqual([])
      })
    })

    test('a waiting poll ends with the first record', async () => {
      const topic = await world.makeTopic()
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        const taken = take(fetcher, 1)
        await world.produce(topic, ['late'])
        expect(values(await taken)).toEqual(['late'])
      })
    })

    test('one fetcher reads many partitions of several topics, each in order', async () => {
      const topics = [await world.makeTopic({ partitions: 4 }), await world.makeTopic({ partitions: 4 })]
      const producer = world.broker.producer()
      for (let n = 0; n < 400; n++) void producer.send(topics[n % 2]!, (n >> 1) % 4, encode([record(`${n}`)]))
      await producer.flush()
      await producer.close()
      await world.withFetcher(
        async (fetcher) => {
          for (const topic of topics)
            for (let partition = 0; partition < 4; partition++) fetcher.assign({ topic, partition, offset: 0 })
          const byPartition = new Map<string, number[]>()
          for (let count = 0; count < 400; ) {
            for (const part of await fetcher.poll(PATIENCE_MS)) {
              const read = values(decode(part.batches, part.fetchOffset)).map(Number)
              const key = `${part.topic}/${part.partition}`
              byPartition.set(key, [...(byPartition.get(key) ?? []), ...read])
              count += read.length
            }
          }
          expect(byPartition.size).toBe(8)
          for (const read of byPartition.values()) expect(read).toEqual([...read].sort((a, b) => a - b))
        },
        { maxPartitionBytes: 700, maxBytes: 2_000 },
      )
    })

    test('a paused partition is silent until it is resumed, and loses nothing', async () => {
      const topic = await world.makeTopic({ partitions: 2 })
      await world.withFetcher(async (fetcher) => {
        for (const partition of [0, 1]) fetcher.assign({ topic, partition, offset: 0 })
        fetcher.pause({ topic, partition: 0 }, 'full')
        await world.produce(topic, ['paused'], 0)
        await world.produce(topic, ['live'], 1)
        expect(values(await take(fetcher, 1))).toEqual(['live'])
        expect(await fetcher.poll(100)).toEqual([])
        fetcher.resume({ topic, partition: 0 })
        expect(values(await take(fetcher, 1))).toEqual(['paused'])
      })
    })

    test('seek moves, unassign forgets, assign starts again', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a', 'b', 'c'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        expect(values(await take(fetcher, 3))).toEqual(['a', 'b', 'c'])
        fetcher.seek({ topic, partition: 0, offset: 2 })
        expect(values(await take(fetcher, 1))).toEqual(['c'])
        fetcher.unassign({ topic, partition: 0 })
        await world.produce(topic, ['d'])
        expect(await fetcher.poll(100)).toEqual([])
        expect(() => fetcher.seek({ topic, partition: 0, offset: 0 })).toThrow()
        fetcher.assign({ topic, partition: 0, offset: 1 })
        expect(values(await take(fetcher, 3))).toEqual(['b', 'c', 'd'])
      })
    })

    test('a partition that is assigned again while its next records are on their way gives those of the new position', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['0'])
      await world.withFetcher(async (fetcher) => {
        for (let round = 1; round <= 20; round++) {
          fetcher.assign({ topic, partition: 0, offset: round })
          expect(await fetcher.poll(20)).toEqual([])
          const produced = world.produce(topic, [`${round}`])
          // As long as an append takes, so that the answer to the fetch that is under way may come at any time from now on.
          await world.broker.endOffsets(topic)
          fetcher.unassign({ topic, partition: 0 })
          fetcher.assign({ topic, partition: 0, offset: 0 })
          await produced
          const records = await take(fetcher, round + 1)
          expect(values(records)).toEqual(Array.from({ length: round + 1 }, (_, n) => `${n}`))
          fetcher.unassign({ topic, partition: 0 })
        }
      })
    })

    test('an offset outside the log is reported once, with the range, until a seek', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a', 'b'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 7 })
        const error = await firstError(fetcher)
        expect(error).toMatchObject({
          code: 'OFFSET_OUT_OF_RANGE',
          topic,
          partition: 0,
          offset: 7,
          startOffset: 0,
          endOffset: 2,
        })
        expect(await fetcher.poll(100)).toEqual([])
        fetcher.seek({ topic, partition: 0, offset: (error as OffsetOutOfRangeError).startOffset })
        expect(values(await take(fetcher, 2))).toEqual(['a', 'b'])
      })
    })

    test('a topic that does not exist is reported, the others go on', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic: world.uniqueName('absent'), partition: 0, offset: 0 })
        expect(await firstError(fetcher)).toMatchObject({ code: 'UNKNOWN_TOPIC' })
        fetcher.assign({ topic, partition: 0, offset: 0 })
        expect(values(await take(fetcher, 1))).toEqual(['a'])
      })
    }, 60_000)

    test('a topic that is deleted while it is read is reported', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['a'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        await take(fetcher, 1)
        await world.broker.deleteTopic(topic)
        expect(await firstError(fetcher)).toMatchObject({ code: 'UNKNOWN_TOPIC' })
      })
    }, 60_000)
  })
}
