import { expect, test } from 'vitest'
import type { CompiledQuery } from '../../../../src/runtime/worker/compiled-query.ts'
import { WorkerQueries } from '../../../../src/runtime/worker/worker-queries.ts'
import type { CommitsIn, WorkerQuery } from '../../../../src/runtime/worker/worker-query.ts'

class TestQuery {
  readonly commitsIn: CommitsIn = 'transaction'
  readonly id: string
  isQuiet = true
  /** How often somebody asked whether it has anything to commit. */
  looks = 0
  #isDirty = true

  constructor(id: number) {
    this.id = String(id)
  }

  get isDirty(): boolean {
    this.looks++
    return this.#isDirty
  }

  set isDirty(value: boolean) {
    this.#isDirty = value
  }
}

function open(count: number) {
  const queries = new WorkerQueries()
  const all = Array.from({ length: count }, (_, id) => new TestQuery(id))
  const compiled = all.map((query) => ({ query }) as unknown as CompiledQuery)
  for (const one of compiled) queries.add(one)
  const take = () => queries.take('transaction').map(({ id }) => Number(id))
  const touch = (query: TestQuery) => queries.touch(query as unknown as WorkerQuery)
  return { queries, all, compiled, take, touch }
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)

test('a commit takes the positions of all of a few quiet queries', () => {
  const { take } = open(100)
  expect(take()).toEqual(range(0, 100))
  expect(take()).toEqual(range(0, 100))
})

test('many quiet queries have their positions committed by turns, and none is left out', () => {
  const { take } = open(250)
  const taken = Array.from({ length: 5 }, take)
  expect(taken.map(({ length }) => length)).toEqual(Array(5).fill(100))
  expect(new Set(taken.slice(0, 3).flat()).size).toBe(250)
  expect(taken.flat().toSorted((a, b) => a - b)).toEqual(range(0, 500).map((i) => Math.floor(i / 2)))
})

test('what a commit would take is shown without taking it', () => {
  const { queries, take } = open(150)
  expect(queries.peek('transaction').map(({ id }) => Number(id))).toEqual(range(0, 100))
  expect(take()).toEqual(range(0, 100))
})

test('a query that has done something is taken by the next commit, wherever the turns are', () => {
  const { all, take, touch } = open(300)
  all[299]!.isQuiet = false
  touch(all[299]!)
  expect(take()).toEqual([299, ...range(0, 100)])
  all[299]!.isQuiet = true
  expect(take()).toEqual(range(100, 200))
})

test('a commit of ten thousand queries that have nothing to commit looks at a part of them', () => {
  const { all, take } = open(10_000)
  for (const query of all) query.isDirty = false
  expect(take()).toEqual([])
  expect(all.reduce((sum, { looks }) => sum + looks, 0)).toBe(1_000)
})

test('a query that has ended is taken no more, and its successor is', () => {
  const { queries, all, compiled, take, touch } = open(2)
  const successor = new TestQuery(1)
  queries.add({ query: successor } as unknown as CompiledQuery)
  all[1]!.isQuiet = false
  touch(all[1]!)
  queries.delete(compiled[0]!)
  expect(queries.take('transaction')).toContain(successor)
  expect(queries.take('transaction')).not.toContain(all[1])
  expect(take()).not.toContain(0)
  expect(queries.of('stateTransaction')).toEqual([])
})
