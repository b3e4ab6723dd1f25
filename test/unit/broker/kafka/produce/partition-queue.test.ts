import { describe, expect, test } from 'vitest'
import { BrokerError } from '../../../../../src/broker/broker-error.ts'
import { PartitionQueue, type QueuedBatch } from '../../../../../src/broker/kafka/produce/partition-queue.ts'
import { baseSequence, producerEpoch, recordCount } from '../../../../../src/broker/record-batch.ts'
import { encode, record } from '../../../../support/batches.ts'

const PARTITION = { topic: 't', partition: 0, backoff: () => 20 }
const NODE = 1
const DEADLINE = 1000
const trouble = new BrokerError('UNAVAILABLE', 'no leader', { retriable: true })
const tooLarge = new BrokerError('RECORD_TOO_LARGE', 'too large')

describe('the queue of a partition', () => {
  const newQueue = () =>
    new PartitionQueue({ ...PARTITION, identity: { producerId: 7, epoch: 0 }, isTransactional: false })

  /** Adds a batch with as many records, and notes under `name` how it ends. */
  function push(queue: PartitionQueue, name: string, log: string[], records = 1): QueuedBatch {
    const bytes = encode(Array.from({ length: records }, () => record(name)))
    const batch: QueuedBatch = {
      bytes,
      recordCount: recordCount(bytes, 0),
      deadline: DEADLINE,
      order: -1,
      sequence: null,
      resolve: () => log.push(`${name} stored`),
      reject: ({ code }) => log.push(`${name} ${code}`),
    }
    queue.push(batch)
    return batch
  }

  const succeed = (queue: PartitionQueue, batch: QueuedBatch) =>
    queue.succeed(batch, { baseOffset: 0, logAppendTimeMs: null })

  /** Stores a first batch, after which several may be on their way. */
  function makeKnown(queue: PartitionQueue): void {
    push(queue, 'first', [])
    succeed(queue, queue.take(NODE))
  }

  test('sends one batch until the broker knows the producer, then up to five', () => {
    const queue = newQueue()
    const log: string[] = []
    for (let index = 0; index < 8; index++) push(queue, String(index), log)
    const first = queue.take(NODE)
    expect(queue.canSend(NODE)).toBe(false)
    succeed(queue, first)
    for (let index = 0; index < 5; index++) queue.take(NODE)
    expect(queue.canSend(NODE)).toBe(false)
  })

  test('counts sequences by records', () => {
    const queue = newQueue()
    makeKnown(queue)
    push(queue, 'a', [], 3)
    push(queue, 'b', [])
    expect([queue.take(NODE), queue.take(NODE)].map(({ bytes }) => baseSequence(bytes, 0))).toEqual([1, 4])
  })

  test('sends what came back again in the old order, when all of it has come back', () => {
    const queue = newQueue()
    const log: string[] = []
    makeKnown(queue)
    const names = ['a', 'b', 'c']
    for (const name of names) push(queue, name, log)
    const [a, b, c] = names.map(() => queue.take(NODE))
    queue.giveBack(b!, trouble, 0, false)
    queue.giveBack(a!, trouble, 0, false)
    expect(queue.canSend(NODE)).toBe(false)
    expect(queue.isBehindReturned(c!)).toBe(true)
    queue.giveBack(c!, trouble, 0, true)
    expect(queue.retryAt).toBeGreaterThan(0)
    const again = names.map(() => queue.take(NODE))
    expect(again).toEqual([a, b, c])
    expect(again.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    for (const batch of again) succeed(queue, batch)
    expect(log).toEqual(['a stored', 'b stored', 'c stored'])
  })

  test('a batch that is refused takes those behind it along; the next one has its sequence', () => {
    const queue = newQueue()
    const log: string[] = []
    makeKnown(queue)
    for (const name of ['a', 'b', 'c']) push(queue, name, log)
    const [a, b] = [queue.take(NODE), queue.take(NODE)]
    queue.fail(a, tooLarge, true)
    push(queue, 'next', log)
    expect(queue.canSend(NODE)).toBe(false)
    queue.giveBack(b, trouble, 0, true)
    expect(log).toEqual(['a RECORD_TOO_LARGE', 'c RECORD_TOO_LARGE', 'b RECORD_TOO_LARGE'])
    expect(queue.take(NODE).sequence).toBe(1)
  })

  test('when nobody knows whether a batch was stored, the next one begins a new epoch', () => {
    const queue = newQueue()
    const log: string[] = []
    makeKnown(queue)
    push(queue, 'a', log)
    queue.giveBack(queue.take(NODE), trouble, DEADLINE, false)
    push(queue, 'next', log)
    const { bytes } = queue.take(NODE)
    expect([producerEpoch(bytes, 0), baseSequence(bytes, 0)]).toEqual([1, 0])
    expect(log).toEqual(['a UNAVAILABLE'])
  })

  test('in a transaction only the coordinator can give a new epoch', () => {
    const queue = new PartitionQueue({ ...PARTITION, identity: { producerId: 7, epoch: 3 }, isTransactional: true })
    makeKnown(queue)
    push(queue, 'a', [])
    queue.giveBack(queue.take(NODE), trouble, DEADLINE, false)
    expect(queue.needsNewEpoch).toBe(true)
    queue.identify({ producerId: 7, epoch: 4 })
    expect(queue.needsNewEpoch).toBe(false)
  })

  test('nothing goes to a new leader while the old one still has some', () => {
    const queue = newQueue()
    makeKnown(queue)
    push(queue, 'a', [])
    push(queue, 'b', [])
    const a = queue.take(NODE)
    expect(queue.canSend(2)).toBe(false)
    succeed(queue, a)
    expect(queue.canSend(2)).toBe(true)
  })

  test('without idempotence one batch is on its way at a time', () => {
    const queue = new PartitionQueue({ ...PARTITION, identity: null, isTransactional: false })
    makeKnown(queue)
    push(queue, 'a', [])
    push(queue, 'b', [])
    expect(queue.take(NODE).sequence).toBe(-1)
    expect(queue.canSend(NODE)).toBe(false)
  })
})
