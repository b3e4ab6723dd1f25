import { expect, test, vi } from 'vitest'
import { LayeredMap, withEntry, withoutEntry } from '../../src/layered-map.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'

test('versions are what a Map would be after the same changes, in its order, and stay that', () => {
  const random = seededRandom(7)
  let version: ReadonlyMap<string, number> = new Map()
  const plain = new Map<string, number>()
  const kept: { readonly version: ReadonlyMap<string, number>; readonly entries: [string, number][] }[] = []
  for (let step = 0; step < 3_000; step++) {
    const key = `k${Math.floor(random() * 400)}`
    if (random() < 0.4) {
      version = withoutEntry(version, key)
      plain.delete(key)
    } else {
      version = withEntry(version, key, step)
      plain.set(key, step)
    }
    expect([version.size, version.get(key), version.has(key)]).toEqual([plain.size, plain.get(key), plain.has(key)])
    if (step % 100 === 0) kept.push({ version, entries: [...plain] })
  }
  for (const { version, entries } of kept) {
    expect([...version]).toEqual(entries)
    expect([...version.keys()]).toEqual(entries.map(([key]) => key))
    expect([...version.values()]).toEqual(entries.map(([, value]) => value))
  }
})

test('a map that grows to thousands of entries copies far fewer than all of them each time', () => {
  const entries = 4_000
  const copied = vi.spyOn(Map.prototype, 'set')
  try {
    let map: ReadonlyMap<number, number> = LayeredMap.of(new Map())
    for (let i = 0; i < entries; i++) map = withEntry(map, i, i)
    expect(map.size).toBe(entries)
    expect(copied.mock.calls.length).toBeLessThan(entries * 2 * Math.sqrt(entries))
  } finally {
    copied.mockRestore()
  }
})
