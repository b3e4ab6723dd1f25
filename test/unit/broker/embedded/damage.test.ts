import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { LogDamage } from '../../../../src/broker/broker.ts'
import { BrokerError } from '../../../../src/broker/broker-error.ts'
import { ManualClock } from '../../../../src/clock.ts'
import { encode, type PlainRecord, record } from '../../../support/batches.ts'
import {
  copyPaths,
  metadataFiles,
  type OpenedLog,
  openLog,
  produceEach,
  readAll,
  segmentPaths,
  sequence,
  temporaryDirectory,
} from '../../../support/embedded-log/open.ts'
import { forEachSeedAsync, type Random } from '../../../support/seeds.ts'

const NOW = 1_000_000_000
const OFFSETS = [{ topic: 'plain', partition: 0, offset: 12, metadata: '' }]
const TOPICS = ['plain', 'keyed', 'transactions', 'large']

/** The files of a log that was closed properly, and what a committed reader found in it. */
interface ClosedLog {
  readonly dataDir: string
  readonly records: ReadonlyMap<string, readonly PlainRecord[]>
  readonly ends: ReadonlyMap<string, number>
}

async function makeLog(): Promise<ClosedLog> {
  const { log, broker, dataDir } = await openLog({ clock: new ManualClock(NOW), dataDir: temporaryDirectory() })
  const small = { 'segment.bytes': '300' }
  await broker.createTopic({ name: 'plain', partitions: 1, config: small })
  await produceEach(broker, 'plain', sequence(20))
  await broker.createTopic({
    name: 'keyed',
    partitions: 1,
    config: { ...small, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0' },
  })
  await produceEach(broker, 'keyed', [...sequence(6), ...sequence(6), ...sequence(6)])
  await log.maintain()
  await produceEach(broker, 'keyed', sequence(9))
  await broker.createTopic({ name: 'transactions', partitions: 1, config: small })
  const producer = broker.producer({ transactionalId: 'x' })
  await producer.initTransactions()
  for (let n = 0; n < 9; n++) {
    producer.begin()
    for (const part of ['a', 'b']) await producer.send('transactions', 0, encode([record(`${n}${part}`)]))
    await (n % 3 === 1 ? producer.abort() : producer.commit())
  }
  await producer.close()
  await broker.createTopic({ name: 'large', partitions: 1 })
  await produceEach(
    broker,
    'large',
    sequence(70).map((text) => text.padEnd(10_000, '.')),
  )
  await broker.commitOffsets('g', OFFSETS)
  const records = new Map<string, PlainRecord[]>()
  const ends = new Map<string, number>()
  for (const topic of TOPICS) {
    records.set(topic, await readAll(broker, topic, { readCommitted: true }))
    ends.set(topic, (await broker.endOffsets(topic))[0]!.offset)
  }
  await log.close()
  return { dataDir, records, ends }
}

const filesOf = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())
    .sort()

/** Flips bits, cuts or deletes one file; returns what it did. */
function damage(dataDir: string, random: Random): string {
  const path = random.pick(filesOf(dataDir))
  const size = statSync(path).size
  const how = size === 0 ? 'delete' : random.pick(['flip', 'flip', 'cut', 'delete'])
  if (how === 'delete') rmSync(path)
  else if (how === 'cut') truncateSync(path, random.integer(0, size - 1))
  else flip(path, random.integer(0, size - 1), random.integer(1, 20))
  return `${how} ${relative(dataDir, path)}`
}

function flip(path: string, from: number, count: number): void {
  const bytes = readFileSync(path)
  for (let at = from; at < Math.min(from + count, bytes.length); at++) bytes[at]! ^= 0x15
  writeFileSync(path, bytes)
}

/** What a committed reader finds; null if it met damage that the next start takes out. A topic that is gone has no records. */
async function recordsOf({ broker }: Pick<OpenedLog, 'broker'>, topic: string) {
  if ((await broker.describeTopic(topic)) === null) return []
  try {
    return await readAll(broker, topic, { readCommitted: true })
  } catch (error) {
    if (error instanceof BrokerError && error.message.includes('Restart the server')) return null
    throw error
  }
}

const isCounted = (damages: readonly LogDamage[], topic: string, offset: number) =>
  damages.some((d) => d.topic === topic && d.offset <= offset && offset < d.offset + (d.records ?? Infinity))

/** Opens the log, a second time if a reader met damage, and returns what is left with all that was reported. */
async function openDamaged(dataDir: string) {
  let opened = await openLog({ clock: new ManualClock(NOW), dataDir })
  const damages = [...(await opened.broker.damages())]
  const warnings = [...opened.warnings]
  for (const topic of TOPICS) {
    if ((await recordsOf(opened, topic)) !== null) continue
    await opened.log.close()
    opened = await openLog({ clock: new ManualClock(NOW), dataDir })
    expect(opened.warnings).not.toEqual([])
    damages.push(...(await opened.broker.damages()))
    warnings.push(...opened.warnings)
  }
  return { ...opened, damages, warnings }
}

describe('one damaged file of a log that was closed', () => {
  test('every record is there or counted as lost, and no offset is used twice', async () => {
    const closed = await makeLog()
    await forEachSeedAsync(async (random) => {
      const dataDir = join(temporaryDirectory(), 'log')
      cpSync(closed.dataDir, dataDir, { recursive: true })
      const what = damage(dataDir, random)
      const { log, broker, damages, warnings } = await openDamaged(dataDir)
      for (const topic of TOPICS) {
        const before = closed.records.get(topic)!
        const after = (await recordsOf({ broker }, topic))!
        const known = new Map(before.map((r) => [r.offset, r.value]))
        for (const { offset, value } of after)
          expect([what, topic, offset, value]).toEqual([what, topic, offset, known.get(offset)])
        const found = new Set(after.map(({ offset }) => offset))
        const silent = before.filter(({ offset }) => !found.has(offset) && !isCounted(damages, topic, offset))
        expect([what, topic, silent.map(({ offset }) => offset)]).toEqual([what, topic, []])
        if (damages.length > 0) expect(warnings).toEqual(expect.arrayContaining(damages.map(({ message }) => message)))
        if ((await broker.describeTopic(topic)) === null) continue
        await produceEach(broker, topic, ['next'])
        const [next] = (await readAll(broker, topic, { readCommitted: true })).slice(-1)
        expect([what, topic, next?.value]).toEqual([what, topic, 'next'])
        expect(next!.offset).toBeGreaterThanOrEqual(closed.ends.get(topic)!)
      }
      const offsets = await broker.fetchOffsets('g')
      if (offsets.length === 0)
        expect([what, warnings.join()]).toEqual([what, expect.stringContaining('__consumer_offsets')])
      else expect(offsets).toEqual(OFFSETS)
      await log.close()
      const again = await openLog({ dataDir })
      expect([what, again.warnings]).toEqual([what, []])
      await again.log.close()
    })
  })
})

describe('what was acknowledged and is damaged', () => {
  async function closedLog() {
    const { log, broker, dataDir } = await openLog()
    await broker.createTopic({ name: 't', partitions: 1 })
    await produceEach(broker, 't', sequence(3))
    await broker.commitOffsets('g', [{ topic: 't', partition: 0, offset: 3 }])
    await log.close()
    return dataDir
  }

  test.each([
    ['flipped in its last batch', (path: string) => flip(path, statSync(path).size - 10, 5)],
    ['cut in the middle of its last batch', (path: string) => truncateSync(path, statSync(path).size - 30)],
    ['cut between batches', (path: string) => truncateSync(path, (statSync(path).size / 3) * 2)],
  ])('a segment %s is reported, and the next record counts once', async (_, harm) => {
    const dataDir = await closedLog()
    harm(segmentPaths(dataDir, 't')[0]!)
    const { broker, warnings } = await openLog({ dataDir })
    expect(warnings).toEqual([
      expect.stringMatching('^Damage in partition 0 of topic t: .*record with offset 2 is lost'),
    ])
    expect(await broker.damages()).toMatchObject([{ topic: 't', partition: 0, offset: 2, records: 1 }])
    await produceEach(broker, 't', ['next'])
    const [committed] = await broker.fetchOffsets('g')
    const fresh = (await readAll(broker, 't')).filter(({ offset }) => offset >= committed!.offset)
    expect(fresh).toMatchObject([{ offset: 3, value: 'next' }])
  })

  test.each([
    ['lost', rmSync],
    ['cut', (path: string) => truncateSync(path, 40)],
    ['flipped', (path: string) => flip(path, 40, 3)],
  ])('a segment of committed offsets that is %s is mended from its copy', async (_, harm) => {
    const dataDir = await closedLog()
    for (const path of segmentPaths(dataDir, '__consumer_offsets')) harm(path)
    const { broker, log, warnings } = await openLog({ dataDir })
    expect(await broker.fetchOffsets('g')).toMatchObject([{ topic: 't', offset: 3 }])
    expect(await broker.damages()).toEqual([])
    expect(warnings).toEqual([expect.stringMatching('topic __consumer_offsets: .*Its second copy has taken its place')])
    await log.close()
    expect((await openLog({ dataDir })).warnings).toEqual([])
  })

  test('a damaged copy is made again from its segment', async () => {
    const dataDir = await closedLog()
    for (const path of copyPaths(dataDir, '__consumer_offsets')) flip(path, 40, 3)
    const { log, warnings } = await openLog({ dataDir })
    await log.close()
    for (const path of segmentPaths(dataDir, '__consumer_offsets')) rmSync(path)
    const { broker } = await openLog({ dataDir })
    expect(await broker.fetchOffsets('g')).toMatchObject([{ topic: 't', offset: 3 }])
    expect(warnings).toEqual([])
  })

  test('compaction renews the copies of what it has rewritten', async () => {
    const { log, broker, dataDir } = await openLog()
    const metadata = 'm'.repeat(60_000)
    for (let offset = 0; offset < 200; offset++)
      await broker.commitOffsets('g', [{ topic: 't', partition: offset % 2, offset, metadata }])
    await log.maintain()
    const segments = segmentPaths(dataDir, '__consumer_offsets')
    expect(segments.map((path) => statSync(path).size)).toEqual(
      copyPaths(dataDir, '__consumer_offsets').map((path) => statSync(path).size),
    )
    await log.close()
    for (const path of segments) rmSync(path)
    const again = await openLog({ dataDir })
    expect((await again.broker.fetchOffsets('g')).map(({ offset }) => offset)).toEqual([198, 199])
    expect(await again.broker.damages()).toEqual([])
  })

  test('a segment of committed offsets that is lost with its copy is reported with what it means', async () => {
    const dataDir = await closedLog()
    for (const path of copyPaths(dataDir, '__consumer_offsets')) rmSync(path)
    for (const path of segmentPaths(dataDir, '__consumer_offsets')) rmSync(path)
    const { broker, warnings } = await openLog({ dataDir })
    expect(await broker.fetchOffsets('g')).toEqual([])
    expect(warnings).toEqual([
      expect.stringMatching(/topic __consumer_offsets: .* is missing.*a query may read records again/),
    ])
  })

  test('without a checkpoint, an offset that a group has committed is not given to another record', async () => {
    const dataDir = await closedLog()
    rmSync(join(dataDir, 'checkpoint.json'))
    const [segment] = segmentPaths(dataDir, 't')
    truncateSync(segment!, (statSync(segment!).size / 3) * 2)
    const { broker, warnings } = await openLog({ dataDir })
    expect(warnings).toEqual([expect.stringMatching('group g had read up to offset 3, but .* ends at offset 2')])
    await produceEach(broker, 't', ['next'])
    expect((await readAll(broker, 't')).map(({ offset }) => offset)).toEqual([0, 1, 3])
  })

  test('a lost cluster id is told, and the records stay', async () => {
    const dataDir = await closedLog()
    rmSync(join(dataDir, 'cluster.json'))
    const { broker, warnings } = await openLog({ dataDir })
    expect(await readAll(broker, 't')).toHaveLength(3)
    expect(warnings).toEqual([expect.stringMatching('cluster.json is missing. The log gets a new cluster id')])
  })

  test.each(['topic.json', 'topic.copy.json'])(
    'of topic metadata, %s is written again from the other',
    async (name) => {
      const dataDir = await closedLog()
      const path = join(dataDir, 'topics', 't', name)
      const content = readFileSync(path)
      flip(path, 20, 4)
      const { broker, warnings } = await openLog({ dataDir })
      expect(await readAll(broker, 't')).toHaveLength(3)
      expect(warnings).toEqual([
        expect.stringContaining(`${path} is damaged. It was written again from its other copy`),
      ])
      expect(readFileSync(path)).toEqual(content)
    },
  )

  test('topic metadata that is missing in both copies costs no segment', async () => {
    const dataDir = await closedLog()
    for (const path of metadataFiles(dataDir, 't')) rmSync(path)
    const { broker, warnings } = await openLog({ dataDir })
    expect(await broker.describeTopic('t')).toBeNull()
    expect(warnings).toEqual([
      expect.stringMatching('metadata of topic t is damaged or missing'),
      expect.stringMatching('Up to 3 records are lost'),
    ])
    expect(filesOf(join(dataDir, 'quarantine', 't'))).not.toEqual([])
  })
})
