import { expect, test } from 'vitest'
import { MIN_PART_CHANGES, type PartOptions, WriteBatch } from '../../../../src/state/lmdb/write-batch.ts'
import { targetOf } from '../../../support/batch-target.ts'

/** The changes in words, in their order. */
function changesOf(batch: WriteBatch): string[] {
  const changes: string[] = []
  batch.applyTo(
    targetOf({
      put: (key, value) => changes.push(`put ${key} ${value}`),
      delete: (key) => changes.push(`delete ${key}`),
      deleteRange: (from, to) => changes.push(`range ${from} ${to}`),
    }),
  )
  return changes
}

const put = (batch: WriteBatch, key: string, value: string) => batch.put(Buffer.from(key), Buffer.from(value))

test('sorted changes are in the order of their keys, of each key the last one', () => {
  const batch = new WriteBatch()
  put(batch, 'user-b', '1')
  put(batch, 'user-a', '2')
  batch.delete(Buffer.from('user-b'))
  put(batch, 'user-abcdefghij2', '3')
  put(batch, 'user-abcdefghij1', '4')
  put(batch, 'user-', '5')
  put(batch, 'user-a', '6')
  batch.sort()
  expect(changesOf(batch)).toEqual([
    'put user- 5',
    'put user-a 6',
    'put user-abcdefghij1 4',
    'put user-abcdefghij2 3',
    'delete user-b',
  ])
})

test('a range stays behind the changes before it, and before those behind it', () => {
  const batch = new WriteBatch()
  put(batch, 'c', '1')
  put(batch, 'b', '2')
  batch.deleteRange(Buffer.from('a'), Buffer.from('c'))
  batch.deleteRange(Buffer.from('x'), Buffer.from('y'))
  put(batch, 'b', '3')
  put(batch, 'a', '4')
  batch.sort()
  expect(changesOf(batch)).toEqual(['put b 2', 'put c 1', 'range a c', 'range x y', 'put a 4', 'put b 3'])
})

test('keys with zeros at their ends are told apart', () => {
  const batch = new WriteBatch()
  for (const key of [[1, 0, 0], [1], [1, 0], [2]]) batch.put(Buffer.from(key), Buffer.from(String(key.length)))
  batch.sort()
  const lengths: string[] = []
  batch.applyTo(targetOf({ put: (_, value) => lengths.push(value.toString()) }))
  expect(lengths).toEqual(['1', '2', '3', '1'])
})

test('an empty batch can be sorted', () => {
  const batch = new WriteBatch()
  batch.sort()
  expect(batch.size).toBe(0)
})

/** The parts as they are applied, each in words; `afterPart` is called between two. */
function partsOf(batch: WriteBatch, options: PartOptions, afterPart = () => {}): string[] {
  const parts: string[] = []
  for (const part of batch.parts(options)) {
    const keys: string[] = []
    if ('from' in part) keys.push(`range ${part.from}`)
    else part.applyTo(targetOf({ put: (key) => keys.push(key.toString()), delete: (key) => keys.push(`-${key}`) }))
    parts.push(keys.join(' '))
    afterPart()
  }
  return parts
}

test('a part ends early once others wait, and the next one begins where it ended', () => {
  const batch = new WriteBatch()
  for (let i = 0; i < 3 * MIN_PART_CHANGES; i++) put(batch, `key${i}`, '')
  let isAwaited = true
  const parts = partsOf(batch, { limit: 2 * MIN_PART_CHANGES, isAwaited: () => isAwaited }, () => {
    isAwaited = false
  })
  expect(parts.map((part) => part.split(' ').length)).toEqual([MIN_PART_CHANGES, 2 * MIN_PART_CHANGES])
  expect(parts.join(' ')).toBe(Array.from({ length: 3 * MIN_PART_CHANGES }, (_, i) => `key${i}`).join(' '))
})

test('what belongs to the end is part of the last transaction, which is never one that ended early', () => {
  const atEnd = new WriteBatch()
  atEnd.delete(Buffer.from('log'))
  const batch = new WriteBatch()
  for (const key of ['a', 'b', 'c']) put(batch, key, '')
  expect(partsOf(batch, { limit: 2, atEnd })).toEqual(['a b', 'c -log'])
  batch.deleteRange(Buffer.from('x'), Buffer.from('y'))
  expect(partsOf(batch, { limit: 2, atEnd })).toEqual(['a b', 'c', 'range x', '-log'])
  expect(partsOf(new WriteBatch(), { limit: 2, atEnd })).toEqual(['-log'])
  const large = new WriteBatch()
  for (let i = 0; i <= MIN_PART_CHANGES; i++) put(large, 'k', '')
  const last = partsOf(large, { limit: 2 * MIN_PART_CHANGES, isAwaited: () => true, atEnd })
  expect(last.map((part) => part.endsWith('-log'))).toEqual([false, true])
})
