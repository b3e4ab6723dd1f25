import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CacheBudget } from '../../../../src/state/lmdb/cache-budget.ts'
import { LmdbEnvironment } from '../../../../src/state/lmdb/lmdb-environment.ts'
import { StateCatalog } from '../../../../src/state/lmdb/state-catalog.ts'
import { type ChangelogWriter, TaskState } from '../../../../src/state/lmdb/task-state.ts'
import type { JoinBuffer, KeyValueStore, StoreDeclaration, WindowStore } from '../../../../src/state/store.ts'
import { BIGINT, STRING } from '../../../../src/types/sql-type.ts'

const COUNTS: StoreDeclaration = { name: 'counts', kind: 'keyValue', types: [BIGINT] }
const WINDOWS: StoreDeclaration = { name: 'windows', kind: 'window', types: [BIGINT], retentionMs: 1000 }
const OTHERS: StoreDeclaration = {
  name: 'others',
  kind: 'joinBuffer',
  types: [STRING],
  retentionMs: 1000,
  fetchMs: 100,
}
const ROWS: StoreDeclaration = { name: 'rows', kind: 'joinBuffer', types: [STRING], retentionMs: 1000, fetchMs: 100 }

let directory: string
let environment: LmdbEnvironment
let changes: { store: string; key: Buffer; value: Buffer | null }[]
let marks: { store: string; count: number }[]

const changelog: ChangelogWriter = {
  changes: (store) => (key, value) =>
    changes.push({ store, key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }),
  mark: (store, { count }) => marks.push({ store, count }),
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-task-'))
  environment = LmdbEnvironment.open(directory, (_, cause) => {
    throw cause
  })
  changes = []
  marks = []
})
afterEach(async () => {
  await environment.close()
  rmSync(directory, { recursive: true, force: true })
})

function openTask(budget = new CacheBudget(1e9)): TaskState {
  const catalog = new StateCatalog(environment)
  const record = catalog.task('Q', '0_0') ?? null
  const stores = [COUNTS, WINDOWS, OTHERS, ROWS]
  return new TaskState({ queryId: 'Q', taskId: '0_0', environment, catalog, budget, stores, record, changelog })
}

const countsOf = (state: TaskState) => state.store('counts') as KeyValueStore
const windowsOf = (state: TaskState) => state.store('windows') as WindowStore
const commit = (state: TaskState, offset = 1) =>
  state
    .checkpoint({ positions: { 't/0': offset }, streamTime: offset, watermarks: {}, changelogOffsets: new Map() })
    .write()

test('a key that changes often between two commits is one record of the changelog', async () => {
  const state = openTask()
  for (let i = 1; i <= 1000; i++) countsOf(state).put('a', { row: [i], timestamp: i })
  await commit(state)
  expect(changes).toHaveLength(1)
  expect(marks).toEqual([{ store: 'counts', count: 1 }])
  await commit(state)
  expect(changes).toHaveLength(1)
})

test('what was put and deleted between two commits is in no changelog', async () => {
  const state = openTask()
  windowsOf(state).put('a', 10, { row: [1], timestamp: 10 })
  windowsOf(state).delete('a', 10)
  await commit(state)
  expect(changes).toEqual([])
})

test('positions and stream time are those of the state, also when a later commit was dropped', async () => {
  const state = openTask()
  countsOf(state).put('a', { row: [1], timestamp: 1 })
  await commit(state, 7)
  countsOf(state).put('a', { row: [2], timestamp: 2 })
  state.checkpoint({ positions: { 't/0': 9 }, streamTime: 9, watermarks: {}, changelogOffsets: new Map() }).abandon()
  state.close()
  const record = new StateCatalog(environment).task('Q', '0_0')
  expect(record).toMatchObject({ positions: { 't/0': 7 }, streamTime: 7 })
  expect(countsOf(openTask()).get('a')).toEqual({ row: [1], timestamp: 1 })
})

test('the changes of a dropped commit are part of the next one', async () => {
  const state = openTask()
  countsOf(state).put('a', { row: [1], timestamp: 1 })
  state.checkpoint({ positions: {}, streamTime: 1, watermarks: {}, changelogOffsets: new Map() }).abandon()
  countsOf(state).put('b', { row: [2], timestamp: 2 })
  await commit(state)
  state.close()
  expect([...countsOf(openTask()).entries()].map(([key]) => key)).toEqual(['a', 'b'])
})

test('rows of a large commit that failed halfway, deleted before the next one, are gone from the disk', async () => {
  const state = openTask()
  for (let key = 0; key < 10_000; key++) countsOf(state).put(key, { row: [key], timestamp: 1 })
  const { write } = environment
  let left = 3
  environment.write = (changes) =>
    left-- > 0 ? write.call(environment, changes) : Promise.reject(new Error('no space'))
  await expect(commit(state)).rejects.toThrow('no space')
  environment.write = write
  expect(environment.countKeys(Buffer.of(0, 0, 2), Buffer.of(0, 0, 3))).toBeGreaterThan(0)
  for (let key = 0; key < 10_000; key++) countsOf(state).delete(key)
  await commit(state)
  expect([...countsOf(state).entries()]).toEqual([])
})

test('expiry is no record of the changelog, and reads and deletes what expires and nothing else', async () => {
  const state = openTask()
  for (let start = 0; start < 1000; start++) windowsOf(state).put('a', start, { row: [start], timestamp: start })
  await commit(state)
  state.close()
  const again = openTask()
  changes = []
  const before = environment.countKeys(Buffer.of(0), Buffer.of(1))
  windowsOf(again).expire(3)
  expect(windowsOf(again).count()).toBe(997)
  await commit(again)
  expect(environment.countKeys(Buffer.of(0), Buffer.of(1))).toBe(before - 3)
  expect(changes).toEqual([])
  expect([...windowsOf(again).fetchAll(0, 4)].map(([, start]) => start)).toEqual([3, 4])
})

test('a join buffer writes what is new, in few records', async () => {
  const state = openTask()
  const rows = state.store('rows') as JoinBuffer
  for (let i = 0; i < 5000; i++) rows.add(`k${i}`, { row: ['x'], timestamp: i % 20 })
  await commit(state)
  expect(changes.length).toBeLessThanOrEqual(64)
  changes = []
  rows.add('k1', { row: ['y'], timestamp: 10 })
  await commit(state)
  expect(changes).toHaveLength(1)
  state.close()
  const again = openTask().store('rows') as JoinBuffer
  expect([...again.fetch('k1', 0, 100)].map(({ row }) => row)).toEqual([['x'], ['y']])
  expect(again.count()).toBe(5001)
})

test('the cache stays below its bound once everything is written, and asks for a commit before', async () => {
  const budget = new CacheBudget(100_000)
  const state = openTask(budget)
  for (let i = 0; i < 1000; i++) countsOf(state).put(i, { row: [i], timestamp: i })
  expect(budget.needsCommit).toBe(true)
  await commit(state)
  expect(budget.needsCommit).toBe(false)
  expect(budget.usedBytes).toBeLessThanOrEqual(100_000)
  for (let i = 0; i < 1000; i++) expect(countsOf(state).get(i)?.row).toEqual([i])
  expect(budget.usedBytes).toBeLessThanOrEqual(100_000)
  state.close()
  expect(budget.usedBytes).toBe(0)
  expect(budget.unwrittenBytes).toBe(0)
})

test('a join buffer that is larger than its memory finds rows by their place on the disk', async () => {
  const budget = new CacheBudget(60_000)
  const state = openTask(budget)
  const rows = state.store('rows') as JoinBuffer
  const text = 'x'.repeat(200)
  for (let i = 0; i < 3000; i++) {
    rows.add(`key ${i % 1500}`, { row: [`${i} ${text}`], timestamp: i % 20 })
    if (budget.needsCommit) await commit(state)
  }
  await commit(state)
  expect(budget.usedBytes).toBeLessThan(1.5 * 60_000)
  expect(budget.indexBytes).toBeGreaterThan(0)
  expect(budget.indexBytes).toBeLessThan(3000 * 60)
  for (let i = 0; i < 1500; i += 7) {
    const found = [...rows.fetch(`key ${i}`, 0, 20)].map(({ row }) => Number.parseInt(String(row[0]), 10))
    expect(found.toSorted((a, b) => a - b)).toEqual([i, i + 1500])
  }
  expect(budget.usedBytes).toBeLessThan(1.5 * 60_000)
  state.close()
  expect(budget.usedBytes).toBe(0)
  expect(budget.indexBytes).toBe(0)
})

test('rows in which others are found stay in memory, and those that nobody finds leave it', async () => {
  const budget = new CacheBudget(60_000)
  const state = openTask(budget)
  const [found, others] = [state.store('rows') as JoinBuffer, state.store('others') as JoinBuffer]
  for (let i = 0; i < 30; i++) found.add(`key ${i}`, { row: [`${i} ${'x'.repeat(200)}`], timestamp: 1 })
  for (let i = 0; i < 450; i++) {
    const key = `key ${i % 30}`
    expect([...found.fetch(key, 0, 20)]).toHaveLength(1)
    others.add(key, { row: [`${i} ${'y'.repeat(200)}`], timestamp: 2 })
    if (budget.isFull) await commit(state)
  }
  await commit(state)
  expect(state.usage('rows')!.misses).toBe(0)
  expect(others.fetch('key 7', 0, 20)).toHaveLength(15)
  expect(state.usage('others')!.misses).toBeGreaterThan(0)
})

test('indexes that take more than their bound are given up, and made again from the disk', async () => {
  const budget = new CacheBudget(4_000)
  const state = openTask(budget)
  const rows = state.store('rows') as JoinBuffer
  for (let i = 0; i < 4000; i++) {
    rows.add(`key ${i}`, { row: [`${i}`], timestamp: Math.floor(i / 40) })
    if (i % 100 === 99) await commit(state)
  }
  expect(budget.indexBytes).toBeLessThan(2 * budget.indexLimitBytes)
  for (let i = 0; i < 4000; i += 37)
    expect([...rows.fetch(`key ${i}`, 0, 100)].map(({ row }) => row)).toEqual([[`${i}`]])
})

test('a join buffer finds rows by key in order of time, whether they were written, given up and loaded again, or not', async () => {
  const random = fc.sample(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 99 })), {
    numRuns: 3000,
    seed: 5,
  })
  const budget = new CacheBudget(30_000)
  const state = openTask(budget)
  const rows = state.store('rows') as JoinBuffer
  const expected: { key: string; timestamp: number; text: string }[] = []
  for (const [i, [number, timestamp]] of random.entries()) {
    const key = `key ${number}`
    rows.add(key, { row: [`${i}`], timestamp })
    expected.push({ key, timestamp, text: `${i}` })
    if (i % 500 === 499) await commit(state)
    const inRange = expected.filter((one) => one.key === key && one.timestamp >= 10 && one.timestamp <= 60)
    const inOrder = inRange.toSorted((a, b) => a.timestamp - b.timestamp).map(({ text }) => text)
    expect([...rows.fetch(key, 10, 60)].map(({ row }) => row[0])).toEqual(inOrder)
  }
  rows.expire(1_000)
  await commit(state)
  expect(budget.unwrittenBytes).toBe(0)
  expect(budget.usedBytes).toBeLessThan(2_000)
})

test('a join buffer gives up what nobody fetches any more, once it is written', async () => {
  const budget = new CacheBudget(1 << 20)
  const state = openTask(budget)
  const rows = state.store('rows') as JoinBuffer
  const add = (from: number, to: number) => {
    for (let time = from; time < to; time++) {
      for (let n = 0; n < 20; n++) rows.add(`k${time % 7}`, { row: [`row ${time} ${n}`], timestamp: time })
      expect([...rows.fetch(`k${time % 7}`, time - 50, time + 50)].length).toBeGreaterThanOrEqual(20)
    }
  }
  const early: number[] = []
  for (let from = 0; from < 900; from += 25) {
    add(from, from + 25)
    await commit(state)
    if (from === 200) early.push(budget.usedBytes)
  }
  // Four times as many rows: next to nothing of those that came since is in memory.
  expect(budget.usedBytes - early[0]!).toBeLessThan(50_000)
  expect([...rows.fetch('k0', 0, 6)].map(({ row }) => row[0])).toEqual(
    Array.from({ length: 20 }, (_, n) => `row 0 ${n}`),
  )
  state.close()
  expect([budget.usedBytes, budget.unwrittenBytes, budget.commitBytes]).toEqual([0, 0, 0])
})
