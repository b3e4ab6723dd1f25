import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../../../src/clock.ts'
import { encode, record, values } from '../../../../support/batches.ts'
import {
  crashed,
  openLog,
  produceEach,
  readAll,
  segmentPaths,
  sequence,
} from '../../../../support/embedded-log/open.ts'

const START = 1_000_000_000
const batchBytes = encode([record('v0', 1_000, 'v0')]).length

async function logWithTopic(config: Record<string, string>) {
  const clock = new ManualClock(START)
  const opened = await openLog({ clock })
  await opened.broker.createTopic({ name: 't', partitions: 1, config })
  return { ...opened, clock }
}

describe('retention', () => {
  test('by time removes old segments whole, the active one too', async () => {
    const { log, broker, dataDir, clock } = await logWithTopic({
      'retention.ms': '1000',
      'segment.bytes': String(2 * batchBytes),
    })
    await produceEach(broker, 't', sequence(3))
    clock.advance(600)
    await produceEach(broker, 't', sequence(2, 3))
    clock.advance(500)
    await log.maintain()
    expect(values(await readAll(broker, 't'))).toEqual(['v2', 'v3', 'v4'])
    expect(await broker.startOffsets('t')).toEqual([{ partition: 0, offset: 2 }])
    clock.advance(1_000)
    await log.maintain()
    expect(await readAll(broker, 't')).toEqual([])
    expect(await broker.startOffsets('t')).toEqual([{ partition: 0, offset: 5 }])
    await produceEach(broker, 't', ['next'])
    expect(await readAll(broker, 't')).toMatchObject([{ offset: 5, value: 'next' }])
    expect(segmentPaths(dataDir, 't')).toHaveLength(1)
  })

  test('by time keeps records whose own timestamps are not old', async () => {
    const { log, broker, clock } = await logWithTopic({ 'retention.ms': '1000' })
    const producer = broker.producer()
    await producer.send('t', 0, encode([record('future', START + 5_000)]))
    clock.advance(4_000)
    await log.maintain()
    expect(await readAll(broker, 't')).toHaveLength(1)
    clock.advance(2_001)
    await log.maintain()
    expect(await readAll(broker, 't')).toHaveLength(0)
  })

  test('by size keeps at least so much', async () => {
    const { log, broker } = await logWithTopic({
      'retention.bytes': String(3 * batchBytes),
      'segment.bytes': String(batchBytes),
    })
    await produceEach(broker, 't', sequence(9))
    await log.maintain()
    expect(values(await readAll(broker, 't'))).toEqual(['v6', 'v7', 'v8'])
  })

  test('without limit keeps everything', async () => {
    const { log, broker, clock } = await logWithTopic({ 'retention.ms': '-1', 'segment.bytes': String(batchBytes) })
    await produceEach(broker, 't', sequence(5))
    clock.advance(10 ** 12)
    await log.maintain()
    expect(await readAll(broker, 't')).toHaveLength(5)
  })

  test('removes what deleteRecords freed, whatever the policy', async () => {
    const { log, broker, dataDir } = await logWithTopic({
      'retention.ms': '-1',
      'segment.bytes': String(2 * batchBytes),
    })
    await produceEach(broker, 't', sequence(7))
    await broker.deleteRecords('t', [{ partition: 0, offset: 5 }])
    await log.maintain()
    expect(segmentPaths(dataDir, 't')).toHaveLength(2)
    expect(values(await readAll(broker, 't'))).toEqual(['v5', 'v6'])
  })

  test('keeps what an open transaction still needs', async () => {
    const { log, broker, clock } = await logWithTopic({ 'retention.ms': '1000' })
    const producer = broker.producer({ transactionalId: 'tx' })
    await producer.initTransactions()
    producer.begin()
    await producer.send('t', 0, encode([record('inside', START)]))
    clock.advance(5_000)
    await log.maintain()
    await producer.commit()
    expect(values(await readAll(broker, 't', { readCommitted: true }))).toEqual(['inside'])
  })

  test('a reader in the middle continues, and one at a removed offset learns the range', async () => {
    const { log, broker, clock } = await logWithTopic({ 'retention.ms': '1000', 'segment.bytes': String(batchBytes) })
    await produceEach(broker, 't', sequence(4))
    const fetcher = broker.fetcher({ maxPartitionBytes: 1 })
    fetcher.assign({ topic: 't', partition: 0, offset: 0 })
    await fetcher.poll(0)
    clock.advance(2_000)
    await produceEach(broker, 't', sequence(2, 4))
    await log.maintain()
    const [part] = await fetcher.poll(0)
    expect(part?.error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', startOffset: 4, endOffset: 6 })
  })

  test('survives a crash', async () => {
    const { log, broker, dataDir, clock } = await logWithTopic({
      'retention.ms': '1000',
      'segment.bytes': String(batchBytes),
    })
    await produceEach(broker, 't', sequence(4))
    clock.advance(2_000)
    await log.maintain()
    const next = await openLog({ dataDir: crashed(dataDir), clock })
    expect(await next.broker.startOffsets('t')).toEqual([{ partition: 0, offset: 4 }])
    expect(await next.broker.endOffsets('t')).toEqual([{ partition: 0, offset: 4 }])
  })
})

describe('segments', () => {
  test('end after segment.ms', async () => {
    const { broker, dataDir, clock } = await logWithTopic({ 'segment.ms': '1000' })
    await produceEach(broker, 't', ['a', 'b'])
    clock.advance(1_000)
    await produceEach(broker, 't', ['c'])
    expect(segmentPaths(dataDir, 't')).toHaveLength(2)
    expect(values(await readAll(broker, 't'))).toEqual(['a', 'b', 'c'])
  })
})
