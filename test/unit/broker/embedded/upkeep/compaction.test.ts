import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Broker } from '../../../../../src/broker/broker.ts'
import type { EmbeddedLogOptions } from '../../../../../src/broker/embedded/embedded-log.ts'
import { ManualClock } from '../../../../../src/clock.ts'
import { encode, type PlainRecord, record } from '../../../../support/batches.ts'
import { crashed, openLog, partitionPath, readAll, segmentPaths } from '../../../../support/embedded-log/open.ts'

const START = 1_000_000_000
const COMPACT = {
  'cleanup.policy': 'compact',
  'segment.bytes': '250',
  'min.cleanable.dirty.ratio': '0',
  'delete.retention.ms': '1000',
}

async function compactedLog(config: Record<string, string> = {}, options: Partial<EmbeddedLogOptions> = {}) {
  const clock = new ManualClock(START)
  const opened = await openLog({ clock, ...options })
  await opened.broker.createTopic({ name: 't', partitions: 1, config: { ...COMPACT, ...config } })
  return { ...opened, clock }
}

/** One batch for each list of [key, value]. */
async function put(broker: Broker, ...batches: [string, string | null][][]): Promise<void> {
  const producer = broker.producer()
  for (const pairs of batches)
    await producer.send('t', 0, encode(pairs.map(([key, value]) => record(value, START, key))))
  await producer.close()
}

/** Ends the active segment with a record that is never compacted away. */
const fill = (broker: Broker) => put(broker, [['fill', 'x'.repeat(300)]])
const plain = (records: readonly PlainRecord[]) =>
  records.filter((r) => r.key !== 'fill').map((r) => [r.offset, r.key, r.value])

test('only the newest record of each key stays, at its offset', async () => {
  const { log, broker } = await compactedLog()
  await put(
    broker,
    [
      ['a', '1'],
      ['b', '1'],
      ['c', '1'],
    ],
    [['a', '2']],
    [
      ['b', '2'],
      ['a', '3'],
    ],
  )
  await fill(broker)
  await log.maintain()
  expect(plain(await readAll(broker, 't'))).toEqual([
    [2, 'c', '1'],
    [4, 'b', '2'],
    [5, 'a', '3'],
  ])
})

test('a reader at a removed offset continues with the next that stayed', async () => {
  const { log, broker } = await compactedLog()
  await put(broker, [['a', '1']], [['a', '2']], [['b', '1']])
  await fill(broker)
  await log.maintain()
  const fetcher = broker.fetcher()
  fetcher.assign({ topic: 't', partition: 0, offset: 0 })
  const [part] = await fetcher.poll(0)
  expect(part).toMatchObject({ fetchOffset: 0, error: null })
  expect(await broker.startOffsets('t')).toEqual([{ partition: 0, offset: 0 }])
})

test('segments that have become small are made one', async () => {
  const { log, broker, dataDir } = await compactedLog({ 'segment.bytes': '2000' })
  const putMany = async () => {
    for (let n = 0; n < 200; n++) await put(broker, [[`k${n % 5}`, `${n}`.padStart(30)]])
  }
  await putMany()
  const before = segmentPaths(dataDir, 't').length
  await log.maintain()
  await putMany()
  await log.maintain()
  expect(before).toBeGreaterThan(8)
  expect(segmentPaths(dataDir, 't').length).toBeLessThan(1.5 * before)
  const newest = (await readAll(broker, 't')).slice(-5).map((r) => [r.key, r.value?.trim()])
  expect(newest).toEqual([195, 196, 197, 198, 199].map((n) => [`k${n % 5}`, `${n}`]))
})

test('a tombstone stays for delete.retention.ms and for one more pass, then goes', async () => {
  const { log, broker, clock } = await compactedLog()
  await put(
    broker,
    [
      ['a', '1'],
      ['b', '1'],
    ],
    [['a', null]],
  )
  await fill(broker)
  clock.advance(5_000)
  await log.maintain()
  expect(plain(await readAll(broker, 't'))).toEqual([
    [1, 'b', '1'],
    [2, 'a', null],
  ])
  await fill(broker)
  await log.maintain()
  expect(plain(await readAll(broker, 't'))).toEqual([[1, 'b', '1']])
})

test('a young tombstone stays', async () => {
  const { log, broker, clock } = await compactedLog()
  await put(broker, [['a', null]])
  for (let pass = 0; pass < 3; pass++) {
    await fill(broker)
    clock.advance(300)
    await log.maintain()
  }
  expect(plain(await readAll(broker, 't'))).toEqual([[0, 'a', null]])
})

test('nothing is rewritten while little is dirty', async () => {
  const { log, broker, dataDir } = await compactedLog({ 'min.cleanable.dirty.ratio': '0.9' })
  await put(broker, [['a', '1']])
  await fill(broker)
  await log.maintain()
  await put(broker, [['a', '2']])
  await fill(broker)
  const before = segmentPaths(dataDir, 't').map((path) => readFileSync(path).length)
  await log.maintain()
  expect(segmentPaths(dataDir, 't').map((path) => readFileSync(path).length)).toEqual(before)
})

test('min.compaction.lag.ms protects young records', async () => {
  const { log, broker, clock } = await compactedLog({ 'min.compaction.lag.ms': '1000' })
  await put(broker, [['a', '1']], [['a', '2']])
  await fill(broker)
  await log.maintain()
  expect(plain(await readAll(broker, 't'))).toHaveLength(2)
  clock.advance(1_001)
  await log.maintain()
  expect(plain(await readAll(broker, 't'))).toEqual([[1, 'a', '2']])
})

test('compact,delete also removes old segments', async () => {
  const { log, broker, clock } = await compactedLog({ 'cleanup.policy': 'compact,delete', 'retention.ms': '1000' })
  await put(broker, [['a', '1']])
  clock.advance(1_001)
  await log.maintain()
  expect(await readAll(broker, 't')).toEqual([])
})

test('more keys than fit into memory are compacted in several passes', async () => {
  const { log, broker } = await compactedLog({}, { compactionKeyBytes: 500 })
  for (let n = 0; n < 60; n++) await put(broker, [[`k${n % 20}`, `${n}`]])
  await fill(broker)
  for (let pass = 0; pass < 12; pass++) await log.maintain()
  const records = plain(await readAll(broker, 't'))
  expect(records).toEqual(Array.from({ length: 20 }, (_, n) => [40 + n, `k${n}`, `${40 + n}`]))
})

test('transactions: aborted records go, committed ones stay, later ones of the producer are seen', async () => {
  const { log, broker, dataDir, clock } = await compactedLog()
  const producer = broker.producer({ transactionalId: 'tx' })
  await producer.initTransactions()
  const transaction = async (key: string, value: string, end: 'commit' | 'abort') => {
    producer.begin()
    await producer.send('t', 0, encode([record(value, START, key)]))
    await producer[end]()
  }
  await transaction('a', 'kept', 'commit')
  await transaction('a', 'dropped', 'abort')
  await transaction('b', 'old', 'commit')
  await fill(broker)
  for (let pass = 0; pass < 3; pass++) {
    await log.maintain()
    await transaction('b', `new ${pass}`, 'commit')
    await transaction('c', 'dropped', 'abort')
    await fill(broker)
    clock.advance(2_000)
  }
  const latest = async (from: Broker) =>
    new Map((await readAll(from, 't', { readCommitted: true })).map((r) => [r.key, r.value]))
  const expected = { a: 'kept', b: 'new 2' }
  expect(Object.fromEntries(await latest(broker))).toMatchObject(expected)
  expect((await latest(broker)).has('c')).toBe(false)
  const next = await openLog({ dataDir: crashed(dataDir), clock })
  expect(Object.fromEntries(await latest(next.broker))).toMatchObject(expected)
})

test('compressed batches keep their compression', async () => {
  const { log, broker, warnings } = await compactedLog()
  const producer = broker.producer()
  await producer.send('t', 0, encode([record('1', START, 'a'), record('1', START + 5, 'b')], 'gzip'))
  await producer.send('t', 0, encode([record('2', START, 'a')], 'gzip'))
  await fill(broker)
  await log.maintain()
  expect(warnings).toEqual([])
  const records = await readAll(broker, 't')
  expect(plain(records)).toEqual([
    [1, 'b', '1'],
    [2, 'a', '2'],
  ])
  expect(records[0]!.timestamp).toBe(START + 5)
})

test('a crash between the steps of a swap leaves the old segments or the new one', async () => {
  const { log, broker, dataDir, clock } = await compactedLog()
  await put(broker, [['a', '1']], [['a', '2']], [['b', '1']], [['b', '2']])
  await fill(broker)
  const halfWritten = crashed(dataDir)
  const written = crashed(dataDir)
  await log.maintain()
  // The segments 0 and 3 are what one new segment up to 4 stands for.
  const [first, second] = segmentPaths(dataDir, 't')
  const compacted = Buffer.concat([readFileSync(first!), readFileSync(second!)])
  const name = '00000000000000000000-00000000000000000004'

  writeFileSync(join(partitionPath(halfWritten, 't'), `${name}.partial`), compacted.subarray(0, 20))
  expect(plain(await readAll((await openLog({ dataDir: halfWritten, clock })).broker, 't'))).toHaveLength(4)

  writeFileSync(join(partitionPath(written, 't'), `${name}.swap`), compacted)
  expect(plain(await readAll((await openLog({ dataDir: written, clock })).broker, 't'))).toEqual([
    [1, 'a', '2'],
    [3, 'b', '2'],
  ])
  expect(segmentPaths(written, 't')).toHaveLength(2)
})

test('any sequence of puts and deletes keeps each key its newest value', async () => {
  const { log, broker, clock } = await compactedLog()
  const model = new Map<string, string | null>()
  const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.option(fc.string({ maxLength: 60 })))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(pair, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (batches) => {
        await put(broker, ...batches)
        for (const [key, value] of batches.flat()) model.set(key, value)
        clock.advance(400)
        await log.maintain()
        const read = new Map((await readAll(broker, 't')).map((r) => [r.key, r.value]))
        for (const [key, value] of model) expect(read.get(key) ?? null).toBe(value)
      },
    ),
    { numRuns: 60 },
  )
})
