/** Fills the topics of the jobs, through the broker port: the same on Kafka and on the embedded log. */
import type { Broker, Producer } from '../../src/broker/broker.ts'
import { partitionForKey } from '../../src/broker/partitioner.ts'
import { AVRO_USERS_TOPIC, userEncoder } from './avro-rows.ts'
import { BatchWriter } from './batch-writer.ts'
import { CITIES, city, EPOCH, order, payment, user, userJson } from './data.ts'
import { endOf } from './topic-end.ts'

const PARTITIONS = 2
const DAY_MS = 86_400_000
const TOPICS = ['users', 'cities', 'orders', 'payments']

/** Whether the topics of the jobs in Avro hold `records` of input. */
export async function isLoadedAvro(broker: Broker, records: number): Promise<boolean> {
  if ((await broker.describeTopic(AVRO_USERS_TOPIC)) === null) return false
  return (await endOf(broker, AVRO_USERS_TOPIC)) === records
}

/** As `load`, for the jobs in Avro. */
export async function loadAvro(broker: Broker, records: number): Promise<void> {
  await makeTopics(broker, [AVRO_USERS_TOPIC])
  const producer = broker.producer()
  const writer = new KeyedWriter(producer)
  const encode = userEncoder()
  for (let i = 0; i < records; i++) {
    const one = user(i)
    await writer.add(AVRO_USERS_TOPIC, one.userid, one.ts, encode(one))
  }
  await writer.end()
  await producer.close()
}

async function makeTopics(broker: Broker, topics: readonly string[]): Promise<void> {
  const existing = (await broker.listTopics()).map(({ name }) => name)
  for (const topic of topics.filter((name) => existing.includes(name))) await broker.deleteTopic(topic)
  for (const name of topics) {
    const config = name === 'cities' ? { 'cleanup.policy': 'compact' } : { 'retention.ms': '-1' }
    await broker.createTopic({ name, partitions: PARTITIONS, config })
  }
}

/** Whether the topics hold `records` of input. */
export async function isLoaded(broker: Broker, records: number): Promise<boolean> {
  const existing = (await broker.listTopics()).map(({ name }) => name)
  if (!TOPICS.every((topic) => existing.includes(topic))) return false
  return (await endOf(broker, 'users')) === records && (await endOf(broker, 'payments')) === records / 2
}

/** Makes the topics again and fills them with `records` users and as many orders and payments together. */
export async function load(broker: Broker, records: number): Promise<void> {
  await makeTopics(broker, TOPICS)
  const producer = broker.producer()
  const writer = new KeyedWriter(producer)
  for (let i = 0; i < CITIES; i++) await writer.add('cities', `city${i}`, EPOCH - DAY_MS, JSON.stringify(city(i)))
  for (let i = 0; i < records; i++) {
    const one = user(i)
    await writer.add('users', one.userid, one.ts, userJson(one))
  }
  for (let i = 0; i < records / 2; i++) {
    const placed = order(i)
    const { payment: paid } = payment(i, records / 2)
    await writer.add('orders', placed.orderid, placed.ts, JSON.stringify(placed))
    await writer.add('payments', paid.orderid, paid.ts, JSON.stringify(paid))
  }
  await writer.end()
  await producer.close()
}

/** A writer of records to the partitions of their keys. */
class KeyedWriter {
  readonly #writer: BatchWriter

  constructor(producer: Producer) {
    this.#writer = new BatchWriter(producer, PARTITIONS)
  }

  add(topic: string, key: string, timestamp: number, value: string | Buffer): Promise<void> {
    const bytes = Buffer.from(key)
    const partition = partitionForKey(bytes, PARTITIONS)
    const written = typeof value === 'string' ? Buffer.from(value) : value
    return this.#writer.add({ topic, partition }, timestamp, bytes, written)
  }

  end(): Promise<void> {
    return this.#writer.end()
  }
}
