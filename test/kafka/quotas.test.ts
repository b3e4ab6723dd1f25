/** Quotas: a broker says how long a client is to wait, and the client does. */
import { expect, test, vi } from 'vitest'
import { Cluster } from '../../src/broker/kafka/cluster/cluster.ts'
import { withDefaults } from '../../src/broker/kafka/cluster/kafka-connection-options.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { WireWriter } from '../../src/broker/kafka/protocol/wire.ts'
import { systemClock, systemTimer } from '../../src/clock.ts'
import { encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

vi.setConfig({ testTimeout: 60_000 })

/** A broker measures over 10 s: what is sent or read at once may be ten times as much, and one batch beyond is a wait of two seconds. */
const BYTES_PER_SECOND = 20_000
const BATCH_BYTES = 40_000
/** Five of them are within the quota; a slow machine needs more. */
const MOST_BATCHES = 50

describeKafka('a client with a quota', ({ bootstrapServers }) => {
  const clientId = `quota-${process.pid}`

  /**
   *     AlterClientQuotas Request (Version: 0)
   *       [entries]
   *         [entity]
   *           entity_type STRING
   *           entity_name NULLABLE_STRING
   *         [ops]
   *           key         STRING
   *           value       FLOAT64
   *           remove      BOOLEAN
   *       validate_only   BOOLEAN
   *
   * Source: Kafka protocol guide, "AlterClientQuotas API (Key: 49)".
   */
  async function setQuotas(names: readonly string[]): Promise<void> {
    const cluster = new Cluster(withDefaults({ bootstrapServers: bootstrapServers.split(',') }), {
      clock: systemClock,
      timer: systemTimer,
      random: Math.random,
    })
    await cluster.connect()
    const head = new WireWriter()
    head.array([clientId], (name) => {
      head.array([name], () => head.nullableString('client-id').nullableString(name)).int32(names.length)
    })
    // The operations are the last part of the only entry.
    const body = [
      head.take(),
      ...names.flatMap((name) => {
        const value = Buffer.alloc(8)
        value.writeDoubleBE(BYTES_PER_SECOND)
        return [new WireWriter().nullableString(name).take(), value, new WireWriter().boolean(false).take()]
      }),
      new WireWriter().boolean(false).take(),
    ]
    const connection = await cluster.controller()
    await connection.exchange({ apiKey: 49, apiName: 'AlterClientQuotas', apiVersion: 0, body })
    await cluster.close()
  }

  test('waits as long as the broker says, on both ways, and counts it', async () => {
    await setQuotas(['producer_byte_rate', 'consumer_byte_rate'])
    const broker = new KafkaBroker({ bootstrapServers: bootstrapServers.split(','), clientId })
    await broker.connect()
    const topic = `${clientId}-topic`
    await broker.createTopic({ name: topic, partitions: 1, replicas: 1 })
    const producer = broker.producer()
    const value = 'x'.repeat(BATCH_BYTES)
    let written = 0
    for (; broker.throttledMs === 0 && written < MOST_BATCHES; written++)
      await producer.send(topic, 0, encode([record(value)]))
    const afterWriting = broker.throttledMs
    expect(afterWriting).toBeGreaterThan(0)
    // Nothing is lost or sent twice when the wait is over.
    await producer.send(topic, 0, encode([record('last')]))
    expect(await broker.endOffsets(topic)).toEqual([{ partition: 0, offset: written + 1 }])

    const fetcher = broker.fetcher({ maxPartitionBytes: BATCH_BYTES })
    fetcher.assign({ topic, partition: 0, offset: 0 })
    for (let read = 0; broker.throttledMs === afterWriting && read < MOST_BATCHES; )
      for (const { error, nextOffset } of await fetcher.poll(1_000)) {
        expect(error).toBeNull()
        read++
        if (nextOffset > written) fetcher.seek({ topic, partition: 0, offset: 0 })
      }
    expect(broker.throttledMs).toBeGreaterThan(afterWriting)
    await broker.close()
  })
})
