import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { KafkaBroker } from '../../src/broker/kafka/kafka-broker.ts'
import type { Engine } from '../../src/engine/api.ts'
import type { QueryDescriptionEntity, QueryList } from '../../src/engine/describe/entities.ts'
import { type ServerParts, startServerParts } from '../../src/main.ts'
import { decode, encode, record } from '../support/batches.ts'
import { describeKafka } from '../support/kafka/describe-kafka.ts'

const WAIT = { timeout: 30_000 }

describeKafka('bad records on Kafka', ({ bootstrapServers }) => {
  const id = `bad-${process.pid}-${performance.now().toFixed(0)}`
  const broker = new KafkaBroker({ bootstrapServers: [bootstrapServers] })
  const dataDir = mkdtempSync(join(tmpdir(), 'millrace-bad-'))
  let parts: ServerParts | null = null

  async function start(properties: Readonly<Record<string, string>>): Promise<Engine> {
    await broker.connect()
    parts = startServerParts({
      dataDir,
      bootstrapServers,
      properties: {
        'ksql.service.id': id,
        'ksql.streams.auto.offset.reset': 'earliest',
        'ksql.streams.num.stream.threads': '1',
        ...properties,
      },
    })
    return parts.engine
  }

  afterEach(async () => {
    await parts?.close()
    await broker.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  async function committed(topic: string): Promise<string[]> {
    const [end] = await broker.endOffsets(topic, { readCommitted: true })
    const fetcher = broker.fetcher({ readCommitted: true })
    fetcher.assign({ topic, partition: 0, offset: 0 })
    const values: string[] = []
    for (let position = 0; position < end!.offset; ) {
      for (const { batches, fetchOffset, nextOffset, abortedTransactions } of await fetcher.poll(500)) {
        for (const { value } of decode(batches, fetchOffset, abortedTransactions)) values.push(String(value))
        position = nextOffset
      }
    }
    await fetcher.close()
    return values
  }

  test('go to their topic with the commit that passes over them; one too large for its sink stops its query with the place', async () => {
    const engine = await start({ 'ksql.streams.processing.guarantee': 'exactly_once_v2' })
    await broker.createTopic({ name: `${id}-small`, partitions: 1, config: { 'max.message.bytes': '1000' } })
    await engine.execute({
      sql: `
        CREATE STREAM s (v STRING, n INT) WITH (kafka_topic='${id}-s', value_format='JSON', partitions=1,
          on_error='DEAD_LETTER', dead_letter_topic='${id}-letters');
        CREATE STREAM good WITH (kafka_topic='${id}-good') AS SELECT n FROM s;
        CREATE STREAM small WITH (kafka_topic='${id}-small') AS SELECT n, v FROM s;`,
    })
    const producer = broker.producer()
    const values = ['{"n":1}', '{"n":', '{"n":2}', `{"n":3,"v":"${'x'.repeat(2_000)}"}`]
    await producer.send(`${id}-s`, 0, encode(values.map((value, i) => record(value, i))))
    await producer.close()
    await expect.poll(() => committed(`${id}-good`), WAIT).toEqual(['{"N":1}', '{"N":2}', '{"N":3}'])
    await expect.poll(() => committed(`${id}-letters`), WAIT).toContain('{"n":')
    const [list] = (await engine.execute({ sql: 'SHOW QUERIES;' })) as [QueryList]
    const { id: queryId } = list.queries.find(({ sinks }) => sinks.includes('SMALL'))!
    const failures = async () => {
      const [explained] = (await engine.execute({ sql: `EXPLAIN ${queryId};` })) as [QueryDescriptionEntity]
      return explained.queryDescription.queryErrors.map(({ errorMessage }) => errorMessage).join()
    }
    await expect
      .poll(failures, WAIT)
      .toMatch(/A record of 2\d+ bytes, from offset 3 of partition 0 of \S+-s, is larger than/)
  })
})
