/**
 * State restored from a changelog: `npm run bench -- recovery [--keys 500000] [--value 180] [--updates 1] [--windows] [--threads 1] [--base DIR]`.
 *
 * The changelog is a topic of the embedded log with a record per key in random order, `updates` times, each with a value of that many bytes.
 * With `--windows` it is that of a window store: 1,000 rows for each window, in the order of time, of which the last tenth have not expired. A
 * task without state takes it over; with `--threads` so many do, each in a thread of its own from a log of its own. The figures are MB of keys and
 * values a second, by the clock and by the CPU time of the process, peak memory, and MB that were handed to the system to be written (Linux).
 * `--base` is an older checkout of this repository, which restores the same changelog first. Each restore runs in a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { openEmbeddedLog } from '../src/broker/embedded/embedded-log.ts'
import { writeNumber } from '../src/state/bytes/key-bytes.ts'
import { MARK_KEY, markValue } from '../src/state/lmdb/changelog.ts'
import { ByteBuffer } from '../src/types/byte-buffer.ts'
import { BatchWriter } from './compare/batch-writer.ts'

const { values } = parseArgs({
  options: {
    keys: { type: 'string', default: '500000' },
    value: { type: 'string', default: '180' },
    updates: { type: 'string', default: '1' },
    windows: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    base: { type: 'string' },
    /** What a process of its own is to restore, and with which sources. */
    log: { type: 'string', multiple: true },
    checkout: { type: 'string' },
  },
})
const HERE = join(import.meta.dirname, '..')
const TOPIC = 'bench-counts-changelog'
const ROWS_PER_WINDOW = 1_000
const WINDOW_MS = 60_000
const keys = Number(values.keys)
const total = keys * Number(values.updates)

if (!isMainThread) await restore(values.checkout!, workerData as string)
else if (values.log !== undefined) await measure(values.checkout!, values.log)
else await compare()

async function compare(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-bench-recovery-'))
  try {
    const logs = Array.from({ length: Number(values.threads) }, (_, i) => join(directory, `log-${i}`))
    await fill(logs[0]!)
    for (const copy of logs.slice(1)) cpSync(logs[0]!, copy, { recursive: true })
    for (const checkout of [...(values.base === undefined ? [] : [values.base]), HERE]) {
      const kind = values.windows ? ['--windows'] : []
      const args = [...logs.flatMap((log) => ['--log', log]), '--checkout', checkout, '--value', values.value, ...kind]
      process.stdout.write(execFileSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' }))
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function fill(dataDir: string): Promise<void> {
  const log = await openEmbeddedLog({ dataDir, fsync: 'never', warn: console.error })
  const broker = log.broker()
  await broker.createTopic({ name: TOPIC, partitions: 1 })
  const producer = broker.producer()
  const writer = new BatchWriter(producer, 1)
  let timestamp = 0
  for (const { key, value } of values.windows ? windows() : changes()) {
    await writer.add({ topic: TOPIC, partition: 0 }, timestamp++, key, value)
  }
  await writer.end()
  await producer.close()
  await broker.close()
  await log.close()
}

interface Change {
  readonly key: Buffer
  readonly value: Buffer
}

function someValue(i: number): Buffer {
  return Buffer.from(`${i} `.padEnd(Number(values.value), 'x'))
}

/** Each key once per update. The order is that of a walk whose step has no factor in common with the number of keys. */
function* changes(): Iterable<Change> {
  const step = stepOver(keys)
  for (let i = 0; i < total; i++) {
    yield { key: Buffer.from(`user-${String((i * step) % keys).padStart(12, '0')}`), value: someValue(i) }
  }
}

/** A mark follows each 10,000 rows, as each commit writes one. */
function* windows(): Iterable<Change> {
  const step = stepOver(ROWS_PER_WINDOW)
  const retention = total / ROWS_PER_WINDOW / 10
  const key = new ByteBuffer()
  for (let i = 0; i < total; i++) {
    const window = Math.floor(i / ROWS_PER_WINDOW)
    writeNumber(window * WINDOW_MS, key)
    key.writeBytes(Buffer.from(`user-${(i * step) % ROWS_PER_WINDOW}`))
    yield { key: key.take(), value: someValue(i) }
    if (i % 10_000 !== 9_999) continue
    const floor = Math.floor(window - retention) * WINDOW_MS
    yield { key: MARK_KEY, value: markValue({ summary: { count: 0, floor }, streamTime: window * WINDOW_MS }) }
  }
}

function stepOver(count: number): number {
  const hasFactor = (a: number, b: number): boolean => (b === 0 ? a > 1 : hasFactor(b, a % b))
  let step = Math.floor(count * 0.618) || 1
  while (hasFactor(count, step)) step++
  return step
}

/** Restores from each log in a thread of its own, all of which begin at once. */
async function measure(checkout: string, logs: readonly string[]): Promise<void> {
  const threads = logs.map((log) => new Worker(import.meta.filename, { argv: process.argv.slice(2), workerData: log }))
  await Promise.all(threads.map((thread) => once(thread, 'message')))
  const writtenBefore = writtenBytes()
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  for (const thread of threads) thread.postMessage('start')
  const counts = (await Promise.all(threads.map((thread) => once(thread, 'message')))) as [number][]
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuSeconds = (user + system) / 1e6
  const writtenMb = Math.round((writtenBytes() - writtenBefore) / 1e6)
  const records = counts.reduce((sum, [count]) => sum + count, 0)
  const megabytes = (records * (17 + Number(values.value))) / 1e6
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024)
  process.stdout.write(
    `${checkout}: ${records} records, ${Math.round(megabytes)} MB in ${seconds.toFixed(1)} s: ${(megabytes / seconds).toFixed(1)} MB/s, ` +
      `${(megabytes / cpuSeconds).toFixed(1)} MB per CPU second (user ${(user / 1e6).toFixed(1)}, system ${(system / 1e6).toFixed(1)} s), peak ${peakMb} MB, ${writtenMb} MB written\n`,
  )
  for (const thread of threads) thread.postMessage('end')
}

async function restore(checkout: string, dataDir: string): Promise<void> {
  const load = <Module>(path: string): Promise<Module> => import(join(checkout, 'src', path)) as Promise<Module>
  const embedded = await load<typeof import('../src/broker/embedded/embedded-log.ts')>(
    'broker/embedded/embedded-log.ts',
  )
  const { restoreChangelogs } = await load<typeof import('../src/runtime/stores/restore-changelogs.ts')>(
    'runtime/stores/restore-changelogs.ts',
  )
  const { StateCatalog } =
    await load<typeof import('../src/state/lmdb/state-catalog.ts')>('state/lmdb/state-catalog.ts')
  const { LmdbEnvironment } = await load<typeof import('../src/state/lmdb/lmdb-environment.ts')>(
    'state/lmdb/lmdb-environment.ts',
  )
  const log = await embedded.openEmbeddedLog({ dataDir, fsync: 'never', warn: console.error })
  const broker = log.broker()
  const state = mkdtempSync(join(tmpdir(), 'millrace-bench-restored-'))
  try {
    const environment = LmdbEnvironment.open(state, () => {})
    parentPort!.postMessage('ready')
    await once(parentPort!, 'message')
    let done = 0
    await restoreChangelogs(
      {
        queryId: 'bench',
        taskId: '0_0',
        partition: 0,
        applicationId: 'bench',
        stores: [{ name: 'counts', kind: values.windows ? 'window' : 'keyValue', types: [] }],
        broker,
        slot: { environment, catalog: new StateCatalog(environment) },
        committed: new Map(),
        onProgress: ({ recordsDone }) => {
          done = recordsDone
        },
        signal: new AbortController().signal,
      },
      null,
    )
    parentPort!.postMessage(done)
    await once(parentPort!, 'message')
    await environment.close()
  } finally {
    await broker.close()
    await log.close()
    rmSync(state, { recursive: true })
  }
}

/** Bytes that this process has handed to the system by calls that write. Source: proc(5), `wchar`. */
function writtenBytes(): number {
  return Number(/wchar: (\d+)/.exec(readFileSync('/proc/self/io', 'latin1'))![1])
}
