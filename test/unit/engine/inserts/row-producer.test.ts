import { expect, test } from 'vitest'
import type { Broker, Producer, SendResult } from '../../../../src/broker/broker.ts'
import { RecordBatchCursor } from '../../../../src/broker/record-batch-cursor.ts'
import { ManualClock } from '../../../../src/clock.ts'
import { RowProducer } from '../../../../src/engine/inserts/row-producer.ts'

class SlowBroker {
  readonly sent: { readonly keys: string[]; readonly stored: PromiseWithResolvers<SendResult> }[] = []
  readonly described = Promise.withResolvers<{ partitions: number } | null>()
  descriptions = 0

  readonly port = {
    describeTopic: () => {
      this.descriptions++
      return this.described.promise
    },
    producer: () =>
      ({
        send: (_topic: string, _partition: number, batch: Uint8Array) => {
          const stored = Promise.withResolvers<SendResult>()
          this.sent.push({ keys: keysOf(batch), stored })
          return stored.promise
        },
      }) as unknown as Producer,
  } as unknown as Broker
}

function keysOf(batch: Uint8Array): string[] {
  const cursor = new RecordBatchCursor()
  cursor.reset(Buffer.from(batch))
  const keys: string[] = []
  while (cursor.next()) keys.push(cursor.buffer.toString('utf8', cursor.keyStart, cursor.keyEnd))
  return keys
}

/** Long enough for what has been asked for to be sent: batches leave by a `setImmediate` of their own. */
const turn = async () => {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve))
}
const record = (key: string) => ({ key: Buffer.from(key), value: null })

test('while a batch of a partition is on its way, what comes is gathered into the next one, in order', async () => {
  const broker = new SlowBroker()
  const rows = new RowProducer(broker.port, new ManualClock())
  broker.described.resolve({ partitions: 1 })
  void rows.send('t', record('a'), { timestamp: 0 })
  await turn()
  void rows.send('t', record('b'), { timestamp: 0 })
  await turn()
  void rows.send('t', record('c'), { timestamp: 0 })
  await turn()
  expect(broker.sent.map(({ keys }) => keys)).toEqual([['a']])
  broker.sent[0]!.stored.resolve({} as SendResult)
  await turn()
  expect(broker.sent.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']])
})

test('rows that come before the partitions of their topic are known ask once and keep their order', async () => {
  const broker = new SlowBroker()
  const rows = new RowProducer(broker.port, new ManualClock())
  for (const key of ['a', 'b', 'c']) void rows.send('t', record(key), { timestamp: 0 })
  broker.described.resolve({ partitions: 1 })
  await turn()
  expect(broker.descriptions).toBe(1)
  expect(broker.sent.map(({ keys }) => keys)).toEqual([['a', 'b', 'c']])
})

test('a batch that is not stored fails its rows, and later rows ask for the topic again', async () => {
  const broker = new SlowBroker()
  const rows = new RowProducer(broker.port, new ManualClock())
  broker.described.resolve({ partitions: 1 })
  const failed = rows.send('t', record('a'), { timestamp: 0 })
  await turn()
  broker.sent[0]!.stored.reject(new Error('disk full'))
  await expect(failed).rejects.toThrow('disk full')
  void rows.send('t', record('b'), { timestamp: 0 })
  await turn()
  expect(broker.descriptions).toBe(2)
  expect(broker.sent[1]!.keys).toEqual(['b'])
})
