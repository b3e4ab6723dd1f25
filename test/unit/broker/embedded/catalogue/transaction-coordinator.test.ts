import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { batchSize } from '../../../../../src/broker/record-batch.ts'
import { ManualClock } from '../../../../../src/clock.ts'
import { encode, record, values } from '../../../../support/batches.ts'
import {
  copyPaths,
  crashed,
  openLog,
  partitionPath,
  readAll,
  segmentPaths,
} from '../../../../support/embedded-log/open.ts'

const readCommitted = { readCommitted: true }

/** A log with the topic `t` of two partitions, and a transaction with a record in each and an offset of group `g`. */
async function openTransaction() {
  const opened = await openLog()
  const { broker } = opened
  await broker.createTopic({ name: 't', partitions: 2 })
  const producer = broker.producer({ transactionalId: 'tx' })
  await producer.initTransactions()
  producer.begin()
  for (const partition of [0, 1]) await producer.send('t', partition, encode([record(`inside ${partition}`)]))
  await producer.sendOffsets('g', [{ topic: 't', partition: 0, offset: 7 }])
  return { ...opened, producer }
}

async function visible(dataDir: string) {
  const { broker } = await openLog({ dataDir })
  return {
    records: [
      ...values(await readAll(broker, 't', readCommitted)),
      ...values(await readAll(broker, 't', { ...readCommitted, partition: 1 })),
    ],
    offsets: (await broker.fetchOffsets('g')).map(({ offset }) => offset),
    isDecided:
      JSON.stringify(await broker.endOffsets('t')) === JSON.stringify(await broker.endOffsets('t', readCommitted)),
  }
}

const NOTHING = { records: [], offsets: [], isDecided: true }
const EVERYTHING = { records: ['inside 0', 'inside 1'], offsets: [7], isDecided: true }

test('a transaction that was open at the crash leaves nothing', async () => {
  const { dataDir } = await openTransaction()
  expect(await visible(crashed(dataDir))).toEqual(NOTHING)
})

test('a checkpoint does not forget what is open', async () => {
  const { log, dataDir } = await openTransaction()
  await log.sync()
  expect(await visible(crashed(dataDir))).toEqual(NOTHING)
})

test('a committed transaction is there whole', async () => {
  const { dataDir, producer } = await openTransaction()
  await producer.commit()
  expect(await visible(crashed(dataDir))).toEqual(EVERYTHING)
})

/** The directory as a crash between the decision and what follows from it leaves it: so many of the partitions' markers were written. */
async function crashedAfterDecision(markers: number): Promise<string> {
  const { dataDir, producer } = await openTransaction()
  const before = crashed(dataDir)
  await producer.commit()
  const decided = partitionPath(before, '__transaction_state')
  rmSync(decided, { recursive: true })
  cpSync(partitionPath(dataDir, '__transaction_state'), decided, { recursive: true })
  for (const paths of [segmentPaths, copyPaths]) {
    const [log] = paths(before, '__transaction_state')
    writeFileSync(log!, firstBatches(readFileSync(log!), 2))
  }
  for (let partition = 0; partition < markers; partition++)
    cpSync(partitionPath(dataDir, 't', partition), partitionPath(before, 't', partition), { recursive: true })
  return before
}

/** The transaction log holds one batch for the producer's init, one for the decision, one for its end. */
function firstBatches(bytes: Buffer, count: number): Buffer {
  let end = 0
  for (let n = 0; n < count; n++) end += batchSize(bytes, end)
  expect(end).toBeLessThan(bytes.length)
  return bytes.subarray(0, end)
}

test.each([0, 1, 2])(
  'a transaction that was decided, with %d of its 2 markers written, is completed',
  async (markers) => {
    expect(await visible(await crashedAfterDecision(markers))).toEqual(EVERYTHING)
  },
)

test('aborted records stay hidden after a crash, also when the index of aborted transactions is lost', async () => {
  const { dataDir, broker, producer } = await openTransaction()
  await producer.abort()
  producer.begin()
  await producer.send('t', 0, encode([record('kept')]))
  await producer.commit()
  expect(values(await readAll(broker, 't', readCommitted))).toEqual(['kept'])
  const directory = crashed(dataDir)
  rmSync(`${partitionPath(directory, 't')}/aborted.index`)
  const next = await openLog({ dataDir: directory })
  expect(values(await readAll(next.broker, 't', readCommitted))).toEqual(['kept'])
  expect(values(await readAll(next.broker, 't'))).toEqual(['inside 0', 'kept'])
})

test('after a restart the transactional id continues, and the former producer is fenced', async () => {
  const { dataDir } = await openTransaction()
  const { broker } = await openLog({ dataDir: crashed(dataDir) })
  const producer = broker.producer({ transactionalId: 'tx' })
  await producer.initTransactions()
  producer.begin()
  await producer.send('t', 0, encode([record('kept')]))
  await producer.commit()
  expect(values(await readAll(broker, 't', readCommitted))).toEqual(['kept'])
})

test('a transaction that stays open too long is aborted and its producer fenced', async () => {
  const clock = new ManualClock(1_000_000)
  const { log, broker } = await openLog({ clock })
  await broker.createTopic({ name: 't', partitions: 1 })
  const producer = broker.producer({ transactionalId: 'tx', transactionTimeoutMs: 500 })
  await producer.initTransactions()
  producer.begin()
  await producer.send('t', 0, encode([record('slow')]))
  clock.advance(500)
  await log.maintain()
  expect(await broker.endOffsets('t', readCommitted)).toEqual([{ partition: 0, offset: 0 }])
  clock.advance(1)
  await log.maintain()
  expect(await broker.endOffsets('t', readCommitted)).toEqual([{ partition: 0, offset: 2 }])
  expect(await readAll(broker, 't', readCommitted)).toEqual([])
  await expect(producer.commit()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' })
})
