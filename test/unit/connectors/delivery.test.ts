import { expect, test } from 'vitest'
import { ManualTimer } from '../../../src/clock.ts'
import { RetriableError, type SinkRecord, TAKEN } from '../../../src/connectors/connector.ts'
import { Backoff } from '../../../src/connectors/delivery/backoff.ts'
import { deliver } from '../../../src/connectors/delivery/delivery.ts'
import { StoppedError } from '../../../src/connectors/delivery/retrying.ts'

const MINUTE = 60_000
const records = Array.from(
  { length: 3 },
  (_, offset): SinkRecord => ({ offset, timestamp: 0, key: null, window: null, value: [offset], headers: null }),
)

/** A target that is away until `backAt`, on a clock that is set by hand. */
function away({ backAt, retryAfterMs = null }: { readonly backAt: number; readonly retryAfterMs?: number | null }) {
  const timer = new ManualTimer()
  const tries: number[] = []
  const taken: number[] = []
  const stopping = new AbortController()
  const done = deliver(records, {
    task: {
      async write(batch) {
        tries.push(timer.elapsed())
        if (timer.elapsed() < backAt) throw new RetriableError('away', { retryAfterMs })
        taken.push(...batch.map(({ offset }) => offset))
        return TAKEN
      },
    },
    backoff: new Backoff({ firstMs: 100, longestMs: 30_000, timer, random: () => 0.5 }),
    stopping: stopping.signal,
    onRefused: async () => {},
    onRetry: () => {},
  })
  done.catch(() => {})
  /** Lets the delivery reach its next pause. */
  const settle = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  const pass = async (ms: number) => {
    for (const end = timer.elapsed() + ms; timer.elapsed() < end; ) {
      await settle()
      timer.advance(Math.min(end - timer.elapsed(), timer.pending()[0] ?? end))
    }
    await settle()
  }
  return { timer, tries, taken, stopping, done, pass }
}

test('a target that is away for ten minutes is tried ever more rarely, and gets all records once', async () => {
  const { tries, taken, done, pass } = away({ backAt: 10 * MINUTE })
  await pass(11 * MINUTE)
  await done
  expect(taken).toEqual([0, 1, 2])
  const pauses = tries.slice(1).map((at, i) => at - tries[i]!)
  expect(pauses[0]).toBe(75)
  expect(pauses.every((pause, i) => i === 0 || pause >= pauses[i - 1]!)).toBe(true)
  expect(Math.max(...pauses)).toBe(22_500)
  expect(tries.length).toBeLessThan(40)
})

test('a target is left alone for as long as it wants', async () => {
  const { tries, taken, pass } = away({ backAt: MINUTE, retryAfterMs: 2 * MINUTE })
  await pass(3 * MINUTE)
  expect(tries).toEqual([0, 2 * MINUTE])
  expect(taken).toEqual([0, 1, 2])
})

test('a delivery that waits ends at once when it is stopped', async () => {
  const { tries, taken, stopping, done, pass } = away({ backAt: 10 * MINUTE })
  await pass(MINUTE)
  const before = tries.length
  stopping.abort()
  await expect(done).rejects.toBeInstanceOf(StoppedError)
  expect([tries.length, taken]).toEqual([before, []])
})
