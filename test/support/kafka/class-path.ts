/** Jars of Kafka and its parts from Maven Central, for machines without Docker. */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { run } from './run.ts'

/** A cold download is about 100 MB. */
const DOWNLOAD_MS = 8 * 60_000

/**
 * The class path of what the file `pom` depends on. Downloads on first use; afterwards a file in the temp directory, named by the pom's hash
 * and the version, remembers it. `kafkaVersion`: instead of the pom's. Rejects when Maven is absent or fails, with what it said.
 */
export async function classPathOf(pom: string, kafkaVersion?: string): Promise<string> {
  const directory = join(tmpdir(), 'millrace-test-kafka')
  const sum = createHash('sha256')
    .update(readFileSync(pom))
    .update(kafkaVersion ?? '')
  const file = join(directory, `class-path-${sum.digest('hex').slice(0, 16)}`)
  if (existsSync(file)) {
    const classPath = readFileSync(file, 'utf8')
    if (classPath.split(delimiter).every((jar) => existsSync(jar))) return classPath
  }
  mkdirSync(directory, { recursive: true })
  const unfinished = `${file}.${process.pid}`
  const versions = kafkaVersion === undefined ? [] : [`-Dkafka.version=${kafkaVersion}`]
  const goal = ['dependency:build-classpath', `-Dmdep.outputFile=${unfinished}`, ...versions]
  await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', pom, ...goal], { timeoutMs: DOWNLOAD_MS })
  renameSync(unfinished, file)
  return readFileSync(file, 'utf8')
}
