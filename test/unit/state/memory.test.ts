import { describe, expect, it } from 'vitest'
import { memoryStore } from '../../../src/state/memory.ts'
import type { StoredRow } from '../../../src/state/store.ts'

const row = (value: string, timestamp = 0): StoredRow => ({ row: [value], timestamp })

describe('key-value store', () => {
  it('gives the newest row of a key, and none after a delete', () => {
    const store = memoryStore({ name: 's', kind: 'keyValue' })
    store.put('a', row('1'))
    store.put('a', row('2'))
    expect(store.get('a')).toEqual(row('2'))
    store.delete('a')
    expect(store.get('a')).toBeUndefined()
    expect(store.count()).toBe(0)
  })

  it('reads ranges in key order, with open and closed ends, while it changes', () => {
    const store = memoryStore({ name: 's', kind: 'keyValue' })
    for (const key of ['c', 'a', 'd']) store.put(key, row(key))
    const keys = (range: Parameters<typeof store.entries>[0]) => [...store.entries(range)].map(([key]) => key)
    expect(keys({})).toEqual(['a', 'c', 'd'])
    store.put('b', row('b'))
    store.delete('d')
    expect(keys({ from: 'b' })).toEqual(['b', 'c'])
    expect(keys({ from: 'a', fromInclusive: false, to: 'c', toInclusive: false })).toEqual(['b'])
  })
})

describe('window store', () => {
  it('reads the windows of one key by start', () => {
    const store = memoryStore({ name: 's', kind: 'window' })
    store.put('a', 20, row('2'))
    store.put('a', 10, row('1'))
    store.put('b', 10, row('3'))
    expect([...store.fetch('a', 0, 15)]).toEqual([[10, row('1')]])
    expect([...store.fetchAll(0, 20)]).toEqual([
      ['a', 10, row('1')],
      ['b', 10, row('3')],
      ['a', 20, row('2')],
    ])
  })

  it('expiry drops whole starts, and a later put of an expired start works again', () => {
    const store = memoryStore({ name: 's', kind: 'window' })
    store.put('a', 10, row('1'))
    store.put('a', 20, row('2'))
    store.expire(20)
    expect(store.get('a', 10)).toBeUndefined()
    expect(store.get('a', 20)).toEqual(row('2'))
    expect(store.count()).toBe(1)
    store.put('a', 10, row('4'))
    expect(store.get('a', 10)).toEqual(row('4'))
    store.delete('a', 10)
    store.delete('a', 10)
    expect(store.count()).toBe(1)
  })
})

describe('session store', () => {
  const filled = () => {
    const store = memoryStore({ name: 's', kind: 'session' })
    store.put('a', 30, 40, row('2'))
    store.put('a', 0, 10, row('1'))
    store.put('b', 5, 10, row('3'))
    return store
  }

  it('finds the sessions of a key that touch a range of time', () => {
    const store = filled()
    expect(store.find('a', 10, 29)).toEqual([{ start: 0, end: 10, value: row('1') }])
    expect(store.find('a', 11, 30)).toEqual([{ start: 30, end: 40, value: row('2') }])
    expect(store.find('a', 41, 99)).toEqual([])
  })

  it('finds the sessions of all keys that ended in a range of time, by end, start, key', () => {
    const store = filled()
    store.put('c', 0, 10, row('4'))
    expect([...store.findEnded(0, 40)].map(([key, { start }]) => [key, start])).toEqual([
      ['a', 0],
      ['c', 0],
      ['b', 5],
      ['a', 30],
    ])
  })

  it('replaces, removes and expires', () => {
    const store = filled()
    store.put('a', 0, 10, row('5'))
    expect(store.count()).toBe(3)
    store.remove('b', 5, 10)
    store.remove('b', 5, 10)
    store.expire(40)
    expect([...store.all()]).toEqual([['a', { start: 30, end: 40, value: row('2') }]])
    expect(store.count()).toBe(1)
  })
})

describe('join buffer', () => {
  it('gives the rows of a key by time, equal times as they came', () => {
    const buffer = memoryStore({ name: 's', kind: 'joinBuffer', retentionMs: 100 })
    for (const [value, time] of [
      ['c', 30],
      ['a', 10],
      ['d', 30],
      ['b', 20],
    ] as const)
      buffer.add('k', row(value, time))
    buffer.add('other', row('x', 20))
    expect([...buffer.fetch('k', 10, 30)].map(({ row: [value] }) => value)).toEqual(['a', 'b', 'c', 'd'])
    expect([...buffer.fetch('k', 11, 29)].map(({ row: [value] }) => value)).toEqual(['b'])
  })

  it('hides what is expired and frees it by and by', () => {
    const buffer = memoryStore({ name: 's', kind: 'joinBuffer', retentionMs: 160 })
    for (let time = 0; time < 100; time++) buffer.add('k', row('x', time))
    buffer.expire(95)
    expect([...buffer.fetch('k', 0, 1000)].map(({ timestamp }) => timestamp)).toEqual([95, 96, 97, 98, 99])
    expect(buffer.count()).toBe(10)
    buffer.add('k', row('late', 94))
    expect([...buffer.fetch('k', 0, 94)]).toEqual([])
  })
})
