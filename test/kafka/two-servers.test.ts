import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import { partitionForKey } from '../../src/broker/partitioner.ts'
import type { Engine } from '../../src/engine/api.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'
import { decode, encode, record } from '../unit/broker/batches.ts'

const PARTITIONS = 4

interface Server {
  readonly parts: ServerParts
  readonly engine: Engine
  /** What the operator was told. */
  readonly told: string[]
}

describeKafka('two servers of a cluster', ({ bootstrapServers }) => {
  const id = `two-${process.pid}-${performance.now().toFixed(0)}`
  const open = new Set<ServerParts>()
  const directories: string[] = []
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  let produced = 0

  async function start(name: string): Promise<Server> {
    const dataDir = mkdtempSync(join(tmpdir(), `millrace-${name}-`))
    directories.push(dataDir)
    const told: string[] = []
    const parts = startServerParts({
      dataDir,
      bootstrapServers,
      properties: {
        'ksql.service.id': id,
        'ksql.streams.auto.offset.reset': 'earliest',
        'ksql.streams.num.stream.threads': '1',
        'ksql.streams.commit.interval.ms': '100',
        'ksql.advertised.listener': `http://${name}`,
      },
      inform: (message) => told.push(message),
      warn: (message) => told.push(message),
    })
    open.add(parts)
    return { parts, engine: await parts.engine, told }
  }

  const stop = async ({ parts }: Server) => {
    open.delete(parts)
    await parts.close()
  }

  /** Keys are their own numbers. */
  async function produce(count: number): Promise<void> {
    const producer = broker.producer()
    for (const last = produced + count; produced < last; produced++) {
      const key = String(produced)
      const partition = partitionForKey(Buffer.from(key), PARTITIONS)
      void producer.send(`${id}-in`, partition, encode([record(`{"N":${produced}}`, produced, key)]))
    }
    await producer.close()
  }

  async function written(topic: string): Promise<number[]> {
    const ends = await broker.endOffsets(topic)
    const fetcher = broker.fetcher()
    for (const { partition } of ends) fetcher.assign({ topic, partition, offset: 0 })
    const left = new Map(ends.filter(({ offset }) => offset > 0).map(({ partition, offset }) => [partition, offset]))
    const numbers: number[] = []
    while (left.size > 0)
      for (const { partition, batches, fetchOffset, nextOffset } of await fetcher.poll(500)) {
        for (const { value } of decode(batches, fetchOffset)) numbers.push(JSON.parse(String(value)).N)
        if (nextOffset >= left.get(partition)!) left.delete(partition)
      }
    await fetcher.close()
    return numbers.sort((a, b) => a - b)
  }

  const all = () => Array.from({ length: produced }, (_, n) => n)
  const reached = (topic: string) =>
    expect.poll(async () => (await written(topic)).length, { timeout: 15_000 }).toBeGreaterThanOrEqual(produced)

  afterEach(async () => {
    await Promise.all([...open].map((parts) => parts.close()))
    await broker.close()
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
  })

  test('share the work, take it over from each other, and write each record once', async () => {
    await broker.connect()
    const one = await start('one')
    await one.engine.execute({
      sql: `CREATE STREAM s (k STRING KEY, n INT) WITH (kafka_topic='${id}-in', value_format='JSON', partitions=${PARTITIONS});
            CREATE STREAM o WITH (kafka_topic='${id}-out') AS SELECT k, n FROM s;`,
    })
    await produce(200)
    await reached(`${id}-out`)

    const two = await start('two')
    await expect.poll(() => two.told.join(), { timeout: 10_000 }).toContain('has got slots')
    await produce(200)
    await reached(`${id}-out`)
    expect(await written(`${id}-out`)).toEqual(all())
    for (const { parts } of [one, two]) {
      const metrics = () => parts.metrics.metrics()
      await expect.poll(metrics, { timeout: 5_000 }).toMatch(/millrace_query_records_consumed\{.*\} [1-9]/)
    }

    await stop(one)
    await produce(200)
    await reached(`${id}-out`)
    expect(await written(`${id}-out`)).toEqual(all())
    expect([one, two].flatMap(({ told }) => told).filter((message) => message.includes('not heard'))).toEqual([])
  })
})
