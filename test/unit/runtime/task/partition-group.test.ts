import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import { Pace } from '../../../../src/runtime/pace.ts'
import { type GroupInput, PartitionGroup } from '../../../../src/runtime/task/partition-group.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'

const record = (timestamp: number): StreamRecord => ({
  key: null,
  window: null,
  value: [],
  oldValue: null,
  timestamp,
  headers: null,
})

interface TestInput extends GroupInput {
  caughtUp: boolean
  /** How far the tasks upstream are. */
  reached: number
  rooms: number
}

function group({ maxIdleMs = 0, maxBuffered = 4, tables = [false, false], slowAt = -1 } = {}) {
  const clock = new ManualClock()
  const pace = new Pace()
  const processed: string[] = []
  const inputs = tables.map(
    (isTable, i): TestInput => ({
      isTable,
      caughtUp: true,
      reached: Number.POSITIVE_INFINITY,
      rooms: 0,
      mayPrecede(timestamp) {
        return !this.caughtUp || timestamp > this.reached
      },
      mayTake: () => true,
      process: ({ timestamp }) => {
        processed.push(`${'ab'[i]}${timestamp}`)
        if (timestamp === slowAt) pace.slowEvaluations++
      },
      processBytes({ timestamp, offset, buffer, keyStart, keyEnd, valueStart, valueEnd }) {
        const [key, value] = [
          buffer.toString('latin1', keyStart, keyEnd),
          buffer.toString('latin1', valueStart, valueEnd),
        ]
        processed.push(`${'ab'[i]}${timestamp}@${offset} ${keyEnd < 0 ? null : key}=${valueEnd < 0 ? null : value}`)
      },
      onRoom() {
        this.rooms++
      },
    }),
  )
  const made = new PartitionGroup(inputs, { clock, maxIdleMs, maxBuffered, pace })
  let offset = 0
  const add = (input: number, ...timestamps: number[]) =>
    timestamps.map((timestamp) => made.add(input, record(timestamp), offset++))
  return { group: made, inputs, clock, processed, add }
}

describe('records of several inputs', () => {
  test('leave by timestamp', () => {
    const { group: made, add, processed } = group()
    add(0, 1, 5, 6)
    add(1, 2, 3, 7)
    made.run()
    expect(processed).toEqual(['a1', 'b2', 'b3', 'a5', 'a6', 'b7'])
  })

  test('leave by timestamp as well if they wait as bytes', () => {
    const { group: made, add, processed } = group()
    const buffer = Buffer.from('--k1v1k2--')
    const bytes = { buffer, headerCount: 0, keyStart: 2, keyEnd: 4, valueStart: 4, valueEnd: 6 }
    made.addBytes(0, { ...bytes, offset: 70, timestamp: 1 })
    add(0, 3)
    made.addBytes(0, { ...bytes, offset: 71, timestamp: 4, keyStart: 6, keyEnd: 8, valueStart: 8, valueEnd: -1 })
    buffer.fill('x')
    add(1, 2)
    made.run()
    expect(processed).toEqual(['a1@70 k1=v1', 'b2', 'a3', 'a4@71 k2=null'])
  })

  test('wait for the next run behind one that took long', () => {
    const { group: made, add, processed } = group({ slowAt: 2 })
    add(0, 1, 5)
    add(1, 2, 3)
    made.run()
    expect(processed).toEqual(['a1', 'b2'])
    made.run()
    expect(processed).toEqual(['a1', 'b2', 'b3', 'a5'])
  })

  test('wait for an empty input whose tasks upstream have not come as far', () => {
    const { group: made, inputs, add, processed } = group()
    inputs[1]!.reached = 3
    add(0, 2, 5)
    made.run()
    expect(processed).toEqual(['a2'])
    inputs[1]!.reached = 5
    made.run()
    expect(processed).toEqual(['a2', 'a5'])
  })

  test('wait for no watermark, which goes at once', () => {
    const { group: made, inputs, add, processed } = group()
    inputs[1]!.caughtUp = false
    add(0, Number.NEGATIVE_INFINITY, 1)
    made.run()
    expect(processed).toEqual(['a-Infinity'])
  })

  test('of a table come before those of a stream with the same timestamp', () => {
    const { group: made, add, processed } = group({ tables: [false, true] })
    add(0, 1, 2)
    add(1, 1, 2)
    made.run()
    expect(processed).toEqual(['b1', 'a1', 'b2', 'a2'])
  })

  test('keep the order of their input, whatever their timestamps', () => {
    const { group: made, add, processed } = group()
    add(0, 9, 1)
    add(1, 5)
    made.run()
    expect(processed).toEqual(['b5', 'a9', 'a1'])
  })

  test('wait for an input that the broker has more for', () => {
    const { group: made, add, inputs, processed } = group()
    inputs[1]!.caughtUp = false
    add(0, 1)
    made.run()
    expect(processed).toEqual([])
    add(1, 0)
    inputs[1]!.caughtUp = true
    made.run()
    expect(processed).toEqual(['b0', 'a1'])
  })

  test('wait for an input that is caught up no longer than the idle time', () => {
    const { group: made, add, clock, processed } = group({ maxIdleMs: 100 })
    add(0, 1)
    made.run()
    clock.advance(99)
    made.run()
    expect(processed).toEqual([])
    clock.advance(1)
    made.run()
    expect(processed).toEqual(['a1'])
  })

  test('fill their input up, which has room again when half of them have left', () => {
    const { group: made, add, inputs } = group({ maxBuffered: 4 })
    expect(add(0, 1, 2, 3, 4)).toEqual([true, true, true, false])
    made.run()
    expect(inputs[0]!.rooms).toBe(1)
    expect(made.size).toBe(0)
  })

  test('keep their order and offsets while a queue that was half emptied grows', () => {
    const { group: made, inputs, processed } = group({ tables: [false], maxBuffered: 10_000 })
    const offsets: number[] = []
    let mayTake = 0
    Object.assign(inputs[0]!, {
      mayTake: (offset: number) => offset < mayTake,
      process: ({ timestamp }: StreamRecord, offset: number) => {
        processed.push(`${timestamp}`)
        offsets.push(offset)
      },
    })
    let added = 0
    for (const count of [200, 250, 1000, 3000]) {
      for (const end = added + count; added < end; added++) made.add(0, record(10 * added), added)
      mayTake = added - count / 2
      made.run()
      expect(made.size).toBe(count / 2)
      expect(made.headOffset(0)).toBe(mayTake)
    }
    mayTake = added
    made.run()
    expect(made.headOffset(0)).toBe(-1)
    const all = Array.from({ length: added }, (_, i) => i)
    expect(offsets).toEqual(all)
    expect(processed).toEqual(all.map((offset) => `${10 * offset}`))
  })
})
