import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { prefixRange, textCodec } from '../../../../../src/state/key.ts'
import { CacheBudget } from '../../../../../src/state/lmdb/cache-budget.ts'
import { LmdbEnvironment } from '../../../../../src/state/lmdb/lmdb-environment.ts'
import { StateCatalog } from '../../../../../src/state/lmdb/state-catalog.ts'
import { TaskState } from '../../../../../src/state/lmdb/task-state.ts'
import type { IndexDeclaration, KeyValueStore, StoreDeclaration } from '../../../../../src/state/store.ts'
import { INTEGER, STRING } from '../../../../../src/types/sql-type.ts'

/** Each commit waits for the disk, which other tests use too. */
vi.setConfig({ testTimeout: 60_000 })

const ROWS: StoreDeclaration = { name: 'rows', kind: 'keyValue', types: [STRING] }
const codec = textCodec([STRING, INTEGER])

const byName = (definition = 'name'): IndexDeclaration => ({
  name: 'BY_NAME',
  definition,
  isListed: false,
  entriesOf: (key, { row }) => (row[0] === null ? [] : [codec.encode([row[0]!, key])]),
  keyOf: (entry) => codec.decode(entry)[1] as number,
})

let directory: string
let environment: LmdbEnvironment
let opened: TaskState[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-index-'))
  environment = openEnvironment()
  opened = []
})
afterEach(async () => {
  for (const state of opened) state.close()
  await environment.close()
  rmSync(directory, { recursive: true, force: true })
})

const openEnvironment = () =>
  LmdbEnvironment.open(directory, (_, cause) => {
    throw cause
  })

function openTask(indexes: readonly IndexDeclaration[] = [byName()]): TaskState {
  const catalog = new StateCatalog(environment)
  const state = new TaskState({
    queryId: 'Q',
    taskId: '0_0',
    environment,
    catalog,
    budget: new CacheBudget(1e9),
    stores: [ROWS],
    record: catalog.task('Q', '0_0') ?? null,
    changelog: null,
  })
  state.setIndexes('rows', indexes)
  opened.push(state)
  return state
}

const rowsOf = (state: TaskState) => state.store('rows') as KeyValueStore
const put = (state: TaskState, key: number, name: string | null) =>
  rowsOf(state).put(key, { row: [name], timestamp: key })
const mark = { positions: {}, streamTime: 0, watermarks: {}, changelogOffsets: new Map() }
const commit = (state: TaskState) => state.checkpoint(mark).write()
const ready = (state: TaskState) =>
  expect.poll(() => state.indexProgress('rows').get('BY_NAME'), { timeout: 20_000 }).toBe(true)

/** Keys of the rows that the index finds and that have the name. */
function keysOf(state: TaskState, name: string): number[] {
  const found = state.index('rows', 'BY_NAME')!.rows([prefixRange(textCodec([STRING]).encode([name]))])
  return [...found].flatMap(([key, { row }]) => (row[0] === name ? [key as number] : [])).sort((a, b) => a - b)
}

/** How many entries there are on the disk beside the rows and the record of the task. */
const entriesOf = (state: TaskState) => environment.countKeys(Buffer.of(0, 0, 2), Buffer.of(1)) - rowsOf(state).count()

test('an index follows inserts, updates and deletes, before their commit and after it', async () => {
  const state = openTask()
  await ready(state)
  for (let key = 0; key < 10; key++) put(state, key, key % 2 === 0 ? 'even' : 'odd')
  expect(keysOf(state, 'even')).toEqual([0, 2, 4, 6, 8])
  await commit(state)
  put(state, 0, 'odd')
  put(state, 2, null)
  rowsOf(state).delete(4)
  for (const isCommitted of [false, true]) {
    if (isCommitted) await commit(state)
    expect(keysOf(state, 'even')).toEqual([6, 8])
    expect(keysOf(state, 'odd')).toEqual([0, 1, 3, 5, 7, 9])
  }
  expect(entriesOf(state)).toBe(8)
})

test('an index of a table that has rows is built in the background, while these change', async () => {
  const state = openTask([])
  for (let key = 0; key < 3000; key++) put(state, key, `n${key % 3}`)
  await commit(state)
  state.setIndexes('rows', [byName()])
  expect(state.index('rows', 'BY_NAME')).toBeNull()
  put(state, 0, 'n1')
  const checkpoint = state.checkpoint(mark)
  put(state, 3, 'n1')
  await checkpoint.write()
  await ready(state)
  expect(keysOf(state, 'n0')).toHaveLength(998)
  expect(keysOf(state, 'n1')).toHaveLength(1002)
  await commit(state)
  expect(entriesOf(state)).toBe(3000)
})

test('a ready index is there after a restart; one with another definition is built again, and nothing is left of the former', async () => {
  const first = openTask()
  for (let key = 0; key < 2000; key++) put(first, key, 'a')
  await commit(first)
  await ready(first)
  await commit(first)
  first.close()
  await environment.close()
  environment = openEnvironment()
  const again = openTask()
  expect(again.index('rows', 'BY_NAME')).not.toBeNull()
  again.close()
  const other = openTask([byName('other')])
  expect(other.index('rows', 'BY_NAME')).toBeNull()
  await ready(other)
  await expect.poll(() => entriesOf(other), { timeout: 20_000 }).toBe(2000)
  expect(keysOf(other, 'a')).toHaveLength(2000)
})

test('an index that was not ready when the process ended is built after it', async () => {
  const first = openTask([])
  for (let key = 0; key < 2000; key++) put(first, key, 'a')
  await commit(first)
  first.setIndexes('rows', [byName()])
  first.close()
  const again = openTask()
  await ready(again)
  expect(keysOf(again, 'a')).toHaveLength(2000)
})

test('the entries of a dropped index are deleted, and its id is given to no other before', async () => {
  const state = openTask()
  for (let key = 0; key < 1500; key++) put(state, key, 'a')
  await commit(state)
  await ready(state)
  state.setIndexes('rows', [])
  expect(state.index('rows', 'BY_NAME')).toBeNull()
  put(state, 0, 'b')
  await commit(state)
  await expect.poll(() => entriesOf(state), { timeout: 20_000 }).toBe(0)
  state.setIndexes('rows', [byName()])
  await ready(state)
  expect(keysOf(state, 'a')).toHaveLength(1499)
})

test('a task without its indexes keeps none up: they are built again', async () => {
  const first = openTask()
  put(first, 1, 'a')
  await commit(first)
  await ready(first)
  await commit(first)
  first.close()
  const without = openTask([])
  put(without, 2, 'a')
  await commit(without)
  without.close()
  const again = openTask()
  await ready(again)
  expect(keysOf(again, 'a')).toEqual([1, 2])
})

test('a commit that was dropped leaves the index as it was', async () => {
  const state = openTask()
  put(state, 1, 'a')
  await commit(state)
  await ready(state)
  put(state, 1, 'b')
  state.checkpoint(mark).abandon()
  expect(keysOf(state, 'a')).toEqual([])
  expect(keysOf(state, 'b')).toEqual([1])
  put(state, 1, 'c')
  await commit(state)
  expect(keysOf(state, 'b')).toEqual([])
  expect(keysOf(state, 'c')).toEqual([1])
  expect(entriesOf(state)).toBe(1)
})

test('a commit that fails on the disk has its index built again', async () => {
  const state = openTask()
  put(state, 1, 'a')
  await commit(state)
  await ready(state)
  const { write } = environment
  environment.write = () => Promise.reject(new Error('no space'))
  put(state, 1, 'b')
  await expect(commit(state)).rejects.toThrow('no space')
  environment.write = write
  expect(state.index('rows', 'BY_NAME')).toBeNull()
  put(state, 2, 'a')
  await commit(state)
  await ready(state)
  expect(keysOf(state, 'a')).toEqual([2])
  expect(keysOf(state, 'b')).toEqual([1])
  await expect.poll(() => entriesOf(state), { timeout: 20_000 }).toBe(2)
})

test('texts that are too long for a key are found', async () => {
  const state = openTask()
  const long = 'x'.repeat(5000)
  put(state, 1, `${long}a`)
  put(state, 2, `${long}b`)
  await commit(state)
  await ready(state)
  expect(keysOf(state, `${long}a`)).toEqual([1])
  put(state, 1, `${long}b`)
  await commit(state)
  expect(keysOf(state, `${long}a`)).toEqual([])
  expect(keysOf(state, `${long}b`)).toEqual([1, 2])
})

test('the rows that an index finds are those of a scan, whatever happens', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), key: fc.nat(30), name: fc.constantFrom('a', 'b', 'c', null) }),
    fc.record({ kind: fc.constant('delete' as const), key: fc.nat(30) }),
    fc.record({ kind: fc.constantFrom('commit' as const, 'abandon' as const, 'restart' as const, 'drop' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      let state = openTask()
      for (const key of [...rowsOf(state).entries()].map(([key]) => key)) rowsOf(state).delete(key)
      await commit(state)
      for (const one of steps) {
        if (one.kind === 'put') put(state, one.key, one.name)
        else if (one.kind === 'delete') rowsOf(state).delete(one.key)
        else if (one.kind === 'commit') await commit(state)
        else if (one.kind === 'abandon') state.checkpoint(mark).abandon()
        else if (one.kind === 'drop') state.setIndexes('rows', [])
        else {
          state.close()
          state = openTask()
        }
        if (one.kind === 'drop') state.setIndexes('rows', [byName()])
      }
      await ready(state)
      for (const name of ['a', 'b', 'c']) {
        const scanned = [...rowsOf(state).entries()].filter(([, { row }]) => row[0] === name).map(([key]) => key)
        expect(keysOf(state, name)).toEqual(scanned.sort((a, b) => Number(a) - Number(b)))
      }
      state.close()
    }),
    { numRuns: 10 },
  )
})
