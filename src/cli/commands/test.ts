/** `millrace test`: runs SQL tests in this process, without a server and without a broker. */
import { readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { sleep, type Timer } from '../../clock.ts'
import { messageOf, StatementError } from '../../errors.ts'
import { BUILT_IN_FUNCTIONS } from '../../functions/index.ts'
import { JavaScriptHost } from '../../functions/javascript/host.ts'
import { createRegistry, type FunctionRegistry } from '../../functions/registry.ts'
import { runJsonTest } from '../../testing/json/json-test.ts'
import { junitReporter } from '../../testing/reports/junit.ts'
import type { Reporter } from '../../testing/reports/reporter.ts'
import { tapReporter } from '../../testing/reports/tap.ts'
import { textReporter } from '../../testing/reports/text.ts'
import { runTest, type TestResult } from '../../testing/run-test.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import { readTests, type SqlTest } from '../../testing/test-file.ts'

export interface TestOptions {
  readonly watch: boolean
  readonly reporter: string
  /** Only tests whose name holds this text. */
  readonly filter?: string
  readonly seed?: number
  /** False: no second run with a restart. */
  readonly restarts: boolean
  /** `name=value`, settings of the server that the tests stand for. */
  readonly set: readonly string[]
  /** A test of three files instead of `paths`. */
  readonly sqlFile?: string
  readonly inputFile?: string
  readonly outputFile?: string
}

export interface TestIo {
  readonly out: Writable
  readonly err: Writable
  readonly timer: Timer
  readonly random: () => number
  /** Aborted when the user wants to stop watching. */
  readonly signal: AbortSignal
}

const REPORTERS: Readonly<Record<string, () => Reporter>> = {
  text: () => textReporter,
  tap: tapReporter,
  junit: () => junitReporter,
}
/** Editors write a file in several steps. */
const SETTLE_MS = 100

/** Resolves to the exit code: 0 if all tests passed, else 1. */
export async function runTests(paths: readonly string[], options: TestOptions, io: TestIo): Promise<number> {
  const makeReporter = REPORTERS[options.reporter]
  if (makeReporter === undefined) {
    io.err.write(`There is no reporter ${options.reporter}. There are: ${Object.keys(REPORTERS).join(', ')}.\n`)
    return 1
  }
  if (options.sqlFile !== undefined) return runFiles(options.sqlFile, options, io)
  let exitCode = runAll(paths, options, { ...io, reporter: makeReporter() })
  if (!options.watch) return exitCode
  for await (const _ of changes(paths, io)) exitCode = runAll(paths, options, { ...io, reporter: makeReporter() })
  return exitCode
}

function runAll(paths: readonly string[], options: TestOptions, io: TestIo & { readonly reporter: Reporter }): number {
  const { out, err, timer, random, reporter } = io
  const seed = options.seed ?? Math.floor(random() * 2 ** 32)
  let tests: SqlTest[]
  try {
    tests = paths.flatMap(testFiles).flatMap((file) => testsOf(file))
  } catch (error) {
    err.write(`${messageOf(error)}\n`)
    return 1
  }
  const wanted = tests.filter(({ name }) => name.includes(options.filter ?? ''))
  if (wanted.length === 0) {
    err.write(`No tests found in ${paths.join(', ')}. A test begins with a line --@test: its name\n`)
    return 1
  }
  const functions = registryOf(io)
  const start = timer.elapsed()
  const results: TestResult[] = []
  for (const test of wanted) {
    const result = runTest(test, {
      functions,
      settings: Object.fromEntries(options.set.map(settingOf)),
      random: seededRandom(seed),
      restarts: options.restarts,
      elapsed: () => timer.elapsed(),
    })
    results.push(result)
    out.write(reporter.result(result))
  }
  out.write(reporter.end(results, timer.elapsed() - start))
  const isFailed = results.some(({ failure }) => failure !== null)
  if (results.some(({ failure }) => failure !== null && failure.restartedBefore !== null))
    err.write(`To restart at the same places again: --seed ${seed}\n`)
  return isFailed ? 1 : 0
}

/** A test whose records are in JSON files. */
function runFiles(sqlFile: string, { inputFile, outputFile, seed = 1, set }: TestOptions, io: TestIo): number {
  const { out, err } = io
  if (outputFile === undefined) {
    err.write('--sql-file needs --output-file with the expected records.\n')
    return 1
  }
  try {
    const test = {
      sql: readFileSync(sqlFile, 'utf8'),
      inputs: inputFile === undefined ? null : readFileSync(inputFile, 'utf8'),
      outputs: readFileSync(outputFile, 'utf8'),
    }
    const settings = Object.fromEntries(set.map(settingOf))
    const functions = registryOf(io)
    runJsonTest(test, { file: resolve(sqlFile), functions, settings, random: seededRandom(seed) })
    out.write('\t >>> Test passed!\n')
    return 0
  } catch (error) {
    err.write(`\t>>>>> Test failed: ${error instanceof StatementError ? error.fullMessage : messageOf(error)}\n`)
    return 1
  }
}

/** User-defined functions run as in a server, but with a fixed time and fixed random numbers. */
const registryOf = ({ timer }: TestIo): FunctionRegistry =>
  createRegistry(
    BUILT_IN_FUNCTIONS,
    new JavaScriptHost({
      now: () => 0,
      random: () => 0.5,
      elapsed: () => timer.elapsed(),
      config: () => undefined,
    }),
  )

const settingOf = (text: string): [name: string, value: string] => {
  const at = text.indexOf('=')
  return at < 0 ? [text, 'true'] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/** A file as it is; of a folder, the SQL files within that have tests. In the order of their names. */
function testFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [resolve(path)]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => resolve(join(path, name)))
    .filter((file) => /^\s*--@test:/m.test(readFileSync(file, 'utf8')))
}

function testsOf(file: string): SqlTest[] {
  try {
    return readTests(readFileSync(file, 'utf8'), file)
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    throw new Error(`${file}:${error.location?.line ?? 1}: ${error.message}`, { cause: error })
  }
}

/** Yields whenever files under `paths` have changed and have settled, until `signal` is aborted. */
async function* changes(paths: readonly string[], { timer, signal }: TestIo): AsyncGenerator<void> {
  let wake = () => {}
  let isChanged = false
  const watchers = paths.map((path) =>
    watch(path, { recursive: statSync(path).isDirectory() }, () => {
      isChanged = true
      wake()
    }),
  )
  signal.addEventListener('abort', () => wake())
  try {
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve
        if (isChanged || signal.aborted) resolve()
      })
      await sleep(timer, SETTLE_MS, { signal })
      isChanged = false
      if (!signal.aborted) yield
    }
  } finally {
    for (const watcher of watchers) watcher.close()
  }
}
