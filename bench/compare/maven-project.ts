/** A peer in Java: a Maven project, built outside of its folder and only when its files have changed. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { run } from '../../test/support/kafka/run.ts'
import { BENCH_DIRECTORY } from './bench-directory.ts'

/** A cold download is about 200 MB. */
const BUILD_MS = 10 * 60_000

/**
 * The class path of the project in `folder`, its own classes first. Its pom builds into the folder that the property `bench.build` names. `BENCH_DIRECTORY`
 * holds what is built; jars lie in Maven's own repository. Rejects when Maven is absent or fails, with what it said.
 */
export async function compiledClassPath(folder: string): Promise<string> {
  const hash = createHash('sha256')
  for (const file of filesIn(folder)) hash.update(file).update(readFileSync(join(folder, file)))
  const directory = join(BENCH_DIRECTORY, `${basename(folder)}-${hash.digest('hex').slice(0, 16)}`)
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
  await run('mvn', ['-q', '-B', '-Dstyle.color=never', '-f', join(folder, 'pom.xml'), ...goals], {
    timeoutMs: BUILD_MS,
  })
  const classPath = [join(directory, 'build', 'classes'), readFileSync(jars, 'utf8')].join(delimiter)
  writeFileSync(remembered, classPath)
  return classPath
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort()
