import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRunFile, type RunFile } from '../../../../../src/state/lmdb/runs/run-file.ts'
import { SortedRuns } from '../../../../../src/state/lmdb/runs/sorted-runs.ts'
import { WriteBatch } from '../../../../../src/state/lmdb/write-batch.ts'
import { targetOf } from '../../../../support/batch-target.ts'
import { directoryOfEachTest } from '../../../../support/directory-of-each-test.ts'
import { Random } from '../../../../support/random.ts'

const directory = directoryOfEachTest()
let runs: SortedRuns

beforeEach(() => {
  runs = new SortedRuns(() => openRunFile(directory.path))
})
afterEach(() => runs.close())

const LIMITS = { changes: 100, bytes: 1e6 }

/** A value of null deletes the key. */
type TextChange = readonly [key: string, value: string | null]

function sorted(changes: readonly TextChange[]): WriteBatch {
  const batch = new WriteBatch()
  for (const [key, value] of changes) {
    if (value === null) batch.delete(Buffer.from(key))
    else batch.put(Buffer.from(key), Buffer.from(value))
  }
  batch.sort()
  return batch
}

function taken(limits = LIMITS): TextChange[] {
  const changes: TextChange[] = []
  for (const batch of runs.take(limits)) {
    batch.applyTo(
      targetOf({
        put: (key, value) => changes.push([key.toString(), value.toString()]),
        delete: (key) => changes.push([key.toString(), null]),
      }),
    )
  }
  return changes
}

test('the newest change of each key comes, in the order of the keys', () => {
  runs.add(
    sorted([
      ['user-b', '1'],
      ['user-a', '1'],
      ['user-c', '1'],
    ]),
  )
  runs.add(
    sorted([
      ['user-b', null],
      ['user-d', '2'],
    ]),
  )
  runs.add(
    sorted([
      ['user-c', '3'],
      ['user-a', null],
      ['user-a', '3'],
    ]),
  )
  expect(taken()).toEqual([
    ['user-a', '3'],
    ['user-b', null],
    ['user-c', '3'],
    ['user-d', '2'],
  ])
})

test.each([1, 2, 3])('random changes in many runs of many blocks are merged as a map would be, seed %i', (seed) => {
  const random = new Random(seed)
  const below = (bound: number): number => random.integer(0, bound - 1)
  const model = new Map<string, string | null>()
  for (let run = 0; run < 20; run++) {
    const changes = Array.from({ length: 300 }, (_, i): TextChange => {
      const key = `${'k'.repeat(below(12))}${below(900)}`
      return [key, below(4) === 0 ? null : `${run}-${i}`.padEnd(below(1_500), 'x')]
    })
    for (const [key, value] of changes) model.set(key, value)
    runs.add(sorted(changes))
  }
  const byKey = (a: TextChange, b: TextChange): number => Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0]))
  expect(taken()).toEqual([...model].sort(byKey))
})

test('changes of expired keys are left out, as they are added and as they are taken', () => {
  const range = (from: string, to: string) => ({ from: Buffer.from(from), to: Buffer.from(to) })
  const all = ['a1', 'a5', 'a6', 'b1', 'b2', 'c1', 'c9', 'd1']
  const written: string[] = []
  const file = openRunFile(directory.path)
  const observed = new SortedRuns(() => ({
    append: (bytes) => {
      written.push(Buffer.from(bytes).toString('latin1'))
      file.append(bytes)
    },
    get length() {
      return file.length
    },
    read: (bytes, position) => file.read(bytes, position),
    clear: () => file.clear(),
    close: () => file.close(),
  }))
  observed.add(sorted(all.map((key) => [key, 'older'])))
  observed.add(sorted(all.map((key) => [key, `value of ${key}`])), [range('c', 'c9'), range('a', 'a6')])
  observed.add(sorted([['a2', 'expired']]), [range('a', 'a6')])
  expect(written[1]).not.toContain('value of a5')
  expect(written).toHaveLength(2)
  const keys: string[] = []
  for (const batch of observed.take(LIMITS, [range('a', 'a6'), range('b', 'b2'), range('c', 'd')]))
    batch.applyTo(targetOf({ put: (key, value) => keys.push(`${key} ${value}`) }))
  expect(keys).toEqual(['a6 value of a6', 'b2 value of b2', 'd1 value of d1'])
  observed.close()
})

test('values larger than a block, empty values and keys of which one begins another are kept', () => {
  const large = 'x'.repeat(200_000)
  runs.add(
    sorted([
      ['a', large],
      ['aa', ''],
      ['b', large],
    ]),
  )
  runs.add(
    sorted([
      ['', 'none'],
      ['aaa', large],
    ]),
  )
  expect(taken()).toEqual([
    ['', 'none'],
    ['a', large],
    ['aa', ''],
    ['aaa', large],
    ['b', large],
  ])
})

test('a batch has as many changes and bytes as its limits say', () => {
  runs.add(sorted(Array.from({ length: 10 }, (_, i) => [`k${i}`, 'x'.repeat(98)])))
  const sizes: number[] = []
  for (const { size } of runs.take({ changes: 4, bytes: 300 })) sizes.push(size)
  expect(sizes).toEqual([3, 3, 3, 1])
  runs.add(sorted(Array.from({ length: 10 }, (_, i) => [`k${i}`, null])))
  for (const { size } of runs.take({ changes: 4, bytes: 300 })) sizes.push(size)
  expect(sizes.slice(4)).toEqual([4, 4, 2])
})

test('runs that were taken are gone, and new ones can follow', () => {
  runs.add(sorted([['a', '1']]))
  expect(taken()).toEqual([['a', '1']])
  expect(runs.isEmpty).toBe(true)
  expect(taken()).toEqual([])
  runs.add(sorted([['b', '2']]))
  expect(taken()).toEqual([['b', '2']])
})

test('the file has no name, so that nothing is left of it after a crash', () => {
  runs.add(sorted([['a', '1']]))
  expect(readdirSync(directory.path)).toEqual([])
})

test('a changed byte is found before its entry is used', () => {
  const file = openRunFile(directory.path)
  const flipped: RunFile = {
    append: (bytes) => file.append(bytes),
    get length() {
      return file.length
    },
    clear: () => file.clear(),
    close: () => file.close(),
    read(bytes, position) {
      file.read(bytes, position)
      if (bytes.length > 8) bytes[20]! ^= 1
    },
  }
  const damaged = new SortedRuns(() => flipped)
  damaged.add(
    sorted([
      ['a', 'a value'],
      ['b', 'another value'],
    ]),
  )
  expect(() => [...damaged.take(LIMITS)]).toThrow('A sorted run fails its checksum')
  damaged.close()
})

test('a file that ends too early is found', () => {
  const file = openRunFile(directory.path)
  file.append(Buffer.from('abc'))
  expect(() => file.read(Buffer.alloc(4), 0)).toThrow('ends too early')
  file.close()
})
