/** Topics that change below queries that read them: they grow, lose records, or are deleted and made again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import type { Engine, RowStream } from '../../src/engine/api.ts'
import type { QueryDescription, QueryDescriptionList } from '../../src/engine/describe/entities.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { encode, record } from '../support/batches.ts'
import { collect } from '../support/engine.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 })
const SOON = { timeout: 40_000, interval: 100 }

describeKafka('topics that change', ({ bootstrapServers }) => {
  const id = `changing_${process.pid}`
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-changing-'))
  const told: string[] = []
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  const admin = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin()
  let parts: ServerParts
  let engine: Engine

  async function start(): Promise<void> {
    parts = startServerParts({
      dataDir,
      bootstrapServers,
      properties: {
        'ksql.service.id': id,
        // What is added to a topic must be read from its start all the same.
        'ksql.streams.auto.offset.reset': 'latest',
        'ksql.streams.num.stream.threads': '1',
        'ksql.streams.commit.interval.ms': '100',
        'ksql.streams.metadata.max.age.ms': '200',
        'ksql.query.retry.backoff.initial.ms': '300',
        'ksql.query.retry.backoff.max.ms': '1000',
      },
      warn: (message) => told.push(message),
    })
    engine = await parts.engine
  }

  beforeAll(async () => {
    await broker.connect()
    await admin.connect()
    await start()
  })
  afterAll(async () => {
    await parts.close()
    await admin.disconnect()
    await broker.close()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  })

  /** A stream over a topic of its own, and what reads it: `create` and `select`, between which its own topic is named. */
  async function stream(
    name: string,
    partitions: number,
    [create, select]: readonly [string, string],
  ): Promise<string> {
    const topic = `${id}-${name}`
    await broker.createTopic({ name: topic, partitions, replicas: 1 })
    await engine.execute({
      sql: `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (kafka_topic='${topic}', value_format='JSON');
            ${create} WITH (kafka_topic='${topic}-out') AS ${select};`,
    })
    return topic
  }

  async function produce(topic: string, partition: number, keys: readonly string[]): Promise<void> {
    const producer = broker.producer()
    await producer.send(topic, partition, encode(keys.map((key, i) => record('{"v":1}', 1000 + i, key))))
    await producer.close()
  }

  async function rowsOf(sql: string): Promise<unknown[]> {
    return (await collect((await engine.openQuery({ sql })) as RowStream)).items.map(({ row }) => row)
  }

  const keysIn = async (sink: string) => (await rowsOf(`SELECT k FROM ${sink};`)).flat().toSorted()

  async function described(sink: string): Promise<QueryDescription> {
    const [list] = (await engine.execute({ sql: 'SHOW QUERIES EXTENDED;' })) as unknown as [QueryDescriptionList]
    return list.queryDescriptions.find(({ sinks }) => sinks.includes(sink.toUpperCase()))!
  }

  const addPartitions = (topic: string, count: number) =>
    admin.createPartitions({ topicPartitions: [{ topic, count }] })

  test('a query that keeps nothing by key reads partitions that are added, from their first records', async () => {
    const topic = await stream('wide', 1, ['CREATE STREAM wide_copy', 'SELECT * FROM wide'])
    await produce(topic, 0, ['a'])
    await expect.poll(() => keysIn('wide_copy'), SOON).toEqual(['a'])
    await addPartitions(topic, 3)
    await produce(topic, 2, ['b'])
    await expect.poll(() => keysIn('wide_copy'), SOON).toEqual(['a', 'b'])
    expect(told.filter((line) => line.includes(topic))).toEqual([
      expect.stringMatching(/has grown from 1 to 3 partitions\. The query reads the new ones/),
    ])
  })

  test('a query that keeps state by key says that it cannot read them, and continues with the others', async () => {
    const topic = await stream('deep', 1, ['CREATE TABLE deep_n', 'SELECT k, COUNT(*) AS n FROM deep GROUP BY k'])
    await produce(topic, 0, ['a'])
    await expect.poll(() => rowsOf('SELECT k, n FROM deep_n;'), SOON).toEqual([['a', 1]])
    await addPartitions(topic, 2)
    await expect
      .poll(async () => (await described('deep_n')).queryErrors.map(({ errorMessage }) => errorMessage), SOON)
      .toEqual([expect.stringMatching(/has grown from 1 to 2 partitions\. .* Terminate the query and create it again/)])
    expect((await described('deep_n')).state).toBe('RUNNING')
    await produce(topic, 0, ['a'])
    await expect.poll(() => rowsOf('SELECT k, n FROM deep_n;'), SOON).toEqual([['a', 2]])
    expect(await await parts.metrics.metrics()).toMatch(/millrace_query_unread_partitions\{query="CTAS_DEEP_N_\d+"\} 1/)
    await engine.execute({ sql: 'DROP TABLE deep_n;' })
  })

  test('records that are removed before they are read are counted and told', async () => {
    const topic = await stream('short', 1, ['CREATE STREAM short_copy', 'SELECT * FROM short'])
    await produce(topic, 0, ['a'])
    await expect.poll(() => keysIn('short_copy'), SOON).toEqual(['a'])
    await parts.close()
    await produce(topic, 0, ['b', 'c', 'd'])
    await broker.deleteRecords(topic, [{ partition: 0, offset: 3 }])
    await start()
    await expect.poll(() => keysIn('short_copy'), SOON).toEqual(['a', 'd'])
    const counted = async () =>
      /millrace_query_removed_records_total\{query="CSAS_SHORT.*\} (\d+)/.exec(await parts.metrics.metrics())?.[1]
    await expect.poll(counted, SOON).toBe('2')
    expect(told.find((line) => line.includes(topic))).toMatch(/Records 1 to 2 of partition 0 .* were removed/)
  })

  test.each([
    ['fewer', 3, 1],
    ['more', 1, 3],
    ['as many', 2, 2],
  ])('a topic that is deleted and made again with %s partitions is read again', async (_, before, after) => {
    const name = `again_${before}${after}`
    const topic = await stream(name, before, [`CREATE STREAM ${name}_copy`, `SELECT * FROM ${name}`])
    await produce(topic, 0, ['a'])
    await expect.poll(() => keysIn(`${name}_copy`), SOON).toEqual(['a'])
    await broker.deleteTopic(topic)
    await expect.poll(async () => (await described(`${name}_copy`)).state, SOON).toBe('ERROR')
    await broker.createTopic({ name: topic, partitions: after, replicas: 1 })
    await produce(topic, after - 1, ['b'])
    await expect.poll(() => keysIn(`${name}_copy`), SOON).toEqual(['a', 'b'])
    expect((await described(`${name}_copy`)).state).toBe('RUNNING')
  })

  test('a query that had read further than its topic now goes stays in ERROR, and says what to set', async () => {
    const topic = await stream('cut', 1, ['CREATE STREAM cut_copy', 'SELECT * FROM cut'])
    await produce(topic, 0, ['a'])
    await expect.poll(() => keysIn('cut_copy'), SOON).toEqual(['a'])
    const { consumerGroupId } = await described('cut_copy')
    await parts.close()
    // As after an unclean election of a leader, which has lost the end.
    const [committed] = await broker.fetchOffsets(consumerGroupId)
    await broker.commitOffsets(consumerGroupId, [{ ...committed!, offset: committed!.offset + 5 }])
    await start()
    await expect.poll(async () => (await described('cut_copy')).state, SOON).toBe('ERROR')
    expect((await described('cut_copy')).queryErrors[0]!.errorMessage).toMatch(
      /ends at offset 1, when the query had read it up to offset 6: .* Set millrace\.offset\.out\.of\.range/,
    )
  })
})
