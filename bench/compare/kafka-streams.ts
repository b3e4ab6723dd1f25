/** The Kafka Streams peer: Java source in java/. */
import { join } from 'node:path'
import { compiledClassPath } from './maven-project.ts'

/** The command that runs the peer; its job comes by the environment. Builds it when the sources have changed. */
export async function kafkaStreamsCommand(): Promise<readonly string[]> {
  const classPath = await compiledClassPath(join(import.meta.dirname, 'java'))
  return ['java', '-Xmx2g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath, 'bench.KafkaStreamsPeer']
}
