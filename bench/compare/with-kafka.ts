/** A Kafka for benchmarks: the one that KAFKA_BOOTSTRAP_SERVERS names, else a node of its own from Maven's jars. */
import { startLocalBroker } from '../../test/support/kafka/local-broker.ts'

/** Runs `use` with the bootstrap servers; a node started for it ends afterwards, and its data in `directory` is removed. */
export async function withKafka<T>(directory: string, use: (bootstrapServers: string) => Promise<T>): Promise<T> {
  const given = process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? process.env['BROKERS']
  if (given !== undefined && given !== '') return use(given)
  const node = await startLocalBroker({ directory })
  try {
    return await use(node.bootstrapServers)
  } finally {
    await node.stop()
  }
}
