import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import type { FetchedPartition } from '../../src/broker/broker.ts'
import { BrokerError } from '../../src/broker/broker-error.ts'
import { KafkaConnection } from '../../src/broker/kafka/cluster/connection.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { PartitionQueue } from '../../src/broker/kafka/produce/partition-queue.ts'
import { decode, encode, record, values } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

const PARTITIONS = 2
const BATCHES = 3000
const BREAKS = 25
const BETWEEN_BREAKS_MS = 20

describeKafka('broken connections', ({ bootstrapServers }) => {
  const open = new Set<KafkaConnection>()
  const connect = KafkaConnection.open.bind(KafkaConnection)

  /** Notes every connection that is made, so that it can be cut. */
  function watchConnections(): void {
    vi.spyOn(KafkaConnection, 'open').mockImplementation(async (...args) => {
      const connection = await connect(...args)
      open.add(connection)
      return connection
    })
  }

  function breakAll(): void {
    for (const connection of open) connection.socket?.destroy(new Error('cut by the test'))
    open.clear()
  }

  async function breakOften(): Promise<void> {
    for (let count = 0; count < BREAKS; count++) {
      await delay(BETWEEN_BREAKS_MS)
      breakAll()
    }
  }

  async function newTopic(broker: KafkaBroker): Promise<string> {
    const name = `faults-${process.pid}-${performance.now().toFixed(0)}`
    await broker.connect()
    await broker.createTopic({ name, partitions: PARTITIONS, replicas: 1 })
    return name
  }

  afterEach(() => {
    vi.restoreAllMocks()
    open.clear()
  })

  test('lose no batch, double none and keep the order, on both ways', async () => {
    watchConnections()
    const givenBack = vi.spyOn(PartitionQueue.prototype, 'giveBack')
    const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
    const topic = await newTopic(broker)
    const breaking = breakOften()
    const producer = broker.producer()
    for (let index = 0; index < BATCHES; index++) {
      const sending = producer.send(topic, index % PARTITIONS, encode([record(String(index))]))
      if (index % 50 === 0) await sending
    }
    await producer.flush()
    await breaking
    expect(givenBack).toHaveBeenCalled()

    const breakingAgain = breakOften()
    const fetcher = broker.fetcher({ maxPartitionBytes: 2000 })
    const read: string[][] = [[], []]
    for (let partition = 0; partition < PARTITIONS; partition++) fetcher.assign({ topic, partition, offset: 0 })
    for (let count = 0; count < BATCHES; )
      for (const fetched of await fetcher.poll(1000)) {
        expect(fetched.error).toBeNull()
        const texts = textsFrom(fetched)
        read[fetched.partition]!.push(...texts)
        count += texts.length
      }
    await breakingAgain
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect(read[partition]).toEqual(
        Array.from({ length: BATCHES / PARTITIONS }, (_, index) => String(index * PARTITIONS + partition)),
      )
    await broker.close()
  })

  test('a transaction continues over them, and is committed whole', async () => {
    watchConnections()
    const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
    const topic = await newTopic(broker)
    const producer = broker.producer({ transactionalId: `tx-${topic}` })
    await producer.initTransactions()
    const breaking = breakOften()
    for (let round = 0; round < 20; round++) {
      producer.begin()
      for (let partition = 0; partition < PARTITIONS; partition++)
        void producer.send(topic, partition, encode([record(String(round))]))
      await producer.sendOffsets(`group-${topic}`, [{ topic, partition: 0, offset: round }])
      await producer.commit()
    }
    await breaking
    const rounds = Array.from({ length: 20 }, (_, round) => String(round))
    const fetcher = broker.fetcher({ readCommitted: true })
    fetcher.assign({ topic, partition: 0, offset: 0 })
    const read: string[] = []
    while (read.length < rounds.length) for (const fetched of await fetcher.poll(1000)) read.push(...textsFrom(fetched))
    expect(read).toEqual(rounds)
    expect(await broker.fetchOffsets(`group-${topic}`)).toMatchObject([{ offset: 19 }])
    await broker.close()
  })

  test('a broker that nobody answers for is reported as unavailable, within the bound', async () => {
    const broker = new KafkaBroker({ bootstrapServers: ['127.0.0.1:1'], retryMs: 200, connectTimeoutMs: 200 })
    await expect(broker.connect()).rejects.toMatchObject({ code: 'UNAVAILABLE', retriable: true })
    await broker.close()
  })

  test('a send that cannot be delivered in time fails, and with it those behind it', async () => {
    const broker = new KafkaBroker({
      bootstrapServers: [bootstrapServers],
      deliveryTimeoutMs: 300,
      connectTimeoutMs: 200,
    })
    const topic = await newTopic(broker)
    const producer = broker.producer()
    await producer.send(topic, 0, encode([record('first')]))
    vi.spyOn(KafkaConnection.prototype, 'exchange').mockRejectedValue(
      new BrokerError('UNAVAILABLE', 'unplugged', { retriable: true }),
    )
    const lost = [producer.send(topic, 0, encode([record('a')])), producer.send(topic, 0, encode([record('b')]))]
    for (const result of await Promise.allSettled(lost))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE', retriable: true } })
    vi.restoreAllMocks()
    expect(await producer.send(topic, 0, encode([record('later')]))).toMatchObject({ baseOffset: 1 })
    await broker.close()
  })
})

const textsFrom = ({ batches, fetchOffset, abortedTransactions }: FetchedPartition) =>
  values(decode(batches, fetchOffset, abortedTransactions)).map(String)
