import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Broker } from '../../../../src/broker/broker.ts'
import { type EmbeddedLog, openEmbeddedLog } from '../../../../src/broker/embedded/embedded-log.ts'
import { RecordBatchBuilder } from '../../../../src/broker/record-batch-builder.ts'
import { type RestoreProgress, restoreChangelogs } from '../../../../src/runtime/stores/restore-changelogs.ts'
import { readNumber, writeNumber } from '../../../../src/state/bytes/key-bytes.ts'
import { MARK_KEY, markValue } from '../../../../src/state/lmdb/changelog.ts'
import { LmdbEnvironment } from '../../../../src/state/lmdb/lmdb-environment.ts'
import { StateCatalog } from '../../../../src/state/lmdb/state-catalog.ts'
import { storeKeys } from '../../../../src/state/lmdb/state-ids.ts'
import type { StoreDeclaration } from '../../../../src/state/store.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { directoryOfEachTest } from '../../../support/directory-of-each-test.ts'
import { Random } from '../../../support/random.ts'

/** Few enough bytes that a restore of the tests puts sorted runs aside many times. */
const LITTLE = 20_000
const ROWS: StoreDeclaration = { name: 'rows', kind: 'keyValue', types: [] }
const WINDOWS: StoreDeclaration = { name: 'windows', kind: 'window', types: [] }

const directory = directoryOfEachTest()
let log: EmbeddedLog
let broker: Broker

beforeEach(async () => {
  log = await openEmbeddedLog({ dataDir: `${directory.path}/log`, fsync: 'never', warn: () => {} })
  broker = log.broker()
})
afterEach(() => log.close())

interface Change {
  readonly key: Buffer
  readonly value: Buffer | null
}

/** Appends changes to the changelog of a store, 50 in a batch. */
async function append({ name }: StoreDeclaration, changes: readonly Change[]): Promise<void> {
  const topic = `app-${name}-changelog`
  await broker.createTopic({ name: topic, partitions: 1 })
  await send(topic, changes)
}

async function send(topic: string, changes: readonly Change[]): Promise<void> {
  const producer = broker.producer()
  const builder = new RecordBatchBuilder()
  for (let from = 0; from < changes.length; from += 50) {
    for (const { key, value } of changes.slice(from, from + 50)) builder.append(0, key, value)
    await producer.send(topic, 0, builder.finish())
  }
  await producer.close()
}

/** The entries of the store after a restore in an environment of its own, in their order, as texts. */
async function restored(
  stores: readonly StoreDeclaration[],
  gatheredBytes: number,
  name: string,
  onProgress: (progress: RestoreProgress) => void = () => {},
): Promise<string[][]> {
  const environment = LmdbEnvironment.open(`${directory.path}/${name}`, () => expect.unreachable())
  try {
    const record = await restoreChangelogs(
      {
        queryId: 'q',
        taskId: '0_0',
        partition: 0,
        applicationId: 'app',
        stores,
        broker: {
          startOffsets: (topic) => broker.startOffsets(topic),
          endOffsets: (topic) => broker.endOffsets(topic),
          fetcher: (options) => broker.fetcher({ ...options, maxPartitionBytes: 4_096 }),
        },
        slot: { environment, catalog: new StateCatalog(environment) },
        committed: new Map([['in/0', 7]]),
        onProgress,
        signal: new AbortController().signal,
        gatheredBytes,
      },
      null,
    )
    expect(record).toMatchObject({ positions: { 'in/0': 7 } })
    return stores.map((store) => {
      const { from, to } = storeKeys(record!.stores[store.name]!.id)
      return [...environment.range(from, to)].map(
        ({ key, value }) => `${key.subarray(from.length).toString('latin1')} ${value}`,
      )
    })
  } finally {
    await environment.close()
  }
}

test('a state larger than what is gathered is that of each key’s last change', async () => {
  const random = new Random(1)
  const model = new Map<string, string>()
  const changes = Array.from({ length: 3_000 }, (_, i): Change => {
    const key = `user-${random.integer(0, 1_200)}`
    const value = random.chance(0.2) ? null : `${i} `.padEnd(random.integer(10, 150), 'x')
    if (value === null) model.delete(key)
    else model.set(key, value)
    return { key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }
  })
  await append(ROWS, changes)
  const expected = [...model].map(([key, value]) => `${key} ${value}`)
  const [rows] = await restored([ROWS], LITTLE, 'little')
  expect(rows).toHaveLength(model.size)
  expect(new Set(rows)).toEqual(new Set(expected))
  expect(await restored([ROWS], Number.POSITIVE_INFINITY, 'all')).toEqual([rows])
  expect(readdirSync(`${directory.path}/little`)).not.toContain('restore.runs')
})

test('windows that have expired are gone, also those whose rows were put aside', async () => {
  const random = new Random(2)
  const changes: Change[] = []
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 60; i++) {
      const key = new ByteBuffer()
      writeNumber(1_000 * (round + random.integer(0, 5)), key)
      key.writeBytes(Buffer.from(`user-${i}`))
      changes.push({ key: key.take(), value: Buffer.from(`${round}`.padEnd(100, 'x')) })
    }
    // Some of the batches that are gathered have no mark with an expiry among them, others have one.
    if (round % 10 !== 9) continue
    changes.push({
      key: MARK_KEY,
      value: markValue({ summary: { count: 0, floor: 1_000 * (round - 2) }, streamTime: 0 }),
    })
  }
  await append(WINDOWS, changes)
  await append(ROWS, [{ key: Buffer.from('user'), value: Buffer.from('value') }])
  const little = await restored([WINDOWS, ROWS], LITTLE, 'little')
  expect(little).toEqual(await restored([WINDOWS, ROWS], Number.POSITIVE_INFINITY, 'all'))
  const starts = new Set(little[0]!.map((entry) => entry.slice(0, 8)))
  expect(starts.size).toBeGreaterThan(3)
  expect(starts.size).toBeLessThan(10)
})

test('progress continues while what was put aside is written', async () => {
  const changes = Array.from({ length: 1_000 }, (_, i) => ({ key: Buffer.from(`user-${i}`), value: Buffer.alloc(100) }))
  await append(ROWS, changes)
  const reports: RestoreProgress[] = []
  await restored([ROWS], LITTLE, 'state', (progress) => reports.push(progress))
  const counts = reports.map(({ recordsDone }) => recordsDone)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect(new Set(counts).size).toBeGreaterThan(5)
  expect(reports.at(-1)).toMatchObject({ recordsDone: 1_000, recordsTotal: 1_000, isDone: true })
  // All was read before the first change was written.
  expect(counts).toContain(500)
  expect(counts.filter((count) => count > 500)).toEqual([1_000, 1_000])
})

test('a state that was there loses what has expired since, however much is read', async () => {
  const window = (start: number): Change => {
    const key = new ByteBuffer()
    writeNumber(start, key)
    key.writeBytes(Buffer.from('user'))
    return { key: key.take(), value: Buffer.from('x'.repeat(200)) }
  }
  const mark = (floor: number): Change => ({
    key: MARK_KEY,
    value: markValue({ summary: { count: 0, floor }, streamTime: 0 }),
  })
  const starts = Array.from({ length: 400 }, (_, i) => i)
  await append(WINDOWS, [...starts.slice(0, 200).map(window), mark(50)])
  const topic = 'app-windows-changelog'
  const environment = LmdbEnvironment.open(`${directory.path}/state`, () => expect.unreachable())
  const slot = { environment, catalog: new StateCatalog(environment) }
  const options = {
    queryId: 'q',
    taskId: '0_0',
    partition: 0,
    applicationId: 'app',
    stores: [WINDOWS],
    broker,
    slot,
    committed: new Map(),
    onProgress: () => {},
    signal: new AbortController().signal,
  }
  const first = await restoreChangelogs(options, null)
  await send(topic, [...starts.slice(200).map(window), mark(150), window(500), mark(350)])
  const second = await restoreChangelogs({ ...options, gatheredBytes: 1 }, first)
  const { from, to } = storeKeys(second!.stores['windows']!.id)
  const left = [...environment.range(from, to)].map(({ key }) => readNumber(key, from.length))
  expect(left).toEqual([...starts.slice(350), 500])
  await environment.close()
})
