import { describe, expect, test } from 'vitest'
import type { BrokerError } from '../../../../../src/broker/broker-error.ts'
import { maxTimestamp, recordCount } from '../../../../../src/broker/record-batch.ts'
import { ManualClock } from '../../../../../src/clock.ts'
import type { ProcessingError } from '../../../../../src/runtime/processing-error.ts'
import type { RecordEncoder } from '../../../../../src/runtime/task/record-encoder.ts'
import { BatchPool } from '../../../../../src/runtime/worker/output/batch-pool.ts'
import type { OutputTopic } from '../../../../../src/runtime/worker/output/output-batch.ts'
import { type OutputsOptions, TaskOutputs } from '../../../../../src/runtime/worker/output/outputs.ts'
import { SendWindow } from '../../../../../src/runtime/worker/output/send-window.ts'
import type { StreamRecord } from '../../../../../src/types/record.ts'

/** What a topic takes if nobody has set anything else. */
const MAX_MESSAGE_BYTES = 1_048_588
const NOW = Date.UTC(2026, 0, 1)
const HOUR = 3_600_000

interface Sent {
  readonly topic: string
  readonly batch: Buffer
}

function newOutputs(options: Partial<OutputsOptions> = {}) {
  const sent: Sent[] = []
  const errors: ProcessingError[] = []
  const failures: BrokerError[] = []
  const producer = {
    async send(topic: string, _partition: number, batch: Uint8Array) {
      sent.push({ topic, batch: Buffer.from(batch) })
      return { baseOffset: 0, logAppendTimeMs: null }
    },
  }
  const outputs = new TaskOutputs({
    clock: new ManualClock(NOW),
    producer,
    changelogProducer: producer,
    pool: new BatchPool('none'),
    window: new SendWindow(),
    position: () => ({ topic: 'events', partition: 3, offset: 17 }),
    watermark: () => null,
    failsOnRefused: true,
    reportError: (error) => errors.push(error),
    onFailure: (failure) => failures.push(failure),
    ...options,
  })
  return { outputs, sent, errors, failures }
}

test('a large change of a state is not put behind others into a batch that the changelog would refuse', async () => {
  const { outputs, sent } = newOutputs()
  const append = outputs.changelog('changelog', 0)
  for (let i = 0; i < 100; i++) append(Buffer.from(`${i}`), Buffer.alloc(1_000), 0)
  append(Buffer.from('large'), Buffer.alloc(1_000_000), 0)
  outputs.flush()
  await outputs.stored()
  const sizes = sent.map(({ batch }) => batch.length)
  expect(sizes).toHaveLength(2)
  expect(Math.max(...sizes)).toBeLessThan(MAX_MESSAGE_BYTES)
})

describe('a topic that takes times up to an hour ahead and a day behind', () => {
  const encoder: RecordEncoder = {
    timestamp: ({ timestamp }) => timestamp,
    writeKey: () => false,
    writeValue: (_record, target) => {
      target.reserve(1)
      target.buffer[target.position++] = 120
      return true
    },
  }
  const output: OutputTopic = {
    step: 'Project',
    topic: 'sink',
    partitions: 1,
    windowBytes: 0,
    maxMessageBytes: null,
    takesWatermarks: false,
    timeLimits: { aheadMs: HOUR, behindMs: 24 * HOUR },
  }
  const recordAt = (timestamp: number): StreamRecord => ({
    key: null,
    window: null,
    value: [],
    oldValue: null,
    timestamp,
    headers: null,
  })

  test.each([
    [
      'later',
      NOW + HOUR,
      NOW + HOUR + 1,
      'is later than 2026-01-01T01:00:00.000Z, which message.timestamp.after.max.ms',
    ],
    [
      'earlier',
      NOW - 24 * HOUR,
      NOW - 24 * HOUR - 1,
      'is earlier than 2025-12-31T00:00:00.000Z, which message.timestamp.before.max.ms',
    ],
  ])('refuses a %s one by the record it came from', async (_, last, beyond, reason) => {
    const { outputs, sent, errors, failures } = newOutputs()
    const write = outputs.topic(output)
    write(recordAt(last), encoder)
    expect(failures).toEqual([])
    write(recordAt(beyond), encoder)
    outputs.flush()
    const [failure] = failures
    expect(failure!.message).toContain(
      `A record of ${new Date(beyond).toISOString()}, from offset 17 of partition 3 of events, ${reason} of topic sink`,
    )
    expect(failure!.message).toContain('ksql.fail.on.production.error')
    expect(errors).toMatchObject([{ type: 'production', position: { topic: 'events', partition: 3, offset: 17 } }])
    await expect(outputs.stored()).rejects.toBe(failure)
    expect(sent.map(({ batch }) => recordCount(batch, 0))).toEqual([1])
  })

  test('skips such a record where the query may continue', async () => {
    const { outputs, sent, errors, failures } = newOutputs({ failsOnRefused: false })
    const write = outputs.topic(output)
    for (const time of [NOW, NOW + 2 * HOUR, NOW + 1]) write(recordAt(time), encoder)
    outputs.flush()
    await outputs.stored()
    expect([failures, errors.length, outputs.recordsWritten]).toEqual([[], 1, 2])
    expect(sent.map(({ batch }) => recordCount(batch, 0))).toEqual([2])
  })

  test('gets a dead letter with the time of the clock', async () => {
    const { outputs, sent } = newOutputs()
    outputs.partition(output, 0)(null, Buffer.from('x'), NOW + 2 * HOUR)
    outputs.flush()
    await outputs.stored()
    expect(sent.map(({ batch }) => maxTimestamp(batch, 0))).toEqual([NOW])
  })
})
