/** Writes records of text into a topic of Kafka, for `millrace datagen`. */
import { KafkaBroker } from '../broker/kafka/kafka-broker.ts'
import type { OpenTopic } from '../cli/commands/datagen.ts'
import { systemClock } from '../clock.ts'
import { SourceProducer } from '../connectors/run/source-producer.ts'
import { createConfig } from '../engine/config/config.ts'
import { effectiveProperties } from '../engine/config/given-properties.ts'
import { kafkaOptions } from '../engine/config/kafka-options.ts'
import { givenProperties } from './server-properties.ts'

export const openTopic: OpenTopic = async ({ topic, partitions, bootstrapServers, config }) => {
  const properties = effectiveProperties(await givenProperties(config === undefined ? {} : { config }))
  const kafka = kafkaOptions(bootstrapServers, createConfig(properties))
  await tryToReach(new KafkaBroker({ ...kafka, retryMs: 0 }))
  const broker = new KafkaBroker(kafka)
  try {
    await broker.connect()
    const existing = await broker.describeTopic(topic)
    if (existing === null) await broker.createTopic({ name: topic, partitions })
    // The generator gives records the present time.
    const producer = new SourceProducer({
      broker,
      topic,
      partitions: existing?.partitions ?? partitions,
      timeLimits: null,
    })
    await producer.open()
    return {
      write: (records) => producer.store(records, null, systemClock.now()),
      async close() {
        await producer.close()
        await broker.close()
      },
    }
  } catch (error) {
    await broker.close()
    throw error
  }
}

/** Rejects at once if no broker can be reached: someone waits at a terminal. */
async function tryToReach(scout: KafkaBroker): Promise<void> {
  try {
    await scout.connect()
  } finally {
    void scout.close()
  }
}
