/** The Kafka Streams peer: Java source in java/, built by Maven into the temp directory. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from '../../test/support/kafka/run.ts'

const PROJECT = join(import.meta.dirname, 'java')
const SOURCES = ['pom.xml', 'src/main/java/bench/KafkaStreamsPeer.java', 'src/main/java/bench/AvroJobs.java']
/** A cold download is about 100 MB. */
const BUILD_MS = 10 * 60_000

/** The command that runs the peer; its job comes by the environment. Builds it when the sources have changed. */
export async function kafkaStreamsCommand(): Promise<readonly string[]> {
  const classPath = await build()
  return ['java', '-Xmx2g', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', classPath, 'bench.KafkaStreamsPeer']
}

async function build(): Promise<string> {
  const hash = createHash('sha256')
  for (const source of SOURCES) hash.update(readFileSync(join(PROJECT, source)))
  const directory = join(tmpdir(), 'millrace-bench', `kafka-streams-${hash.digest('hex').slice(0, 16)}`)
  const remembered = join(directory, 'class-path')
  if (existsSync(remembered)) return readFileSync(remembered, 'utf8')
  mkdirSync(directory, { recursive: true })
  const jars = join(directory, 'jars')
  const goals = [
    'compile',
    'dependency:build-classpath',
    `-Dmdep.outputFile=${jars}`,
    `-Dbench.build=${directory}/build`,
  ]
  await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', join(PROJECT, 'pom.xml'), ...goals], {
    timeoutMs: BUILD_MS,
  })
  const classPath = [join(directory, 'build', 'classes'), readFileSync(jars, 'utf8')].join(delimiter)
  writeFileSync(remembered, classPath)
  return classPath
}
