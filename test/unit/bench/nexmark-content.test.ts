import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeRows } from '../../../bench/nexmark/content.ts'
import { withoutNewTopics } from '../../../bench/nexmark/peers/topics.ts'
import type { Broker } from '../../../src/broker/broker.ts'
import { encode, record } from '../../support/batches.ts'
import { openLog, temporaryDirectory } from '../../support/embedded-log/open.ts'

const RECORDS = [
  record('{"A":1}', 1, 'a'),
  record('{"A":2}', 2, 'b'),
  record('{"A":3}', 3, 'a'),
  record(null, 4, 'b'),
  record('{"A":4}', 5, 'c'),
]

async function rowsOf(isTable: boolean, records = RECORDS): Promise<string[]> {
  const { broker } = await openLog()
  await broker.createTopic({ name: 'out', partitions: 1 })
  const producer = broker.producer()
  await producer.send('out', 0, encode(records))
  await producer.close()
  const path = join(temporaryDirectory(), 'rows.json')
  expect(await writeRows(broker, { topic: 'out', isTable, path })).toBe(records.length)
  return readFileSync(path, 'utf8').trim().split('\n').sort()
}

describe('the content of a result', () => {
  it('is the newest row of each key for a table, without those that were deleted', async () => {
    expect(await rowsOf(true)).toEqual(['{"A":3}', '{"A":4}'])
  })

  it('is every row for a stream, equal ones as often as they are there', async () => {
    const twice = [record('{"A":1}', 1, null), record('{"A":1}', 2, null), record('{"A":2}', 3, 'k')]
    expect(await rowsOf(false, twice)).toEqual(['{"A":1}', '{"A":1}', '{"A":2}'])
  })
})

const topicsOf = async (broker: Broker): Promise<string[]> =>
  (await broker.listTopics()).flatMap(({ name, isInternal }) => (isInternal ? [] : name))

describe('the topics of a run', () => {
  it('are deleted behind it, and those of others stay', async () => {
    const { broker } = await openLog()
    await broker.createTopic({ name: 'theirs', partitions: 1 })
    await withoutNewTopics(broker, () => broker.createTopic({ name: 'ours', partitions: 1 }))
    expect(await topicsOf(broker)).toEqual(['theirs'])
  })

  it('are deleted behind a run that fails, too', async () => {
    const { broker } = await openLog()
    const failing = withoutNewTopics(broker, async () => {
      await broker.createTopic({ name: 'ours', partitions: 1 })
      throw new Error('the peer has ended')
    })
    await expect(failing).rejects.toThrow('the peer has ended')
    expect(await topicsOf(broker)).toEqual([])
  })
})
