/** How much a fetch brings of a partition whose reader has paused it. */
import { expect, test, vi } from 'vitest'
import type { PauseReason } from '../../src/broker/broker.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

vi.setConfig({ testTimeout: 60_000 })
const BATCH_BYTES = 100 << 10
const BATCHES = 12

describeKafka('the size of fetches', ({ bootstrapServers }) => {
  /** Bytes of the first answer to a fetch that was sent after a pause. */
  async function bytesAfterPause(reason: PauseReason): Promise<number> {
    const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
    await broker.connect()
    const topic = `fetch-size-${process.pid}-${reason}`
    await broker.createTopic({ name: topic, partitions: 1, replicas: 1 })
    const producer = broker.producer()
    for (let i = 0; i < BATCHES; i++) await producer.send(topic, 0, encode([record('x'.repeat(BATCH_BYTES), i, 'k')]))
    await producer.close()
    const fetcher = broker.fetcher({})
    try {
      fetcher.assign({ topic, partition: 0, offset: 0 })
      fetcher.pause({ topic, partition: 0 }, reason)
      // Drops what was under way, so that the next fetch is one that knows of the pause.
      fetcher.seek({ topic, partition: 0, offset: 0 })
      fetcher.resume({ topic, partition: 0 })
      for (;;) {
        const [part] = await fetcher.poll(1000)
        if (part !== undefined) return part.batches.length
      }
    } finally {
      await fetcher.close()
      await broker.close()
    }
  }

  test('is halved where a reader was full, which keeps what it cannot read yet', async () => {
    const bytes = await bytesAfterPause('full')
    expect(bytes).toBeGreaterThan(4 * BATCH_BYTES)
    expect(bytes).toBeLessThan(6 * BATCH_BYTES)
  })

  test('stays where a reader was held up, for a schema for example', async () => {
    expect(await bytesAfterPause('held-up')).toBeGreaterThan(9 * BATCH_BYTES)
  })
})
