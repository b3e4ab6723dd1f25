import { describe, expect, it } from 'vitest'
import type { AggregationWindow } from '../../../../src/metastore/aggregation-window.ts'
import { partialAggregate } from '../../../../src/operators/aggregate/partial-aggregate.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'
import { array, BIGINT, DOUBLE, INTEGER, type SqlType, STRING } from '../../../../src/types/sql-type.ts'
import type { Row } from '../../../../src/types/value.ts'
import { type HarnessOptions, harness, record } from '../../../support/operator-harness.ts'
import { aggregateCall, column, columns, countAll, streamOf } from '../../../support/steps.ts'

const sum = aggregateCall('TOTAL', 'SUM', [column(1, INTEGER)])
const stream = streamOf({ V: INTEGER })

function start(window?: AggregationWindow, options: HarnessOptions = { coalesces: true }) {
  const step = {
    kind: 'partialAggregate',
    id: 'p',
    input: 'g',
    functions: [countAll, sum],
    ...(window !== undefined && { window }),
  } as const
  const running = harness(partialAggregate, step, [stream], options)
  const send = (key: string, value: number, timestamp: number) =>
    running.send(0, record([key], [key, value], timestamp)).map(brief)
  return { ...running, send, raw: running.send, flush: () => running.flush().map(brief) }
}

/** `key value @time` of a record, `key count/total @time` of a partial, with `from start` in sessions. */
function brief({ key, value, timestamp }: StreamRecord): string {
  const [, single, count, total, from] = value!
  const what = value!.length === 2 ? String(single) : `${count}/${total}`
  return `${key![0]} ${what}${from === undefined ? '' : ` from ${from}`} @${timestamp}`
}

const tumbling = (sizeMs: number, graceMs: number) =>
  ({ type: 'TUMBLING', sizeMs, graceMs, retentionMs: sizeMs + graceMs }) as const
const session = (gapMs: number, graceMs: number) =>
  ({ type: 'SESSION', gapMs, graceMs, retentionMs: gapMs + graceMs }) as const

describe('without windows', () => {
  it('records of a group leave as one, with the latest time, when changes do', () => {
    const it = start()
    expect([...it.send('a', 1, 5), ...it.send('b', 7, 6), ...it.send('a', 2, 9), ...it.send('a', 4, 3)]).toEqual([])
    expect(it.flush()).toEqual(['a 3/7 @9', 'b 1/7 @6'])
    expect(it.flush()).toEqual([])
  })

  it('a partial has NULL for the columns of a record, then the states', () => {
    const it = start()
    it.send('a', 1, 5)
    it.send('a', 2, 6)
    expect(it.schema.value.map(({ name }) => name)).toEqual(['K', 'V', 'N_STATE', 'TOTAL_STATE'])
    const again = start()
    again.raw(0, record(['a'], ['a', 1], 5))
    again.raw(0, record(['a'], ['a', null], 6))
    expect(again.flush()).toEqual(['a 2/1 @6'])
  })

  it('each record leaves at once where changes must not be held back', () => {
    const it = start(undefined, { coalesces: false })
    expect([...it.send('a', 1, 5), ...it.send('a', 2, 6)]).toEqual(['a 1 @5', 'a 2 @6'])
  })

  it('records without key or value are left out, as they are by the aggregation', () => {
    const it = start()
    it.raw(0, record(null, ['a', 1], 5))
    it.raw(0, record(['a'], null, 5))
    expect(it.flush()).toEqual([])
  })

  it('what is full leaves', () => {
    const it = start()
    let left = 0
    for (let i = 0; i < 30_000; i++) left += it.send(`k${i % 14_000}`, 1, 0).length
    expect(left).toBeGreaterThanOrEqual(10_000)
    expect(left + it.flush().length).toBeLessThanOrEqual(30_000)
  })

  it('long texts count for what is full', () => {
    const longest = aggregateCall('M', 'MAX', [column(1, STRING)])
    const step = { kind: 'partialAggregate', id: 'p', input: 'g', functions: [longest] } as const
    const { send } = harness(partialAggregate, step, [streamOf({ V: STRING })], { coalesces: true })
    const text = 'x'.repeat(100_000)
    let left = 0
    for (let i = 0; i < 30; i++) left += send(0, record(['a'], ['a', text], i)).length
    expect(left).toBe(1)
  })
})

describe('groups are told apart by the values of their key', () => {
  const keyed = (types: Readonly<Record<string, SqlType>>) => {
    const step = { kind: 'partialAggregate', id: 'p', input: 'g', functions: [countAll] } as const
    const input = { ...stream, key: columns(types) }
    const { send, flush } = harness(partialAggregate, step, [input], { coalesces: true })
    return (...keys: Row[]) => {
      for (const [i, key] of keys.entries()) send(0, record(key, ['x', 1], i))
      return flush().map(({ key, value }) => [key, value!.at(-1)])
    }
  }

  it('numbers beyond 53 bits, texts, NULL in a part', () => {
    const count = keyed({ A: BIGINT, B: STRING })
    const large = 2n ** 62n
    expect(count([1, 'a'], [large, 'a'], [1, 'b'], [large, 'a'], [1, null], [1, 'a'], [1, null])).toEqual([
      [[1, 'a'], 2],
      [[large, 'a'], 2],
      [[1, 'b'], 1],
      [[1, null], 2],
    ])
  })

  it('structures and DOUBLE by what stores take for their keys', () => {
    const count = keyed({ A: DOUBLE, B: array(STRING) })
    expect(count([0, ['a']], [-0, ['a']], [0, ['a']], [Number.NaN, []], [Number.NaN, []])).toEqual([
      [[0, ['a']], 2],
      [[-0, ['a']], 1],
      [[Number.NaN, []], 2],
    ])
  })

  it('many of them, also after they have left', () => {
    const count = keyed({ A: INTEGER })
    const keys = Array.from({ length: 600 }, (_, i) => [i * 64])
    for (let round = 0; round < 3; round++) expect(count(...keys)).toEqual(keys.map((key) => [key, 1]))
  })
})

describe('where groups hardly come again', () => {
  it('records pass for a while', () => {
    const it = start()
    let passed = 0
    for (let i = 0; i < 10_000; i++) passed += it.send(`k${i}`, 1, i).length
    expect(passed).toBe(10_000)
  })

  it('the share is measured again, and groups that come again are added up', () => {
    const it = start()
    for (let i = 0; i < 2_000; i++) it.send(`k${i}`, 1, i)
    let passed = 0
    for (let i = 0; i < 100_000; i++) passed += it.send('a', 1, i).length
    expect(passed).toBe(50_000)
    expect(it.flush()).toEqual(['a 50000/50000 @99999'])
  })
})

describe('with time windows', () => {
  it('a partial is of one window', () => {
    const it = start(tumbling(10, 100))
    for (const time of [3, 12, 7, 19]) it.send('a', 1, time)
    expect(it.flush()).toEqual(['a 2/2 @7', 'a 2/2 @19'])
  })

  it('in hopping windows it is of a pane, which lies in each window wholly or not at all', () => {
    const it = start({ type: 'HOPPING', sizeMs: 10, advanceMs: 4, graceMs: 100, retentionMs: 110 })
    // Windows begin at 0, 4, 8, ... and end at 10, 14, 18, ...: panes are of 2 ms.
    for (const time of [4, 5, 6, 9]) it.send('a', 1, time)
    expect(it.flush()).toEqual(['a 2/2 @5', 'a 1/1 @6', 'a 1/1 @9'])
  })

  it('in cumulating windows it is of a step', () => {
    const it = start({ type: 'CUMULATE', sizeMs: 12, stepMs: 4, graceMs: 100, retentionMs: 112 })
    for (const time of [1, 3, 4]) it.send('a', 1, time)
    expect(it.flush()).toEqual(['a 2/2 @3', 'a 1/1 @4'])
  })

  it('partials leave before the record that closes a window of theirs', () => {
    const it = start(tumbling(10, 5))
    it.send('a', 1, 9)
    it.send('a', 1, 3)
    expect(it.send('b', 1, 14)).toEqual([])
    expect(it.send('b', 1, 15)).toEqual(['a 2/2 @9', 'b 1/1 @14'])
    expect(it.flush()).toEqual(['b 1/1 @15'])
  })

  it('a late record leaves by itself, behind what is held back', () => {
    const it = start(tumbling(10, 0))
    it.send('a', 1, 9)
    it.send('a', 1, 12)
    expect(it.send('a', 1, 3)).toEqual(['a 1/1 @12', 'a 1 @3'])
    expect(it.flush()).toEqual([])
  })

  it('a record that is late by the grace period alone is added up', () => {
    const it = start(tumbling(10, 5))
    it.send('a', 1, 14)
    expect(it.send('a', 1, 3)).toEqual([])
    expect(it.send('a', 1, 4)).toEqual([])
    expect(it.flush()).toEqual(['a 1/1 @14', 'a 2/2 @4'])
  })

  it('windows of processing time are never closed by the time of a record', () => {
    const it = start({ ...tumbling(10, 0), byClock: true })
    for (const time of [3, 500, 7]) expect(it.send('a', 1, time)).toEqual([])
    expect(it.flush()).toEqual(['a 3/3 @500'])
  })
})

describe('with session windows', () => {
  it('a partial is of one session, with its start', () => {
    const it = start(session(10, 100))
    for (const time of [5, 14, 2, 20]) expect(it.send('a', 1, time)).toEqual([])
    expect(it.send('a', 7, 31)).toEqual(['a 4/4 from 2 @20'])
    expect(it.flush()).toEqual(['a 1/7 from 31 @31'])
  })

  it('partials leave before a session that they may join is past its retention', () => {
    const it = start(session(10, 5))
    it.send('a', 1, 20)
    it.send('a', 1, 16)
    expect(it.send('b', 1, 20)).toEqual([])
    expect(it.send('b', 1, 21)).toEqual(['a 2/2 from 16 @20', 'b 1/1 from 20 @20'])
  })
})

describe('the time that may be stated', () => {
  const build = (streamTime: { now: number }) => {
    const { context } = start(tumbling(10, 0))
    const step = {
      kind: 'partialAggregate',
      id: 'p',
      input: 'g',
      functions: [countAll],
      window: tumbling(10, 0),
    } as const
    return partialAggregate.build(step, [stream], { ...context, streamTime: () => streamTime.now }, () => {})
  }

  it('stays while something is held back where it was when the first of it came', () => {
    const streamTime = { now: 5 }
    const { inputs, flush, heldTime } = build(streamTime)
    expect(heldTime!()).toBe(Number.POSITIVE_INFINITY)
    inputs[0]!(record(['a'], ['a', 1], 5))
    streamTime.now = 500
    expect(heldTime!()).toBe(5)
    flush!()
    expect(heldTime!()).toBe(Number.POSITIVE_INFINITY)
  })

  it('stays while the flush is under way: a batch that is full may leave in its middle', () => {
    const streamTime = { now: 5 }
    const { context } = start(tumbling(10, 0))
    const held: number[] = []
    const step = {
      kind: 'partialAggregate',
      id: 'p',
      input: 'g',
      functions: [countAll],
      window: tumbling(10, 0),
    } as const
    const runtime = partialAggregate.build(step, [stream], { ...context, streamTime: () => streamTime.now }, () =>
      held.push(runtime.heldTime!()),
    )
    for (const key of ['a', 'b']) runtime.inputs[0]!(record([key], [key, 1], 5))
    streamTime.now = 15
    runtime.inputs[0]!(record(['a'], ['a', 1], 15))
    expect(held).toEqual([5, 5])
    expect(runtime.heldTime!()).toBe(15)
  })
})
