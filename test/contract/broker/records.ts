/** Producing record batches, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import type { Compression } from '../../../src/broker/compression.ts'
import { encode, record, values } from '../../support/batches.ts'
import type { BrokerWorld } from './broker-world.ts'

export function recordsSuite(world: BrokerWorld): void {
  describe('records', () => {
    test('come back as they were sent, with key, value, timestamp and headers', async () => {
      const topic = await world.makeTopic()
      const records = [
        { timestamp: 1_700_000_000_000, key: 'k', value: 'v', headers: [{ key: 'h', value: 'x' }] },
        { timestamp: 1_600_000_000_000, key: null, value: 'no key', headers: [] },
        { timestamp: 1_700_000_000_001, key: 'gone', value: null, headers: [] },
        { timestamp: 0, key: '', value: '', headers: [{ key: 'empty', value: null }] },
      ]
      const producer = world.broker.producer()
      expect(await producer.send(topic, 0, encode(records))).toEqual({ baseOffset: 0, logAppendTimeMs: null })
      await producer.close()
      expect(await world.readFrom(topic, 0, 4)).toEqual(records.map((r, offset) => ({ offset, ...r })))
    })

    test.each<Compression>(['gzip', 'zstd'])('compressed with %s', async (compression) => {
      const topic = await world.makeTopic()
      const producer = world.broker.producer()
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
      expect(values(await world.readFrom(topic, 40, 60))).toEqual(texts.slice(40))
    })

    test('sends of a partition that are not awaited are stored in their order', async () => {
      const topic = await world.makeTopic({ partitions: 2 })
      const producer = world.broker.producer()
      const sends = Array.from({ length: 200 }, (_, n) =>
        producer.send(topic, n % 2, encode([record(`${n}`), record(`${n}`)])),
      )
      await producer.flush()
      const offsets = (await Promise.all(sends)).map(({ baseOffset }) => baseOffset)
      expect(offsets).toEqual(Array.from({ length: 200 }, (_, n) => 2 * Math.floor(n / 2)))
      const evens = Array.from({ length: 100 }, (_, n) => [`${2 * n}`, `${2 * n}`]).flat()
      expect(values(await world.readFrom(topic, 0, 200))).toEqual(evens)
      await producer.close()
    })

    test('a record larger than a fetch comes whole', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['x'.repeat(300_000)])
      await world.produce(topic, ['after'])
      const read = await world.readFrom(topic, 0, 2, { maxPartitionBytes: 1_000, maxBytes: 2_000 })
      expect(values(read)).toEqual(['x'.repeat(300_000), 'after'])
    })

    test('a batch above max.message.bytes is refused, and the partition goes on', async () => {
      const topic = await world.makeTopic({ config: { 'max.message.bytes': '2000' } })
      const producer = world.broker.producer()
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
      const topic = await world.makeTopic()
      const producer = world.broker.producer()
      await expect(producer.send(topic, 5, encode([record('x')]))).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC' })
      await expect(producer.send(world.uniqueName('absent'), 0, encode([record('x')]))).rejects.toMatchObject({
        code: 'UNKNOWN_TOPIC',
      })
      await producer.close()
    }, 30_000)

    test('with LogAppendTime the broker gives the timestamps', async () => {
      const topic = await world.makeTopic({ config: { 'message.timestamp.type': 'LogAppendTime' } })
      const producer = world.broker.producer()
      const { logAppendTimeMs } = await producer.send(topic, 0, encode([record('a', 1), record('b', 2)]))
      await producer.close()
      expect(logAppendTimeMs).toBeGreaterThan(1_000_000_000_000)
      expect((await world.readFrom(topic, 0, 2)).map((r) => r.timestamp)).toEqual([logAppendTimeMs, logAppendTimeMs])
    })
  })
}
