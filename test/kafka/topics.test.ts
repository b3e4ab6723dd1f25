/** Topics as companies have them: compressed, compacted, stamped by the broker, with aborted records, and changed while they are read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Compression } from '../../src/broker/compression.ts'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import type { Engine, RowStream } from '../../src/engine/api.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { encode, record } from '../support/batches.ts'
import { collect } from '../support/engine.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const SOON = { timeout: 40_000, interval: 100 }

describeKafka('topics of all kinds', ({ bootstrapServers }) => {
  const id = `topics_${process.pid}`
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-topics-'))
  const told: string[] = []
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  const admin = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin()
  let parts: ServerParts
  let engine: Engine

  beforeAll(async () => {
    await broker.connect()
    await admin.connect()
    parts = startServerParts({
      dataDir,
      bootstrapServers,
      properties: {
        'ksql.service.id': id,
        'ksql.streams.auto.offset.reset': 'earliest',
        'ksql.streams.num.stream.threads': '1',
        'ksql.streams.commit.interval.ms': '100',
        'ksql.query.retry.backoff.initial.ms': '300',
        'ksql.query.retry.backoff.max.ms': '1000',
      },
      warn: (message) => told.push(message),
    })
    engine = await parts.engine
  })
  afterAll(async () => {
    await parts.close()
    await admin.disconnect()
    await broker.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  })

  async function topic(name: string, config: Record<string, string> = {}, partitions = 1): Promise<string> {
    const full = `${id}-${name}`
    await broker.createTopic({ name: full, partitions, replicas: 1, config })
    return full
  }

  async function produce(to: string, values: readonly string[], compression: Compression = 'none'): Promise<void> {
    const producer = broker.producer()
    await producer.send(
      to,
      0,
      encode(
        values.map((value, i) => record(value, 1000 + i, `k${i}`)),
        compression,
      ),
    )
    await producer.close()
  }

  /** A table that counts the rows of the topic by a constant. */
  async function counting(name: string, from: string): Promise<string> {
    await engine.execute({
      sql: `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${from}', value_format='JSON');
            CREATE TABLE ${name}_n AS SELECT 'all' AS a, COUNT(*) AS n, SUM(v) AS s FROM ${name} GROUP BY 'all';`,
    })
    return `${name}_n`
  }

  const rowsOf = async (sql: string) =>
    (await collect((await engine.openQuery({ sql })) as RowStream)).items.map(({ row }) => row)

  const stateOf = async (sink: string) => {
    const [list] = (await engine.execute({ sql: 'SHOW QUERIES;' })) as unknown as [
      { queries: { sinks: string[]; state: string; id: string }[] },
    ]
    return list.queries.find(({ sinks }) => sinks.includes(sink.toUpperCase()))
  }

  test('batches of every compression are read', async () => {
    const from = await topic('compressed')
    const table = await counting('compressed', from)
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
      await produce(from, ['{"v":1}', '{"v":2}'], compression)
    await expect.poll(() => rowsOf(`SELECT n, s FROM ${table};`), SOON).toEqual([[10, 15]])
  })

  test('a topic that the broker compresses is written and read', async () => {
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd']) {
      const from = await topic(`by-${compression}`, { 'compression.type': compression })
      const table = await counting(`by_${compression}`, from)
      await engine.execute({ sql: `INSERT INTO by_${compression} (k, v) VALUES ('a', 1), ('b', 2);` })
      await expect.poll(() => rowsOf(`SELECT n, s FROM ${table};`), SOON).toEqual([[2, 3]])
    }
  })

  test('the time of a record is the time at which the broker stored it, where the topic says so', async () => {
    const from = await topic('stamped', { 'message.timestamp.type': 'LogAppendTime' })
    const before = Date.now()
    await produce(from, ['{"v":1}'])
    await engine.execute({
      sql: `CREATE STREAM stamped (k STRING KEY, v INT) WITH (kafka_topic='${from}', value_format='JSON');
            CREATE TABLE stamped_t AS SELECT k, MAX(ROWTIME) AS t FROM stamped GROUP BY k;`,
    })
    const times = async () => (await rowsOf('SELECT t FROM stamped_t;')).map(([time]) => Number(time) >= before - 5000)
    await expect.poll(times, SOON).toEqual([true])
  })

  test('records of aborted transactions do not count', async () => {
    const from = await topic('transactions')
    const table = await counting('transactions', from)
    const producer = broker.producer({ transactionalId: `${id}-writer` })
    await producer.initTransactions()
    for (const [value, ending] of [
      [1, 'commit'],
      [10, 'abort'],
      [100, 'commit'],
    ] as const) {
      producer.begin()
      await producer.send(from, 0, encode([record(`{"v":${value}}`)]))
      await producer[ending]()
    }
    await producer.close()
    await expect.poll(() => rowsOf(`SELECT n, s FROM ${table};`), SOON).toEqual([[2, 101]])
  })

  test('a compacted topic is a table, whose tombstones delete', async () => {
    const from = await topic('compacted', {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.ms': '100',
    })
    const producer = broker.producer()
    for (let i = 0; i < 5; i++)
      await producer.send(from, 0, encode([record(`{"v":${i}}`, 1000 + i, 'a'), record(`{"v":${i}}`, 1000 + i, 'b')]))
    await producer.send(from, 0, encode([record(null, 2000, 'b')]))
    await producer.close()
    await engine.execute({
      sql: `CREATE TABLE compacted (k STRING PRIMARY KEY, v INT) WITH (kafka_topic='${from}', value_format='JSON');
            CREATE TABLE compacted_read AS SELECT * FROM compacted;`,
    })
    await expect.poll(() => rowsOf('SELECT k, v FROM compacted_read;'), SOON).toEqual([['a', 4]])
  })

  test('a sink that needs more replicas than are in sync is reported, and written when they are there', async () => {
    const from = await topic('insync-from')
    const sink = await topic('insync', { 'min.insync.replicas': '2' })
    await engine.execute({
      sql: `CREATE STREAM insync_from (k STRING KEY, v INT) WITH (kafka_topic='${from}', value_format='JSON');
            CREATE STREAM insync WITH (kafka_topic='${sink}') AS SELECT * FROM insync_from;`,
    })
    await produce(from, ['{"v":1}'])
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: 2, name: sink, configEntries: [{ name: 'min.insync.replicas', value: '1' }] }],
    })
    await expect.poll(async () => (await broker.endOffsets(sink))[0]?.offset, SOON).toBe(1)
  })

  test('a record too large for its sink stops the query, which names the setting', async () => {
    const from = await topic('large-from')
    const sink = await topic('large', { 'max.message.bytes': '1000' })
    await engine.execute({
      sql: `CREATE STREAM large_from (k STRING KEY, t STRING) WITH (kafka_topic='${from}', value_format='JSON');
            CREATE STREAM large WITH (kafka_topic='${sink}') AS SELECT * FROM large_from;`,
    })
    await produce(from, [`{"t":"${'x'.repeat(5000)}"}`])
    await expect.poll(async () => (await stateOf('large'))?.state, SOON).toBe('ERROR')
    expect(told.find((line) => line.includes('max.message.bytes'))).toContain(sink)
  })
})
