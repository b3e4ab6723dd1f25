import { expect, test } from 'vitest'
import type { FetchedPartition, Fetcher } from '../../../../src/broker/broker.ts'
import { AWAITED_RECORDS, Pace } from '../../../../src/runtime/pace.ts'
import { FetchLoop, type LoopReader } from '../../../../src/runtime/reading/fetch-loop.ts'

const part = (topic: string, fetchOffset: number, nextOffset: number): FetchedPartition => ({
  topic,
  partition: 0,
  fetchOffset,
  nextOffset,
  batches: Buffer.alloc(0),
  highWatermark: nextOffset,
  lastStableOffset: nextOffset,
  logStartOffset: 0,
  abortedTransactions: [],
  error: null,
})

/** Gives what it was told to, one list per poll; then waits for `wakeUp`. */
class FakeFetcher implements Fetcher {
  readonly polls: FetchedPartition[][]
  readonly released: FetchedPartition[] = []
  #wake: (() => void) | null = null
  #isWakeUpPending = false

  constructor(...polls: FetchedPartition[][]) {
    this.polls = polls
  }

  async poll(): Promise<FetchedPartition[]> {
    const next = this.polls.shift()
    if (next !== undefined) return next
    if (!this.#isWakeUpPending) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    this.#isWakeUpPending = false
    return this.polls.shift() ?? []
  }

  release(fetched: readonly FetchedPartition[]): void {
    this.released.push(...fetched)
  }

  wakeUp(): void {
    this.#isWakeUpPending = true
    this.#wake?.()
  }

  assign(): void {}
  unassign(): void {}
  seek(): void {}
  pause(): void {}
  resume(): void {}
  async close(): Promise<void> {}
}

class FakeReader implements LoopReader {
  readonly topic: string
  readonly partition = 0
  position = 0
  isPaused = false
  isSlow = false
  readonly keepsRecords = true
  readonly #parts: FetchedPartition[] = []
  readonly #onRead: (reader: FakeReader) => void

  constructor(topic: string, onRead: (reader: FakeReader) => void = () => {}) {
    this.topic = topic
    this.#onRead = onRead
  }

  get fetchPosition(): number {
    return this.#parts.at(-1)?.nextOffset ?? this.position
  }

  receive(fetched: FetchedPartition): void {
    this.#parts.push(fetched)
  }

  isReading(fetched: FetchedPartition): boolean {
    return this.#parts.includes(fetched)
  }

  read(limit: number): boolean {
    const { nextOffset } = this.#parts[0]!
    this.position = Math.min(this.position + limit, nextOffset)
    if (this.position === nextOffset) this.#parts.shift()
    this.#onRead(this)
    return this.#parts.length > 0
  }
}

function start(fetcher: Fetcher, readers: readonly LoopReader[], pace = new Pace()) {
  let waiters: (() => void)[] = []
  const loop = new FetchLoop({
    fetcher,
    pace,
    beforeReading: () => {},
    waitForRoom: () => null,
    onRound: () => {
      for (const resolve of waiters) resolve()
      waiters = []
    },
    onBroken: (error) => {
      throw error
    },
  })
  for (const reader of readers) loop.start(reader)
  const round = async () => {
    await new Promise<void>((resolve) => waiters.push(resolve))
    // What the loop does after it told of the round.
    await Promise.resolve()
  }
  return { loop, round }
}

test('readers read by turns what came together', async () => {
  const turns: string[] = []
  const note = ({ topic, position }: FakeReader) => turns.push(`${topic} ${position}`)
  const fetcher = new FakeFetcher([part('a', 0, 300), part('b', 0, 200)])
  const { loop, round } = start(fetcher, [new FakeReader('a', note), new FakeReader('b', note)])
  await round()
  expect(turns).toEqual(['a 128', 'b 128', 'a 256', 'b 200', 'a 300'])
  await loop.close()
})

test('a slow record ends the round, and what came meanwhile for others is read first', async () => {
  const pace = new Pace()
  const turns: string[] = []
  const slow = new FakeReader('slow', (reader) => {
    pace.slowEvaluations++
    reader.isSlow = true
    turns.push(`slow ${reader.position}`)
  })
  const fast = new FakeReader('fast', ({ position }) => turns.push(`fast ${position}`))
  const fetcher = new FakeFetcher([part('slow', 0, 300), part('fast', 0, 10)], [part('fast', 10, 20)])
  const { loop, round } = start(fetcher, [slow, fast], pace)
  await round()
  expect(turns).toEqual(['slow 128'])
  await round()
  expect(turns.slice(1)).toEqual(['fast 10', 'fast 20', 'slow 256'])
  await loop.close()
})

test('a call that waits for the thread ends the round after some records, and the next one begins with the other readers', async () => {
  let isAwaited = true
  const turns: string[] = []
  const note = ({ topic, position }: FakeReader) => turns.push(`${topic} ${position}`)
  const fetcher = new FakeFetcher([part('a', 0, 1000), part('b', 0, 10), part('c', 0, 1000)], [])
  const readers = ['a', 'b', 'c'].map((topic) => new FakeReader(topic, note))
  const { loop, round } = start(fetcher, readers, new Pace(() => isAwaited))
  await round()
  expect(turns).toEqual(['a 128', 'b 10', 'c 128', 'a 256', 'c 256'])
  expect(readers.reduce((sum, { position }) => sum + position, 0)).toBeGreaterThanOrEqual(AWAITED_RECORDS)
  isAwaited = false
  await round()
  expect(turns.slice(5, 7)).toEqual(['a 384', 'c 384'])
  expect(readers.map(({ position }) => position)).toEqual([1000, 10, 1000])
  await loop.close()
})

test('a reader that is paused keeps the rest, whose memory is not released before it is read', async () => {
  const reader = new FakeReader('a', (paused) => {
    paused.isPaused = paused.position < 300
  })
  const [first, second] = [part('a', 0, 300), part('a', 300, 400)]
  const fetcher = new FakeFetcher([first], [second])
  const { loop, round } = start(fetcher, [reader])
  await round()
  expect([reader.position, fetcher.released]).toEqual([128, []])
  await round()
  expect([reader.position, reader.fetchPosition, fetcher.released]).toEqual([128, 400, []])
  for (const position of [256, 300]) {
    reader.isPaused = false
    loop.resume(reader)
    await round()
    expect(reader.position).toBeGreaterThanOrEqual(position)
  }
  expect([reader.position, fetcher.released]).toEqual([400, [first, second]])
  await loop.close()
})

test('what does not follow on what the reader has is dropped', async () => {
  const reader = new FakeReader('a')
  const stale = part('a', 50, 60)
  const fetcher = new FakeFetcher([stale], [part('a', 0, 10)])
  const { loop, round } = start(fetcher, [reader])
  await round()
  expect([reader.position, fetcher.released]).toEqual([0, [stale]])
  await round()
  expect(reader.position).toBe(10)
  await loop.close()
})
