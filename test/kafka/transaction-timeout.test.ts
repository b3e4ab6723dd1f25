import { expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

/** Kafka before 4.0 takes a producer whose transaction it has ended for an old one: another must be made. */
const fencesTheLate = process.env['KAFKA_VERSION']?.startsWith('3.') === true

describeKafka('a transaction that is open for too long', ({ bootstrapServers }) => {
  test('is aborted by the broker; its commit says so, and after an abort the producer continues', async () => {
    const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
    await broker.connect()
    const topic = `timeout-${process.pid}-${performance.now().toFixed(0)}`
    await broker.createTopic({ name: topic, partitions: 1, replicas: 1 })
    const producer = broker.producer({ transactionalId: `tx-${topic}`, transactionTimeoutMs: 500 })
    await producer.initTransactions()
    producer.begin()
    await producer.send(topic, 0, encode([record('late')]))
    const committedEnd = async () => (await broker.endOffsets(topic, { readCommitted: true }))[0]?.offset
    // One record and the marker of its abort.
    await expect.poll(committedEnd, { timeout: 40_000, interval: 200 }).toBe(2)

    if (fencesTheLate) {
      await expect(producer.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
      await producer.close()
    } else {
      await expect(producer.commit()).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' })
      await producer.abort()
    }
    const next = fencesTheLate ? broker.producer({ transactionalId: `tx-${topic}` }) : producer
    if (fencesTheLate) await next.initTransactions()
    next.begin()
    await next.send(topic, 0, encode([record('in time')]))
    await next.commit()
    await expect.poll(committedEnd).toBe(4)
    await broker.close()
  })
})
