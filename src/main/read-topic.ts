/** Reads a whole topic of another program's, for `millrace import`. */
import { KafkaBroker } from '../broker/kafka/kafka-broker.ts'
import { RecordBatchCursor } from '../broker/record-batch-cursor.ts'
import type { ReadTopic, TopicRecord } from '../cli/commands/import.ts'
import { createConfig } from '../engine/config/config.ts'
import { effectiveProperties } from '../engine/config/given-properties.ts'
import { kafkaOptions } from '../engine/config/kafka-options.ts'
import { givenProperties } from './server-properties.ts'

const POLL_MS = 1000

/** The committed records of partition 0. */
export const readTopic: ReadTopic = async ({ topic, bootstrapServers, config }) => {
  const properties = effectiveProperties(await givenProperties(config === undefined ? {} : { config }))
  const broker = new KafkaBroker(kafkaOptions(bootstrapServers, createConfig(properties)))
  try {
    await broker.connect()
    if ((await broker.describeTopic(topic)) === null) {
      const others = (await broker.listTopics())
        .map(({ name }) => name)
        .filter((name) => name.endsWith('_command_topic'))
      const found = others.length === 0 ? 'There is no command topic.' : `There are: ${others.join(', ')}.`
      throw new Error(`Topic ${topic} does not exist on ${bootstrapServers}. Check --service-id. ${found}`)
    }
    return await readAll(broker, topic)
  } finally {
    await broker.close()
  }
}

async function readAll(broker: KafkaBroker, topic: string): Promise<TopicRecord[]> {
  const [start] = await broker.startOffsets(topic)
  const [end] = await broker.endOffsets(topic, { readCommitted: true })
  const fetcher = broker.fetcher({ readCommitted: true })
  fetcher.assign({ topic, partition: 0, offset: start!.offset })
  const cursor = new RecordBatchCursor({ verifyChecksums: true })
  const records: TopicRecord[] = []
  for (let position = start!.offset; position < end!.offset; ) {
    for (const fetched of await fetcher.poll(POLL_MS)) {
      if (fetched.error !== null && !fetched.error.retriable) throw fetched.error
      cursor.reset(fetched.batches, fetched.fetchOffset, fetched.abortedTransactions)
      while (cursor.next()) records.push(recordAt(cursor))
      position = fetched.nextOffset
    }
  }
  await fetcher.close()
  return records
}

function recordAt({ buffer, keyStart, keyEnd, valueStart, valueEnd }: RecordBatchCursor): TopicRecord {
  const text = (start: number, end: number) => (end < 0 ? null : buffer.toString('utf8', start, end))
  return { key: text(keyStart, keyEnd), value: text(valueStart, valueEnd) }
}
