import { expect, test } from 'vitest'
import { ManualTimer } from '../../../../src/clock.ts'
import { Pace } from '../../../../src/runtime/pace.ts'
import type { PartitionInput } from '../../../../src/runtime/reading/partition-input.ts'
import { SlowQueries } from '../../../../src/runtime/worker/slow-queries.ts'
import type { WorkerQuery } from '../../../../src/runtime/worker/worker-query.ts'

const LIMIT = { timeoutMs: 500 }

/** Queries with one input each, numbered from 1. */
function worker(count: number) {
  const timer = new ManualTimer()
  const pace = new Pace()
  const released: PartitionInput[] = []
  const inputs = Array.from({ length: count }, () => ({ isHeldBack: false }) as PartitionInput)
  const queries = inputs.map(
    (input, i) => ({ assignment: { number: i + 1 }, tasks: [{ inputs: [input] }] }) as unknown as WorkerQuery,
  )
  let number = 0
  let wakeUps = 0
  const slow = new SlowQueries({
    timer,
    pace,
    working: () => number,
    queries: () => queries,
    onRelease: (input) => released.push(input),
    wakeUp: () => wakeUps++,
  })
  const work = (by: number) => {
    number = by
  }
  const heldBack = () => inputs.flatMap(({ isHeldBack }, i) => (isHeldBack ? [i + 1] : []))
  return { slow, timer, pace, released, inputs, work, heldBack, wakeUps: () => wakeUps }
}

test('a slow evaluation ends the turn, and the loop does not wait', () => {
  const { slow, pace, work, heldBack, wakeUps } = worker(2)
  work(1)
  slow.spent(5, { isOver: false, ...LIMIT })
  expect(pace.slowEvaluations).toBe(0)
  slow.spent(50, { isOver: false, ...LIMIT })
  expect([pace.slowEvaluations, wakeUps(), heldBack()]).toEqual([1, 1, []])
})

test('evaluations that are slow together end the turn, too', () => {
  const { slow, pace, work, heldBack } = worker(2)
  work(1)
  for (let i = 0; i < 9; i++) slow.spent(5, { isOver: false, ...LIMIT })
  expect([pace.slowEvaluations, heldBack()]).toEqual([2, []])
  slow.endRound()
  for (let i = 0; i < 3; i++) slow.spent(5, { isOver: false, ...LIMIT })
  expect(pace.slowEvaluations).toBe(2)
})

test('a query that ran out of time shares as much again in the same round', () => {
  const { slow, work } = worker(2)
  work(1)
  slow.spent(500, { isOver: true, ...LIMIT })
  expect(slow.limitMs(500)).toBe(500)
  slow.spent(400, { isOver: false, ...LIMIT })
  expect(slow.limitMs(500)).toBe(100)
  slow.spent(150, { isOver: true, ...LIMIT })
  expect(slow.limitMs(500)).toBe(0)
  work(2)
  expect(slow.limitMs(500)).toBe(500)
  slow.endRound()
  work(1)
  expect(slow.limitMs(500)).toBe(500)
})

test('a query that ran out of time is held back, the longer the more there are', () => {
  const { slow, timer, work, heldBack, released, inputs } = worker(3)
  work(1)
  slow.spent(500, { isOver: true, ...LIMIT })
  work(2)
  slow.spent(500, { isOver: true, ...LIMIT })
  expect(heldBack()).toEqual([1, 2])
  timer.advance(1000)
  expect(heldBack()).toEqual([2])
  expect(released).toEqual([inputs[0]])
  timer.advance(1000)
  expect(heldBack()).toEqual([])
})

test('a query that has the worker to itself is not held back', () => {
  const { slow, work, heldBack } = worker(1)
  work(1)
  slow.spent(500, { isOver: true, ...LIMIT })
  expect(heldBack()).toEqual([])
})
