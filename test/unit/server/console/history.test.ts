import { expect, it } from 'vitest'
import { ManualClock } from '../../../../src/clock.ts'
import type { Overview } from '../../../../src/engine/describe/overview.ts'
import type { QueryCounts } from '../../../../src/engine/describe/query-counts.ts'
import { History, SAMPLE_MS } from '../../../../src/server/console/history.ts'
import { overviewWith, queryOf } from '../../../support/overviews.ts'

function overview(counts: Readonly<Record<string, Partial<QueryCounts>>>): Overview {
  const queries = Object.entries(counts).map(([id, given]) => queryOf(id, { counts: given }))
  return overviewWith({ queries, pushQueries: 2 })
}

function sampler() {
  const clock = new ManualClock(1_000_000)
  const history = new History(clock)
  let cpuMs = 0
  const add = (counts: Parameters<typeof overview>[0]) => {
    clock.advance(SAMPLE_MS)
    cpuMs += 2500
    history.add(overview(counts), { cpuMs, memoryBytes: 100 })
  }
  return { history, add, clock }
}

it('counts are rates, of each query and in sum', () => {
  const { history, add } = sampler()
  add({ A: { recordsIn: 100 }, B: { recordsIn: 7, lagRecords: 3 } })
  add({ A: { recordsIn: 300, recordsOut: 50, errors: 10 }, B: { recordsIn: 7, lagRecords: 4 } })
  const { times, server, queries } = history.answer(['A', 'B', 'NONE'])
  expect(times).toEqual([1_010_000, 1_020_000])
  expect(server).toMatchObject({
    recordsIn: [0, 20],
    recordsOut: [0, 5],
    errors: [0, 1],
    lag: [3, 4],
    cpu: [null, 0.25],
    memory: [100, 100],
    pushQueries: [2, 2],
  })
  expect(queries).toEqual({
    A: { recordsIn: [0, 20], recordsOut: [0, 5], lag: [0, 0] },
    B: { recordsIn: [0, 0], recordsOut: [0, 0], lag: [3, 4] },
  })
})

it('a count that began again makes no fall', () => {
  const { history, add } = sampler()
  add({ A: { recordsIn: 1000 } })
  add({ A: { recordsIn: 20 } })
  expect(history.answer([]).server.recordsIn).toEqual([0, 2])
})

it('a query that came later has nothing before, and one that has ended has no series', () => {
  const { history, add } = sampler()
  add({ A: {} })
  add({ A: {}, B: { recordsIn: 10 } })
  expect(history.answer(['B']).queries['B']!.recordsIn).toEqual([null, 1])
  add({ B: { recordsIn: 10 } })
  expect(history.answer(['A', 'B']).queries).toEqual({
    B: { recordsIn: [null, 1, 0], recordsOut: [null, 0, 0], lag: [null, 0, 0] },
  })
})

it('an hour is kept, of a bounded number of queries', () => {
  const { history, add, clock } = sampler()
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`Q${i}`, { recordsIn: 1 }]))
  for (let i = 0; i < 400; i++) add(many)
  const { times, queries } = history.answer(Object.keys(many))
  expect(times).toHaveLength(360)
  expect(times.at(-1)).toBe(clock.now())
  expect(times[0]).toBe(clock.now() - 359 * SAMPLE_MS)
  expect(Object.keys(queries)).toHaveLength(100)
})
