/** What every broker must do, run over each implementation of the port (src/broker/broker.ts). */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Broker, Fetcher, FetcherOptions, NewTopic } from '../../src/broker/broker.ts'
import type { OffsetOutOfRangeError } from '../../src/broker/broker-error.ts'
import type { Compression } from '../../src/broker/compression.ts'
import { decode, encode, type PlainRecord, record, values } from '../support/batches.ts'

export interface BrokerHarness {
  /** A new client of the same broker, connected. */
  connect(): Promise<Broker>
  stop(): Promise<void>
}

/** How long a test waits for records that are there, or that another client is about to see. */
const PATIENCE_MS = 10_000

export function brokerContract(name: string, start: () => Promise<BrokerHarness>): void {
  describe(`${name} as a broker`, () => {
    let harness: BrokerHarness
    let broker: Broker
    let topicCount = 0

    beforeAll(async () => {
      harness = await start()
      broker = await harness.connect()
    }, 60_000)
    afterAll(async () => {
      await broker.close()
      await harness.stop()
    }, 60_000)

    /** Unique across runs, as a Kafka may be shared by several. */
    const uniqueName = (what: string) => `${what}-${process.pid}-${Date.now().toString(36)}-${topicCount++}`

    async function makeTopic(options: Partial<NewTopic> = {}): Promise<string> {
      const topic = uniqueName('topic')
      await broker.createTopic({ name: topic, partitions: 1, replicas: 1, ...options })
      return topic
    }

    async function produce(topic: string, texts: readonly string[], partition = 0): Promise<number> {
      const producer = broker.producer()
      const { baseOffset } = await producer.send(topic, partition, encode(texts.map((text) => record(text))))
      await producer.close()
      return baseOffset
    }

    async function withFetcher<Result>(
      use: (fetcher: Fetcher) => Promise<Result>,
      options?: FetcherOptions,
    ): Promise<Result> {
      const fetcher = broker.fetcher(options)
      try {
        return await use(fetcher)
      } finally {
        await fetcher.close()
      }
    }

    const readFrom = (topic: string, offset: number, count: number, options?: FetcherOptions) =>
      withFetcher((fetcher) => {
        fetcher.assign({ topic, partition: 0, offset })
        return take(fetcher, count)
      }, options)

    describe('topics', () => {
      test('a created topic is listed and described with its configuration', async () => {
        const topic = await makeTopic({
          partitions: 3,
          config: { 'cleanup.policy': 'compact', 'retention.ms': '1234567' },
        })
        expect((await broker.listTopics()).find((t) => t.name === topic)).toEqual({
          name: topic,
          partitions: 3,
          replicas: 1,
          isInternal: false,
        })
        const description = await broker.describeTopic(topic)
        expect(description).toMatchObject({ name: topic, partitions: 3, replicas: 1, isInternal: false })
        expect(description?.config).toMatchObject({ 'cleanup.policy': 'compact', 'retention.ms': '1234567' })
      })

      test('a topic without configuration has the defaults of the broker', async () => {
        expect((await broker.describeTopic(await makeTopic()))?.config['cleanup.policy']).toBe('delete')
      })

      test('topics are listed in the order of their names', async () => {
        await Promise.all([makeTopic(), makeTopic()])
        const names = (await broker.listTopics()).map((topic) => topic.name)
        expect(names).toEqual([...names].sort())
      })

      test('a name that is taken is refused', async () => {
        const name = await makeTopic()
        await expect(broker.createTopic({ name, partitions: 1, replicas: 1 })).rejects.toMatchObject({
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
        await expect(broker.createTopic({ partitions: 1, replicas: 1, ...topic })).rejects.toMatchObject({
          code: 'INVALID_REQUEST',
          retriable: false,
        })
      })

      test('a deleted topic is gone, and its name can be used again for an empty one', async () => {
        const name = await makeTopic()
        await produce(name, ['old'])
        await broker.deleteTopic(name)
        expect(await broker.describeTopic(name)).toBeNull()
        expect((await broker.listTopics()).map((topic) => topic.name)).not.toContain(name)
        await broker.createTopic({ name, partitions: 2, replicas: 1 })
        expect(await broker.endOffsets(name)).toEqual([
          { partition: 0, offset: 0 },
          { partition: 1, offset: 0 },
        ])
        expect(await produce(name, ['new'])).toBe(0)
        expect(values(await readFrom(name, 0, 1))).toEqual(['new'])
      })

      test('a topic that does not exist', async () => {
        expect(await broker.describeTopic('absent')).toBeNull()
        await expect(broker.deleteTopic('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
        await expect(broker.endOffsets('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
        await expect(broker.startOffsets('absent')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
      })

      test('the cluster has an id, the same for all clients', async () => {
        const other = await harness.connect()
        expect(await other.clusterId()).toBe(await broker.clusterId())
        expect(await broker.clusterId()).not.toBe('')
        await other.close()
      })
    })

    describe('records', () => {
      test('come back as they were sent, with key, value, timestamp and headers', async () => {
        const topic = await makeTopic()
        const records = [
          { timestamp: 1_700_000_000_000, key: 'k', value: 'v', headers: [{ key: 'h', value: 'x' }] },
          { timestamp: 1_600_000_000_000, key: null, value: 'no key', headers: [] },
          { timestamp: 1_700_000_000_001, key: 'gone', value: null, headers: [] },
          { timestamp: 0, key: '', value: '', headers: [{ key: 'empty', value: null }] },
        ]
        const producer = broker.producer()
        expect(await producer.send(topic, 0, encode(records))).toEqual({ baseOffset: 0, logAppendTimeMs: null })
        await producer.close()
        expect(await readFrom(topic, 0, 4)).toEqual(records.map((r, offset) => ({ offset, ...r })))
      })

      test.each<Compression>(['gzip', 'zstd'])('compressed with %s', async (compression) => {
        const topic = await makeTopic()
        const producer = broker.producer()
        const texts = Array.from({ length: 100 }, (_, n) => `value ${n}`)
        await producer.send(
          topic,
          0,
          encode(
            texts.map((text) => record(text)),
            compression,
          ),
        )
        await producer.close()
        expect(values(await readFrom(topic, 40, 60))).toEqual(texts.slice(40))
      })

      test('sends of a partition that are not awaited are stored in their order', async () => {
        const topic = await makeTopic({ partitions: 2 })
        const producer = broker.producer()
        const sends = Array.from({ length: 200 }, (_, n) =>
          producer.send(topic, n % 2, encode([record(`${n}`), record(`${n}`)])),
        )
        await producer.flush()
        const offsets = (await Promise.all(sends)).map(({ baseOffset }) => baseOffset)
        expect(offsets).toEqual(Array.from({ length: 200 }, (_, n) => 2 * Math.floor(n / 2)))
        const evens = Array.from({ length: 100 }, (_, n) => [`${2 * n}`, `${2 * n}`]).flat()
        expect(values(await readFrom(topic, 0, 200))).toEqual(evens)
        await producer.close()
      })

      test('a record larger than a fetch comes whole', async () => {
        const topic = await makeTopic()
        await produce(topic, ['x'.repeat(300_000)])
        await produce(topic, ['after'])
        const read = await readFrom(topic, 0, 2, { maxPartitionBytes: 1_000, maxBytes: 2_000 })
        expect(values(read)).toEqual(['x'.repeat(300_000), 'after'])
      })

      test('a batch above max.message.bytes is refused, and the partition goes on', async () => {
        const topic = await makeTopic({ config: { 'max.message.bytes': '2000' } })
        const producer = broker.producer()
        await expect(producer.send(topic, 0, encode([record('x'.repeat(3_000))]))).rejects.toMatchObject({
          code: 'RECORD_TOO_LARGE',
          retriable: false,
        })
        await expect(producer.flush()).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' })
        await producer.flush()
        expect((await producer.send(topic, 0, encode([record('small')]))).baseOffset).toBe(0)
        await producer.close()
      })

      test('a send to a topic or partition that does not exist is refused', async () => {
        const topic = await makeTopic()
        const producer = broker.producer()
        await expect(producer.send(topic, 5, encode([record('x')]))).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
        await expect(producer.send(uniqueName('absent'), 0, encode([record('x')]))).rejects.toMatchObject({
          code: 'UNKNOWN_TOPIC',
        })
        await producer.close()
      }, 30_000)

      test('with LogAppendTime the broker gives the timestamps', async () => {
        const topic = await makeTopic({ config: { 'message.timestamp.type': 'LogAppendTime' } })
        const producer = broker.producer()
        const { logAppendTimeMs } = await producer.send(topic, 0, encode([record('a', 1), record('b', 2)]))
        await producer.close()
        expect(logAppendTimeMs).toBeGreaterThan(1_000_000_000_000)
        expect((await readFrom(topic, 0, 2)).map((r) => r.timestamp)).toEqual([logAppendTimeMs, logAppendTimeMs])
      })
    })

    describe('fetching', () => {
      test('starts in the middle of a batch and says where it goes on', async () => {
        const topic = await makeTopic()
        await produce(topic, ['a', 'b', 'c'])
        await produce(topic, ['d'])
        await withFetcher(async (fetcher) => {
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
        const topic = await makeTopic()
        await withFetcher(async (fetcher) => {
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
        const topic = await makeTopic()
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic, partition: 0, offset: 0 })
          const taken = take(fetcher, 1)
          await produce(topic, ['late'])
          expect(values(await taken)).toEqual(['late'])
        })
      })

      test('one fetcher reads many partitions of several topics, each in order', async () => {
        const topics = [await makeTopic({ partitions: 4 }), await makeTopic({ partitions: 4 })]
        const producer = broker.producer()
        for (let n = 0; n < 400; n++) void producer.send(topics[n % 2]!, (n >> 1) % 4, encode([record(`${n}`)]))
        await producer.flush()
        await producer.close()
        await withFetcher(
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
        const topic = await makeTopic({ partitions: 2 })
        await withFetcher(async (fetcher) => {
          for (const partition of [0, 1]) fetcher.assign({ topic, partition, offset: 0 })
          fetcher.pause({ topic, partition: 0 })
          await produce(topic, ['paused'], 0)
          await produce(topic, ['live'], 1)
          expect(values(await take(fetcher, 1))).toEqual(['live'])
          expect(await fetcher.poll(100)).toEqual([])
          fetcher.resume({ topic, partition: 0 })
          expect(values(await take(fetcher, 1))).toEqual(['paused'])
        })
      })

      test('seek moves, unassign forgets, assign starts again', async () => {
        const topic = await makeTopic()
        await produce(topic, ['a', 'b', 'c'])
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic, partition: 0, offset: 0 })
          expect(values(await take(fetcher, 3))).toEqual(['a', 'b', 'c'])
          fetcher.seek({ topic, partition: 0, offset: 2 })
          expect(values(await take(fetcher, 1))).toEqual(['c'])
          fetcher.unassign({ topic, partition: 0 })
          await produce(topic, ['d'])
          expect(await fetcher.poll(100)).toEqual([])
          expect(() => fetcher.seek({ topic, partition: 0, offset: 0 })).toThrow()
          fetcher.assign({ topic, partition: 0, offset: 1 })
          expect(values(await take(fetcher, 3))).toEqual(['b', 'c', 'd'])
        })
      })

      test('an offset outside the log is reported once, with the range, until a seek', async () => {
        const topic = await makeTopic()
        await produce(topic, ['a', 'b'])
        await withFetcher(async (fetcher) => {
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
        const topic = await makeTopic()
        await produce(topic, ['a'])
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic: uniqueName('absent'), partition: 0, offset: 0 })
          expect(await firstError(fetcher)).toMatchObject({ code: 'UNKNOWN_TOPIC' })
          fetcher.assign({ topic, partition: 0, offset: 0 })
          expect(values(await take(fetcher, 1))).toEqual(['a'])
        })
      }, 60_000)

      test('a topic that is deleted while it is read is reported', async () => {
        const topic = await makeTopic()
        await produce(topic, ['a'])
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic, partition: 0, offset: 0 })
          await take(fetcher, 1)
          await broker.deleteTopic(topic)
          expect(await firstError(fetcher)).toMatchObject({ code: 'UNKNOWN_TOPIC' })
        })
      }, 60_000)
    })

    describe('offsets', () => {
      test('of the start, the end and a timestamp', async () => {
        const topic = await makeTopic({ partitions: 2 })
        const producer = broker.producer()
        await producer.send(topic, 0, encode([record('a', 100), record('b', 300), record('c', 200)]))
        await producer.send(topic, 0, encode([record('d', 400)]))
        await producer.close()
        const at = async (timestamp: number) =>
          (await broker.offsetsForTimestamp(topic, timestamp)).map(({ offset }) => offset)
        expect(await broker.startOffsets(topic)).toEqual([
          { partition: 0, offset: 0 },
          { partition: 1, offset: 0 },
        ])
        expect(await broker.endOffsets(topic)).toEqual([
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
        const topic = await makeTopic()
        await produce(topic, ['a', 'b', 'c', 'd'])
        const deleteBefore = (offset: number) => broker.deleteRecords(topic, [{ partition: 0, offset }])
        await deleteBefore(2)
        expect(await broker.startOffsets(topic)).toEqual([{ partition: 0, offset: 2 }])
        await deleteBefore(1)
        expect(await broker.startOffsets(topic)).toEqual([{ partition: 0, offset: 2 }])
        await expect(deleteBefore(9)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
        expect(values(await readFrom(topic, 2, 2))).toEqual(['c', 'd'])
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic, partition: 0, offset: 0 })
          expect(await firstError(fetcher)).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', startOffset: 2, endOffset: 4 })
        })
      })
    })

    describe('groups', () => {
      test('offsets are kept per group and partition, with their metadata', async () => {
        const topic = await makeTopic({ partitions: 3 })
        const group = uniqueName('group')
        await broker.commitOffsets(group, [
          { topic, partition: 0, offset: 5, metadata: 'm' },
          { topic, partition: 2, offset: 7 },
        ])
        await broker.commitOffsets(group, [{ topic, partition: 2, offset: 8 }])
        expect(byPartition(await broker.fetchOffsets(group))).toEqual([
          { topic, partition: 0, offset: 5, metadata: 'm' },
          { topic, partition: 2, offset: 8, metadata: '' },
        ])
        expect(
          await broker.fetchOffsets(group, [
            { topic, partition: 1 },
            { topic, partition: 2 },
          ]),
        ).toEqual([{ topic, partition: 2, offset: 8, metadata: '' }])
        const other = await harness.connect()
        expect(await other.fetchOffsets(group)).toHaveLength(2)
        await other.close()
      })

      test('a group is described with its offsets, until it is deleted', async () => {
        const topic = await makeTopic()
        const group = uniqueName('group')
        const absent = uniqueName('absent')
        await broker.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
        expect(await broker.describeGroups([absent, group])).toEqual([
          { group: absent, state: 'Dead', members: [], offsets: [] },
          { group, state: 'Empty', members: [], offsets: [{ topic, partition: 0, offset: 1, metadata: '' }] },
        ])
        await broker.deleteGroup(group)
        await broker.deleteGroup(group)
        expect(await broker.fetchOffsets(group)).toEqual([])
      })
    })

    describe('transactions', () => {
      const readCommitted = { readCommitted: true }

      async function transactionalProducer(transactionalId = uniqueName('tx')) {
        const producer = broker.producer({ transactionalId })
        await producer.initTransactions()
        return producer
      }

      test('records and offsets of several partitions become visible together with the commit', async () => {
        const topic = await makeTopic({ partitions: 2 })
        const group = uniqueName('group')
        await broker.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
        const producer = await transactionalProducer()
        producer.begin()
        await producer.send(topic, 0, encode([record('a')]))
        await producer.send(topic, 1, encode([record('b')]))
        await producer.sendOffsets(group, [{ topic, partition: 0, offset: 42 }])
        expect(await broker.endOffsets(topic)).toMatchObject([{ offset: 1 }, { offset: 1 }])
        expect(await broker.endOffsets(topic, readCommitted)).toMatchObject([{ offset: 0 }, { offset: 0 }])
        expect(await broker.fetchOffsets(group)).toMatchObject([{ offset: 1 }])
        await producer.commit()
        await expect
          .poll(() => broker.endOffsets(topic, readCommitted), { timeout: PATIENCE_MS })
          .toMatchObject([{ offset: 2 }, { offset: 2 }])
        await expect.poll(() => broker.fetchOffsets(group), { timeout: PATIENCE_MS }).toMatchObject([{ offset: 42 }])
        await withFetcher(async (fetcher) => {
          for (const partition of [0, 1]) fetcher.assign({ topic, partition, offset: 0 })
          expect(values(await take(fetcher, 2)).sort()).toEqual(['a', 'b'])
        }, readCommitted)
        await producer.close()
      })

      test('aborted records are never seen by committed readers, others see them', async () => {
        const topic = await makeTopic()
        const producer = await transactionalProducer()
        producer.begin()
        await producer.send(topic, 0, encode([record('dropped')]))
        await producer.abort()
        producer.begin()
        await producer.send(topic, 0, encode([record('kept')]))
        await producer.commit()
        await producer.close()
        expect(values(await readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
        expect(values(await readFrom(topic, 0, 2))).toEqual(['dropped', 'kept'])
      })

      test('a committed reader waits at an open transaction, behind which others write', async () => {
        const topic = await makeTopic()
        await produce(topic, ['before'])
        const producer = await transactionalProducer()
        producer.begin()
        await producer.send(topic, 0, encode([record('inside')]))
        await produce(topic, ['behind'])
        await withFetcher(async (fetcher) => {
          fetcher.assign({ topic, partition: 0, offset: 0 })
          expect(values(await take(fetcher, 1))).toEqual(['before'])
          expect((await fetcher.poll(200)).flatMap((part) => decode(part.batches, part.fetchOffset))).toEqual([])
          await producer.commit()
          expect(values(await take(fetcher, 2))).toEqual(['inside', 'behind'])
        }, readCommitted)
        await producer.close()
      })

      test('a newer producer of the same id fences the older and aborts what it left open', async () => {
        const topic = await makeTopic()
        const id = uniqueName('tx')
        const older = await transactionalProducer(id)
        older.begin()
        await older.send(topic, 0, encode([record('left open')]))
        const newer = await transactionalProducer(id)
        await expect(
          older.send(topic, 0, encode([record('too late')])).then(() => older.commit()),
        ).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
        await older.close()
        newer.begin()
        await newer.send(topic, 0, encode([record('kept')]))
        await newer.commit()
        expect(values(await readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
        await newer.close()
      })

      test('a failed send fails the commit, and an abort makes the producer usable again', async () => {
        const topic = await makeTopic({ config: { 'max.message.bytes': '2000' } })
        const producer = await transactionalProducer()
        producer.begin()
        await producer.send(topic, 0, encode([record('dropped')]))
        await expect(producer.send(topic, 0, encode([record('x'.repeat(3_000))]))).rejects.toMatchObject({
          code: 'RECORD_TOO_LARGE',
        })
        await expect(producer.commit()).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
        await producer.abort()
        producer.begin()
        await producer.send(topic, 0, encode([record('kept')]))
        await producer.commit()
        expect(values(await readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
        await producer.close()
      })

      test('closing a producer aborts its transaction; an empty one can be committed', async () => {
        const topic = await makeTopic()
        const producer = await transactionalProducer()
        producer.begin()
        await producer.commit()
        producer.begin()
        await producer.send(topic, 0, encode([record('dropped')]))
        await producer.close()
        await produce(topic, ['after'])
        expect(values(await readFrom(topic, 0, 1, readCommitted))).toEqual(['after'])
      })

      test('calls in the wrong order are refused', async () => {
        const topic = await makeTopic()
        const producer = broker.producer({ transactionalId: uniqueName('tx') })
        expect(() => producer.begin()).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
        await producer.initTransactions()
        await expect(producer.send(topic, 0, encode([record('x')]))).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
        await expect(producer.commit()).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
        producer.begin()
        expect(() => producer.begin()).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
        await producer.abort()
        await producer.abort()
        await producer.close()
      })
    })

    test('a closed broker answers every call with CLOSED', async () => {
      const closed = await harness.connect()
      const fetcher = closed.fetcher()
      await closed.close()
      await closed.close()
      await expect(closed.listTopics()).rejects.toMatchObject({ code: 'CLOSED' })
      await expect(fetcher.poll(0)).rejects.toMatchObject({ code: 'CLOSED' })
      expect(() => closed.producer()).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    })
  })
}

/** The next `count` records, of any assigned partition, without those that the fetcher says were aborted. */
async function take(fetcher: Fetcher, count: number): Promise<PlainRecord[]> {
  const records: PlainRecord[] = []
  while (records.length < count) {
    const parts = await fetcher.poll(PATIENCE_MS)
    if (parts.length === 0) throw new Error(`${records.length} of ${count} records came within ${PATIENCE_MS} ms`)
    for (const part of parts) {
      if (part.error !== null) throw part.error
      records.push(...decode(part.batches, part.fetchOffset, part.abortedTransactions))
    }
  }
  return records
}

async function firstError(fetcher: Fetcher) {
  for (;;) {
    const parts = await fetcher.poll(PATIENCE_MS)
    if (parts.length === 0) throw new Error(`no error came within ${PATIENCE_MS} ms`)
    const failed = parts.find(({ error }) => error !== null)
    if (failed !== undefined) return failed.error
  }
}

const byPartition = <Offset extends { readonly partition: number }>(offsets: readonly Offset[]) =>
  [...offsets].sort((a, b) => a.partition - b.partition)
