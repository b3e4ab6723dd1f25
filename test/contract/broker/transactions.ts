/** Transactions of a producer, as every broker must do it. */

import { describe, expect, test } from 'vitest'
import { decode, encode, record, values } from '../../support/batches.ts'
import { type BrokerWorld, PATIENCE_MS, take } from './broker-world.ts'

export function transactionsSuite(world: BrokerWorld): void {
  describe('transactions', () => {
    const readCommitted = { readCommitted: true }

    async function transactionalProducer(transactionalId = world.uniqueName('tx')) {
      const producer = world.broker.producer({ transactionalId })
      await producer.initTransactions()
      return producer
    }

    test('records and offsets of several partitions become visible together with the commit', async () => {
      const topic = await world.makeTopic({ partitions: 2 })
      const group = world.uniqueName('group')
      await world.broker.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
      const producer = await transactionalProducer()
      producer.begin()
      await producer.send(topic, 0, encode([record('a')]))
      await producer.send(topic, 1, encode([record('b')]))
      await producer.sendOffsets(group, [{ topic, partition: 0, offset: 42 }])
      expect(await world.broker.endOffsets(topic)).toMatchObject([{ offset: 1 }, { offset: 1 }])
      expect(await world.broker.endOffsets(topic, readCommitted)).toMatchObject([{ offset: 0 }, { offset: 0 }])
      expect(await world.broker.fetchOffsets(group)).toMatchObject([{ offset: 1 }])
      await producer.commit()
      await expect
        .poll(() => world.broker.endOffsets(topic, readCommitted), { timeout: PATIENCE_MS })
        .toMatchObject([{ offset: 2 }, { offset: 2 }])
      await expect
        .poll(() => world.broker.fetchOffsets(group), { timeout: PATIENCE_MS })
        .toMatchObject([{ offset: 42 }])
      await world.withFetcher(async (fetcher) => {
        for (const partition of [0, 1]) fetcher.assign({ topic, partition, offset: 0 })
        expect(values(await take(fetcher, 2)).sort()).toEqual(['a', 'b'])
      }, readCommitted)
      await producer.close()
    })

    test('aborted records are never seen by committed readers, others see them', async () => {
      const topic = await world.makeTopic()
      const producer = await transactionalProducer()
      producer.begin()
      await producer.send(topic, 0, encode([record('dropped')]))
      await producer.abort()
      producer.begin()
      await producer.send(topic, 0, encode([record('kept')]))
      await producer.commit()
      await producer.close()
      expect(values(await world.readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
      expect(values(await world.readFrom(topic, 0, 2))).toEqual(['dropped', 'kept'])
    })

    test('a committed reader waits at an open transaction, behind which others write', async () => {
      const topic = await world.makeTopic()
      await world.produce(topic, ['before'])
      const producer = await transactionalProducer()
      producer.begin()
      await producer.send(topic, 0, encode([record('inside')]))
      await world.produce(topic, ['behind'])
      await world.withFetcher(async (fetcher) => {
        fetcher.assign({ topic, partition: 0, offset: 0 })
        expect(values(await take(fetcher, 1))).toEqual(['before'])
        expect((await fetcher.poll(200)).flatMap((part) => decode(part.batches, part.fetchOffset))).toEqual([])
        await producer.commit()
        expect(values(await take(fetcher, 2))).toEqual(['inside', 'behind'])
      }, readCommitted)
      await producer.close()
    })

    test('a newer producer of the same id fences the older and aborts what it left open', async () => {
      const topic = await world.makeTopic()
      const id = world.uniqueName('tx')
      const older = await transactionalProducer(id)
      older.begin()
      await older.send(topic, 0, encode([record('left open')]))
      const newer = await transactionalProducer(id)
      await expect(older.send(topic, 0, encode([record('too late')])).then(() => older.commit())).rejects.toMatchObject(
        { code: 'PRODUCER_FENCED' },
      )
      await older.close()
      newer.begin()
      await newer.send(topic, 0, encode([record('kept')]))
      await newer.commit()
      expect(values(await world.readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
      await newer.close()
    })

    test('a failed send fails the commit, and an abort makes the producer usable again', async () => {
      const topic = await world.makeTopic({ config: { 'max.message.bytes': '2000' } })
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
      expect(values(await world.readFrom(topic, 0, 1, readCommitted))).toEqual(['kept'])
      await producer.close()
    })

    test('closing a producer aborts its transaction; an empty one can be committed', async () => {
      const topic = await world.makeTopic()
      const producer = await transactionalProducer()
      producer.begin()
      await producer.commit()
      producer.begin()
      await producer.send(topic, 0, encode([record('dropped')]))
      await producer.close()
      await world.produce(topic, ['after'])
      expect(values(await world.readFrom(topic, 0, 1, readCommitted))).toEqual(['after'])
    })

    test('calls in the wrong order are refused', async () => {
      const topic = await world.makeTopic()
      const producer = world.broker.producer({ transactionalId: world.uniqueName('tx') })
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
}
