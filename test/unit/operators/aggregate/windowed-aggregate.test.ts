import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import type { AggregationWindow } from '../../../../src/metastore/aggregation-window.ts'
import { windowedAggregate } from '../../../../src/operators/aggregate/windowed-aggregate.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { INTEGER } from '../../../../src/types/sql-type.ts'
import { type HarnessOptions, harness, record } from '../../../support/operator-harness.ts'
import { countAll, streamOf } from '../../../support/steps.ts'

const stream = streamOf({ V: INTEGER })

function start(window: AggregationWindow, emit: 'CHANGES' | 'FINAL' = 'CHANGES', options: HarnessOptions = {}) {
  const step = {
    kind: 'windowedAggregate',
    id: 'a',
    input: 'g',
    functions: [countAll],
    window,
    emit,
    store: 'rows',
  } as const
  const running = harness(windowedAggregate, step, [stream], options)
  const send = (key: string, timestamp: number) => running.send(0, record([key], [key, 1], timestamp)).map(brief)
  return { ...running, send, raw: running.send }
}

/** `[start, end) key = count @ timestamp`; count `-` is a delete. */
const brief = ({ key, window, value, timestamp }: StreamRecord): string =>
  `${window!.start}-${window!.end} ${key![0]}=${value?.[1] ?? '-'} @${timestamp}`

const tumbling = (sizeMs: number, graceMs: number, retentionMs = sizeMs + graceMs) =>
  ({ type: 'TUMBLING', sizeMs, graceMs, retentionMs }) as const
const hopping = (sizeMs: number, advanceMs: number, graceMs: number) =>
  ({ type: 'HOPPING', sizeMs, advanceMs, graceMs, retentionMs: sizeMs + graceMs }) as const
const session = (gapMs: number, graceMs: number) =>
  ({ type: 'SESSION', gapMs, graceMs, retentionMs: gapMs + graceMs }) as const

describe('tumbling windows', () => {
  it('counts per key and window, and shows the bounds as columns', () => {
    const it = start(tumbling(10, 100))
    expect(it.schema.window).toEqual({ type: 'TUMBLING', sizeMs: 10 })
    expect(it.raw(0, record(['a'], ['a', 1], 13))).toEqual([
      record(['a'], ['a', 1, 10, 20], 13, { window: { start: 10, end: 20 } }),
    ])
    expect(it.send('a', 19)).toEqual(['10-20 a=2 @19'])
    expect(it.send('b', 12)).toEqual(['10-20 b=1 @12'])
    expect(it.send('a', 20)).toEqual(['20-30 a=1 @20'])
  })

  it('a late record inside the grace period updates its window, which keeps its later time', () => {
    const it = start(tumbling(10, 5))
    it.send('a', 9)
    it.send('b', 14)
    expect(it.send('a', 3)).toEqual(['0-10 a=2 @9'])
  })

  it('a window is closed once stream time reaches its end and grace, for every key', () => {
    const it = start(tumbling(10, 5))
    it.send('a', 9)
    it.send('b', 15)
    expect(it.send('a', 3)).toEqual([])
    expect(it.send('c', 3)).toEqual([])
    expect(it.lateCount()).toBe(2)
  })

  it('records without key or value neither count nor move time', () => {
    const it = start(tumbling(10, 0))
    it.raw(0, record(null, ['a', 1], 100))
    it.raw(0, record(['a'], null, 100))
    expect(it.send('a', 3)).toEqual(['0-10 a=1 @3'])
  })

  it('drops what is behind the retention', () => {
    const it = start(tumbling(10, 0, 20))
    for (const time of [5, 15, 25, 35]) it.send('a', time)
    expect(it.stores.get('rows')!.count()).toBe(3)
  })
})

describe('hopping windows', () => {
  it('counts a record in each window that covers it, earliest first, none before the epoch', () => {
    const it = start(hopping(10, 5, 100))
    expect(it.send('a', 3)).toEqual(['0-10 a=1 @3'])
    expect(it.send('a', 7)).toEqual(['0-10 a=2 @7', '5-15 a=1 @7'])
    expect(it.send('a', 10)).toEqual(['5-15 a=2 @10', '10-20 a=1 @10'])
  })

  it('a record can be late for one window and in time for the next', () => {
    const it = start(hopping(10, 5, 0))
    it.send('a', 12)
    expect(it.send('a', 7)).toEqual(['5-15 a=2 @12'])
    expect(it.lateCount()).toBe(1)
  })

  it('windows that do not divide the advance evenly', () => {
    const it = start(hopping(5, 2, 100))
    expect(it.send('a', 6)).toEqual(['2-7 a=1 @6', '4-9 a=1 @6', '6-11 a=1 @6'])
  })
})

describe('session windows', () => {
  it('a record within the gap extends the session: the old one is deleted with its own time', () => {
    const it = start(session(10, 100))
    expect(it.send('a', 20)).toEqual(['20-20 a=1 @20'])
    expect(it.send('a', 30)).toEqual(['20-20 a=- @20', '20-30 a=2 @30'])
    expect(it.send('a', 41)).toEqual(['41-41 a=1 @41'])
    expect(it.send('a', 10)).toEqual(['20-30 a=- @30', '10-30 a=3 @30'])
  })

  it('a record between two sessions makes them one', () => {
    const it = start(session(10, 100))
    it.send('a', 0)
    it.send('a', 20)
    expect(it.send('a', 10)).toEqual(['0-0 a=- @0', '20-20 a=- @20', '0-20 a=3 @20'])
  })

  it('a record inside of a session replaces it; one on a single instant updates it', () => {
    const it = start(session(10, 100))
    it.send('a', 0)
    expect(it.send('a', 0)).toEqual(['0-0 a=2 @0'])
    it.send('a', 10)
    expect(it.send('a', 5)).toEqual(['0-10 a=- @10', '0-10 a=4 @10'])
  })

  it('a record that would end up in a closed session is late', () => {
    const it = start(session(10, 5))
    it.send('a', 0)
    it.send('b', 16)
    expect(it.send('a', 0)).toEqual([])
    expect(it.send('a', 1)).toEqual(['1-1 a=1 @1'])
    expect(it.lateCount()).toBe(1)
  })

  it('a session past its retention is not found, even one that a late record has made', () => {
    const it = start(session(5, 0))
    it.send('b', 14)
    expect(it.send('a', 9)).toEqual(['9-9 a=1 @9'])
    expect(it.send('a', 4)).toEqual([])
    expect(it.lateCount()).toBe(1)
    expect(it.send('a', 10)).toEqual(['10-10 a=1 @10'])
  })

  it('a record at the end of the gap still extends the session', () => {
    const it = start(session(5, 0))
    it.send('a', 9)
    expect(it.send('a', 14)).toEqual(['9-9 a=- @9', '9-14 a=2 @14'])
  })
})

describe('cumulating windows', () => {
  const cumulate = (graceMs: number) =>
    ({ type: 'CUMULATE', sizeMs: 30, stepMs: 10, graceMs, retentionMs: 30 + graceMs }) as const

  it('a record counts in all windows of its start that end after it', () => {
    const it = start(cumulate(100))
    expect(it.send('a', 5)).toEqual(['0-10 a=1 @5', '0-20 a=1 @5', '0-30 a=1 @5'])
    expect(it.send('a', 10)).toEqual(['0-20 a=2 @10', '0-30 a=2 @10'])
    expect(it.send('a', 29)).toEqual(['0-30 a=3 @29'])
    expect(it.send('a', 30)).toEqual(['30-40 a=1 @30', '30-50 a=1 @30', '30-60 a=1 @30'])
  })

  it('is late for the windows that are closed', () => {
    const it = start(cumulate(0))
    it.send('b', 15)
    expect(it.send('a', 5)).toEqual(['0-20 a=1 @5', '0-30 a=1 @5'])
    expect(it.lateCount()).toBe(1)
  })

  it('leave one after the other, and with a time-out all', () => {
    const config = { 'millrace.emit.final.timeout.ms': '100' }
    let idleMs = 0
    const it = start(cumulate(5), 'FINAL', { config, idleMs: () => idleMs })
    it.send('a', 5)
    expect(it.send('b', 15)).toEqual(['0-10 a=1 @5'])
    idleMs = 100
    expect(it.flush().map(brief)).toEqual(['0-20 a=1 @5', '0-20 b=1 @15', '0-30 a=1 @5', '0-30 b=1 @15'])
    expect(it.flush()).toEqual([])
  })

  it('forgets what is behind the retention', () => {
    const it = start(cumulate(0))
    for (const time of [5, 35, 65, 95, 125]) it.send('a', time)
    expect(it.stores.get('rows')!.count()).toBeLessThanOrEqual(9)
  })
})

describe('EMIT FINAL', () => {
  it('a window leaves once, when stream time reaches its end and grace', () => {
    const it = start(tumbling(10, 5, 1000), 'FINAL')
    expect(it.send('a', 3)).toEqual([])
    expect(it.send('b', 8)).toEqual([])
    expect(it.send('a', 14)).toEqual([])
    expect(it.send('a', 1)).toEqual([])
    expect(it.send('c', 15)).toEqual(['0-10 a=2 @3', '0-10 b=1 @8'])
    expect(it.send('c', 16)).toEqual([])
    expect(it.send('c', 25)).toEqual(['10-20 a=1 @14', '10-20 c=2 @16'])
  })

  it('several windows leave by start, then key', () => {
    const it = start(hopping(10, 5, 10), 'FINAL')
    for (const [key, time] of [
      ['b', 7],
      ['a', 7],
      ['a', 12],
    ] as const)
      it.send(key, time)
    expect(it.send('z', 25)).toEqual(['5-15 a=2 @12', '5-15 b=1 @7'])
  })

  it('a jump of stream time beyond the retention loses no window', () => {
    const it = start(tumbling(10, 0), 'FINAL', { coalesces: true })
    it.send('a', 3)
    expect(it.send('a', 12)).toEqual(['0-10 a=1 @3'])
    expect(it.send('a', 95)).toEqual(['10-20 a=1 @12'])
    expect(it.send('a', 12)).toEqual([])
    expect(it.send('a', 200)).toEqual(['90-100 a=1 @95'])
    expect(it.stores.get('rows')!.count()).toBe(1)
  })

  it('without record cache a jump of stream time loses the windows that it takes out of their retention', () => {
    const it = start(tumbling(10, 0), 'FINAL')
    it.send('a', 12)
    expect(it.send('a', 95)).toEqual([])
  })

  it.each([
    ['tumbling', tumbling(60, 10)],
    ['hopping', hopping(60, 20, 10)],
  ] as const)('each %s window leaves once with one record per size', (_, window) => {
    const it = start(window, 'FINAL', { coalesces: true })
    const left: string[] = []
    for (let time = 0; time <= 600; time += 60) left.push(...it.send('a', time))
    const advance = window.type === 'HOPPING' ? window.advanceMs : window.sizeMs
    const closed = [...Array(600).keys()].filter((from) => from % advance === 0 && from + 60 <= 590)
    expect(left.map((text) => Number(text.split('-')[0]))).toEqual(closed)
  })

  it('sessions leave after gap and grace, by end', () => {
    const it = start(session(5, 6), 'FINAL')
    for (const time of [0, 4, 8]) expect(it.send('a', time)).toEqual([])
    it.send('b', 6)
    expect(it.send('c', 19)).toEqual(['6-6 b=1 @6'])
    expect(it.send('c', 20)).toEqual(['0-8 a=3 @8'])
  })

  it('after a restart nothing leaves twice, and closed windows stay closed', () => {
    const window = tumbling(10, 0, 1000)
    const before = start(window, 'FINAL')
    before.send('a', 3)
    expect(before.send('a', 12)).toEqual(['0-10 a=1 @3'])
    const after = start(window, 'FINAL', { stores: before.stores })
    expect(after.send('a', 4)).toEqual([])
    expect(after.lateCount()).toBe(1)
    expect(after.send('a', 20)).toEqual(['10-20 a=1 @12'])
  })
})

describe('EMIT FINAL with a time-out', () => {
  /** `idle.ms`: how long no record has come. */
  const waiting = (window: AggregationWindow, options: HarnessOptions = {}) => {
    const idle = { ms: 0 }
    const config = { 'millrace.emit.final.timeout.ms': '100' }
    const running = start(window, 'FINAL', { config, idleMs: () => idle.ms, ...options })
    return { ...running, idle, rows: () => running.flush().map(brief) }
  }

  it('windows leave once no record has come for so long; what belongs to one of them later is late', () => {
    const it = waiting(tumbling(10, 5))
    it.send('a', 3)
    it.send('b', 14)
    it.idle.ms = 99
    expect(it.rows()).toEqual([])
    it.idle.ms = 100
    expect(it.rows()).toEqual(['0-10 a=1 @3', '10-20 b=1 @14'])
    expect(it.rows()).toEqual([])
    it.idle.ms = 0
    expect(it.send('a', 19)).toEqual([])
    expect(it.lateCount()).toBe(1)
    expect(it.send('a', 20)).toEqual([])
    it.idle.ms = 100
    expect(it.rows()).toEqual(['20-30 a=1 @20'])
  })

  it('a window that overlaps with one that has left takes records in', () => {
    const it = waiting(hopping(10, 5, 0))
    it.send('a', 3)
    it.idle.ms = 100
    expect(it.rows()).toEqual(['0-10 a=1 @3'])
    it.send('a', 7)
    expect(it.rows()).toEqual(['5-15 a=1 @7'])
  })

  it.each([tumbling(10, 0, 1000), session(10, 0)])('nothing leaves twice after a restart: $type', (window) => {
    const before = waiting(window)
    before.send('a', 3)
    before.idle.ms = 100
    expect(before.rows()).toHaveLength(1)
    const after = waiting(window, { stores: before.stores })
    after.idle.ms = 100
    expect(after.rows()).toEqual([])
    after.send('a', 3)
    expect(after.lateCount()).toBe(1)
  })

  it('windows of before a restart leave without a record', () => {
    const before = waiting(tumbling(10, 0))
    before.send('a', 3)
    const after = waiting(tumbling(10, 0), { stores: before.stores })
    after.idle.ms = 100
    expect(after.rows()).toEqual(['0-10 a=1 @3'])
  })

  it('a session that has left is not joined any more, however long it is retained', () => {
    const it = waiting({ type: 'SESSION', gapMs: 10, graceMs: 0, retentionMs: 1000 })
    it.send('a', 3)
    it.send('a', 9)
    it.idle.ms = 100
    expect(it.rows()).toEqual(['3-9 a=2 @9'])
    it.idle.ms = 0
    expect(it.send('a', 12)).toEqual([])
    it.idle.ms = 100
    expect(it.rows()).toEqual(['12-12 a=1 @12'])
  })
})

describe('windows of processing time', () => {
  const byClock = { ...tumbling(10, 0), byClock: true } as const

  it('count records at the time of the clock, whatever theirs is', () => {
    const clock = new ManualClock(3)
    const it = start(byClock, 'CHANGES', { clock })
    expect(it.send('a', 999)).toEqual(['0-10 a=1 @3'])
    clock.set(12)
    expect(it.send('a', 0)).toEqual(['10-20 a=1 @12'])
    clock.set(5)
    expect(it.send('a', 0)).toEqual(['10-20 a=2 @12'])
  })

  it.each([
    ['TUMBLING', byClock, '0-10 a=1 @3'],
    [
      'CUMULATE',
      { type: 'CUMULATE', sizeMs: 10, stepMs: 10, graceMs: 0, retentionMs: 10, byClock: true },
      '0-10 a=1 @3',
    ],
    ['SESSION', { ...session(6, 0), byClock: true }, '3-3 a=1 @3'],
  ] as const)('are final when the clock has passed them, without a record: %s', (_type, window, row) => {
    const clock = new ManualClock(3)
    const it = start(window, 'FINAL', { clock })
    it.send('a', 999)
    clock.set(9)
    expect(it.flush()).toEqual([])
    clock.set(10)
    expect(it.flush().map(brief)).toEqual([row])
    expect(it.flush()).toEqual([])
  })
})
