import { expect, test } from 'vitest'
import type { Producer } from '../../../src/broker/broker.ts'
import { maxTimestamp, recordCount } from '../../../src/broker/record-batch.ts'
import { SourceProducer } from '../../../src/connectors/run/source-producer.ts'

const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

/** The number of records and the newest time of each batch that was sent. */
async function timesOf(timestamps: readonly number[], timeLimits: { aheadMs: number; behindMs: number } | null) {
  const sent: [count: number, newest: number][] = []
  const nothing = async () => {}
  const producer: Producer = {
    async send(_topic, _partition, batch) {
      const bytes = Buffer.from(batch)
      sent.push([recordCount(bytes, 0), maxTimestamp(bytes, 0)])
      return { baseOffset: 0, logAppendTimeMs: null }
    },
    begin: () => {},
    flush: nothing,
    initTransactions: nothing,
    sendOffsets: nothing,
    commit: nothing,
    abort: nothing,
    close: nothing,
  }
  const source = new SourceProducer({ broker: { producer: () => producer }, topic: 'logs', partitions: 1, timeLimits })
  const records = timestamps.map((timestamp) => ({ key: null, value: Buffer.from('x'), timestamp }))
  await source.store(records, null, NOW)
  return sent
}

test('a message whose clock is further ahead than the topic takes gets the time of its arrival', async () => {
  const limits = { aheadMs: HOUR, behindMs: 24 * HOUR }
  expect(await timesOf([NOW - HOUR, NOW + 8 * HOUR], limits)).toEqual([[2, NOW]])
  expect(await timesOf([NOW - 25 * HOUR], limits)).toEqual([[1, NOW]])
  expect(await timesOf([NOW + HOUR], limits)).toEqual([[1, NOW + HOUR]])
})

test('a topic without limits keeps every time', async () => {
  expect(await timesOf([NOW + 1_000 * HOUR], null)).toEqual([[1, NOW + 1_000 * HOUR]])
})
