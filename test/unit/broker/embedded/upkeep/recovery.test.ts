import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { encode, record, values } from '../../../../support/batches.ts'
import {
  crashed,
  metadataFiles,
  openLog,
  partitionPath,
  produceEach,
  readAll,
  segmentPaths,
  sequence,
} from '../../../../support/embedded-log/open.ts'

/** A log with ten one-record batches in `t`, as a crash left it. */
async function crashedLog(config: Record<string, string> = {}) {
  const { broker, dataDir } = await openLog()
  await broker.createTopic({ name: 't', partitions: 1, config })
  await produceEach(broker, 't', sequence(10))
  await broker.commitOffsets('g', [{ topic: 't', partition: 0, offset: 4 }])
  return crashed(dataDir)
}

const batchBytes = encode([record('v0', 1_000, 'v0')]).length

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 0x10
  writeFileSync(path, bytes)
}

describe('after a crash', () => {
  test('everything acknowledged is there, and offsets continue without a gap', async () => {
    const { broker, warnings } = await openLog({ dataDir: await crashedLog() })
    expect(values(await readAll(broker, 't'))).toEqual(sequence(10))
    expect(await broker.fetchOffsets('g')).toEqual([{ topic: 't', partition: 0, offset: 4, metadata: '' }])
    await produceEach(broker, 't', ['next'])
    expect((await readAll(broker, 't')).at(-1)).toMatchObject({ offset: 10, value: 'next' })
    expect(warnings).toEqual([])
  })

  test('the cluster keeps its id', async () => {
    const first = await openLog()
    const second = await openLog({ dataDir: crashed(first.dataDir) })
    expect(await second.broker.clusterId()).toBe(await first.broker.clusterId())
  })

  test.each([1, 30, batchBytes - 1])('a batch of which %d bytes are missing at the end is cut off', async (missing) => {
    const dataDir = await crashedLog()
    const [segment] = segmentPaths(dataDir, 't')
    truncateSync(segment!, statSync(segment!).size - missing)
    const { broker } = await openLog({ dataDir })
    expect(values(await readAll(broker, 't'))).toEqual(sequence(9))
    expect(statSync(segment!).size).toBe(9 * batchBytes)
    await produceEach(broker, 't', ['again'])
    expect((await readAll(broker, 't')).at(-1)).toMatchObject({ offset: 9, value: 'again' })
  })

  test('zeros behind the last batch, as after a power failure, are cut off', async () => {
    const dataDir = await crashedLog()
    const [segment] = segmentPaths(dataDir, 't')
    appendFileSync(segment!, Buffer.alloc(5_000))
    const { broker, warnings } = await openLog({ dataDir })
    expect(values(await readAll(broker, 't'))).toEqual(sequence(10))
    expect(statSync(segment!).size).toBe(10 * batchBytes)
    expect(warnings).toEqual([])
  })

  test('a segment that was begun and is empty', async () => {
    const dataDir = await crashedLog()
    writeFileSync(join(partitionPath(dataDir, 't'), '00000000000000000010.log'), '')
    const { broker } = await openLog({ dataDir })
    await produceEach(broker, 't', ['next'])
    expect(values(await readAll(broker, 't'))).toEqual([...sequence(10), 'next'])
  })

  test('an empty segment that is lost after a clean stop costs nothing', async () => {
    const dataDir = await crashedLog()
    const path = join(partitionPath(dataDir, 't'), '00000000000000000010.log')
    writeFileSync(path, '')
    await (await openLog({ dataDir })).log.close()
    rmSync(path)
    const { broker, warnings } = await openLog({ dataDir })
    await produceEach(broker, 't', ['next'])
    expect(values(await readAll(broker, 't'))).toEqual([...sequence(10), 'next'])
    expect(warnings).toEqual([])
  })

  test('a topic that was being made when the process died does not exist', async () => {
    const dataDir = await crashedLog()
    for (const path of metadataFiles(dataDir, 't')) rmSync(path)
    const { broker } = await openLog({ dataDir })
    expect(await broker.describeTopic('t')).toBeNull()
    await broker.createTopic({ name: 't', partitions: 1 })
    expect(await readAll(broker, 't')).toEqual([])
  })

  test('what was written after a checkpoint is found', async () => {
    const { log, broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1, config: { 'segment.bytes': '300' } })
    await produceEach(broker, 't', sequence(5))
    await log.sync()
    await produceEach(broker, 't', sequence(5, 5))
    const next = await openLog({ dataDir: crashed(dataDir) })
    expect(values(await readAll(next.broker, 't'))).toEqual(sequence(10))
    await produceEach(next.broker, 't', ['next'])
    expect((await readAll(next.broker, 't')).at(-1)?.offset).toBe(10)
  })

  test('a checkpoint that is ahead of the files is not believed', async () => {
    const { log, broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1 })
    await produceEach(broker, 't', sequence(5))
    await log.sync()
    const damaged = crashed(dataDir)
    truncateSync(segmentPaths(damaged, 't')[0]!, 3 * batchBytes + 5)
    const next = await openLog({ dataDir: damaged })
    expect(values(await readAll(next.broker, 't'))).toEqual(sequence(3))
    expect(next.warnings).toEqual([expect.stringMatching('Up to 2 records are lost, those with offsets 3 to 4')])
    await produceEach(next.broker, 't', ['next'])
    expect((await readAll(next.broker, 't')).at(-1)).toMatchObject({ offset: 5, value: 'next' })
  })
})

describe('a damaged segment', () => {
  test('loses only the damaged records; the file as it was and what to do are told', async () => {
    const dataDir = await crashedLog()
    const [segment] = segmentPaths(dataDir, 't')
    flipBit(segment!, 4 * batchBytes + 65)
    const damaged = readFileSync(segment!)
    const { broker, warnings } = await openLog({ dataDir })
    const records = await readAll(broker, 't')
    expect(records.map((r) => r.offset)).toEqual([0, 1, 2, 3, 5, 6, 7, 8, 9])
    expect(values(records)).toEqual(records.map((r) => `v${r.offset}`))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /^Damage in partition 0 of topic t: .* The record with offset 4 is lost .*produce them again/,
    )
    const [copy] = readdirSync(join(dataDir, 'quarantine'))
    expect(readFileSync(join(dataDir, 'quarantine', copy!))).toEqual(damaged)
  })

  test('in the middle of several loses the others nothing', async () => {
    const dataDir = await crashedLog({ 'segment.bytes': String(3 * batchBytes) })
    const segments = segmentPaths(dataDir, 't')
    expect(segments).toHaveLength(4)
    flipBit(segments[1]!, 2 * batchBytes + 65)
    const { broker, warnings } = await openLog({ dataDir })
    expect((await readAll(broker, 't')).map((r) => r.offset)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9])
    expect(warnings).toHaveLength(1)
  })

  test('a header that makes no sense is stepped over', async () => {
    const dataDir = await crashedLog()
    const [segment] = segmentPaths(dataDir, 't')
    const bytes = readFileSync(segment!)
    bytes.fill(0xff, 2 * batchBytes, 2 * batchBytes + 40)
    writeFileSync(segment!, bytes)
    const { broker } = await openLog({ dataDir })
    expect((await readAll(broker, 't')).map((r) => r.offset)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9])
  })

  test('a last batch that is there in full but damaged is kept aside too', async () => {
    const dataDir = await crashedLog()
    flipBit(segmentPaths(dataDir, 't')[0]!, 9 * batchBytes + 65)
    const { broker, warnings } = await openLog({ dataDir })
    expect(values(await readAll(broker, 't'))).toEqual(sequence(9))
    expect(warnings).toHaveLength(1)
    expect(readdirSync(join(dataDir, 'quarantine'))).toHaveLength(1)
  })

  test('that was written long before the log was closed is found when it is read, and taken out by the next start', async () => {
    const { log, broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1, config: { 'segment.bytes': String(3 * batchBytes) } })
    await produceEach(broker, 't', sequence(10))
    await log.close()
    flipBit(segmentPaths(dataDir, 't')[0]!, batchBytes + 65)
    const second = await openLog({ dataDir })
    expect(second.warnings).toEqual([])
    await expect(readAll(second.broker, 't')).rejects.toMatchObject({ code: 'CORRUPT_LOG' })
    await second.log.close()
    const third = await openLog({ dataDir })
    expect(third.warnings).toEqual([expect.stringMatching('The record with offset 1 is lost')])
    expect((await readAll(third.broker, 't')).map((r) => r.offset)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('under a running server is an error of that partition, with advice', async () => {
    const { broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1 })
    await produceEach(broker, 't', sequence(3))
    flipBit(segmentPaths(dataDir, 't')[0]!, batchBytes + 16)
    const fetcher = broker.fetcher()
    fetcher.assign({ topic: 't', partition: 0, offset: 0 })
    const [part] = await fetcher.poll(0)
    expect(part?.error).toMatchObject({ code: 'CORRUPT_LOG', message: expect.stringContaining('Restart the server') })
  })
})

describe('indexes', () => {
  /** Large enough for several index entries in several segments. */
  async function indexedLog() {
    const { log, broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1, config: { 'segment.bytes': '1000000' } })
    const producer = broker.producer()
    for (let n = 0; n < 300; n++)
      await producer.send('t', 0, encode([record('x'.repeat(10_000), 1_000 + n), record(`v${n}`, 1_000 + n)]))
    await producer.close()
    return { log, broker, dataDir }
  }

  async function recordAt(broker: Awaited<ReturnType<typeof indexedLog>>['broker'], offset: number) {
    const fetcher = broker.fetcher({ maxPartitionBytes: 1 })
    fetcher.assign({ topic: 't', partition: 0, offset })
    const [part] = await fetcher.poll(0)
    await fetcher.close()
    return part
  }

  test('lead to every offset and timestamp', async () => {
    const { broker } = await indexedLog()
    for (let offset = 0; offset < 600; offset += 7)
      expect(await recordAt(broker, offset)).toMatchObject({ fetchOffset: offset, nextOffset: (offset | 1) + 1 })
    for (const n of [0, 1, 99, 150, 299])
      expect(await broker.offsetsForTimestamp('t', 1_000 + n)).toEqual([{ partition: 0, offset: 2 * n }])
  })

  test.each([true, false])('are made again when they are missing (checkpoint there: %s)', async (hasCheckpoint) => {
    const { log, dataDir } = await indexedLog()
    if (hasCheckpoint) await log.sync()
    const directory = crashed(dataDir)
    const before = new Map<string, Buffer>()
    for (const name of readdirSync(partitionPath(directory, 't')).filter((n) => n.endsWith('.index'))) {
      before.set(name, readFileSync(join(partitionPath(directory, 't'), name)))
      rmSync(join(partitionPath(directory, 't'), name))
    }
    const { broker } = await openLog({ dataDir: directory })
    expect(before.size).toBeGreaterThan(2)
    for (const name of before.keys()) expect(existsSync(join(partitionPath(directory, 't'), name))).toBe(true)
    for (const n of [0, 1, 99, 150, 299])
      expect(await broker.offsetsForTimestamp('t', 1_000 + n)).toEqual([{ partition: 0, offset: 2 * n }])
    expect(values(await readAll(broker, 't'))).toHaveLength(600)
  })

  test('that are damaged cost time, not records', async () => {
    const { dataDir } = await indexedLog()
    const directory = crashed(dataDir)
    for (const name of readdirSync(partitionPath(directory, 't')).filter((n) => n.endsWith('.index')))
      writeFileSync(join(partitionPath(directory, 't'), name), 'torn')
    const { broker } = await openLog({ dataDir: directory })
    expect(await readAll(broker, 't')).toHaveLength(600)
  })
})

test('a topic whose metadata is damaged is set aside, and the others live', async () => {
  const dataDir = await crashedLog()
  for (const path of metadataFiles(dataDir, 't')) writeFileSync(path, '')
  const { broker, warnings } = await openLog({ dataDir })
  expect(await broker.describeTopic('t')).toBeNull()
  expect(await broker.fetchOffsets('g')).toHaveLength(1)
  expect(warnings).toEqual([expect.stringMatching('metadata of topic t is damaged')])
  expect(readdirSync(join(dataDir, 'quarantine', 't', '0'))).not.toEqual([])
})
