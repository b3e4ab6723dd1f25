import { describe, expect, it } from 'vitest'
import { StepTimes } from '../../../../src/runtime/task/step-times.ts'
import type { StreamRecord } from '../../../../src/types/record.ts'

const RECORD: StreamRecord = { key: [], window: null, value: [], oldValue: null, timestamp: 0, headers: [] }

describe('times of steps', () => {
  it("are each step's own, from one record in 64", () => {
    let now = 0
    const times = new StepTimes(() => now)
    const second = times.around('second', () => {
      now += 3
    })
    const first = times.around('first', (record) => {
      now += 1
      second(record)
      second(record)
      now += 1
    })
    for (let i = 0; i < 128; i++) {
      times.next()
      first(RECORD)
    }
    expect(times.of('first')).toBe(128 * 2)
    expect(times.of('second')).toBe(128 * 6)
  })

  it('are there after a step has failed, and null for a step that is not timed', () => {
    let now = 0
    const times = new StepTimes(() => now)
    const failing = times.around('failing', () => {
      now += 2
      throw new Error('no')
    })
    times.next()
    expect(() => failing(RECORD)).toThrow('no')
    expect(times.of('failing')).toBe(2)
    expect(times.of('other')).toBeNull()
  })
})
