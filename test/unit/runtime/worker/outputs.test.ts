import { expect, test } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { BatchPool } from '../../../../src/runtime/worker/batch-pool.ts'
import { TaskOutputs } from '../../../../src/runtime/worker/outputs.ts'
import { SendWindow } from '../../../../src/runtime/worker/send-window.ts'

/** What a topic takes if nobody has set anything else. */
const MAX_MESSAGE_BYTES = 1_048_588

test('a large change of a state is not put behind others into a batch that the changelog would refuse', async () => {
  const sizes: number[] = []
  const producer = {
    async send(_topic: string, _partition: number, batch: Uint8Array) {
      sizes.push(batch.length)
      return { baseOffset: 0, logAppendTimeMs: null }
    },
  }
  const outputs = new TaskOutputs({
    clock: new ManualClock(),
    producer,
    changelogProducer: producer,
    pool: new BatchPool('none'),
    window: new SendWindow(),
    position: () => null,
    watermark: () => null,
    failsOnLarge: true,
    reportError: () => {},
    onFailure: () => {},
  })
  const append = outputs.changelog('changelog', 0)
  for (let i = 0; i < 100; i++) append(Buffer.from(`${i}`), Buffer.alloc(1_000), 0)
  append(Buffer.from('large'), Buffer.alloc(1_000_000), 0)
  outputs.flush()
  await outputs.stored()
  expect(sizes).toHaveLength(2)
  expect(Math.max(...sizes)).toBeLessThan(MAX_MESSAGE_BYTES)
})
