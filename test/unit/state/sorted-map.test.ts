import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SortedMap } from '../../../src/state/sorted-map.ts'

describe('SortedMap', () => {
  it('agrees with a plain map that is sorted for each question', () => {
    const key = fc.integer({ min: 0, max: 400 })
    const command = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(fc.constant('set' as const), key) },
      { weight: 3, arbitrary: fc.tuple(fc.constant('delete' as const), key) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('takeBelow' as const), fc.integer({ min: 0, max: 60 })) },
    )
    fc.assert(
      fc.property(fc.array(command, { maxLength: 800, size: 'max' }), key, key, (commands, from, to) => {
        const map = new SortedMap<number, string>()
        const model = new Map<number, string>()
        for (const [name, n] of commands) {
          if (name === 'set') {
            map.set(n, `v${n}`)
            model.set(n, `v${n}`)
          } else if (name === 'delete') {
            map.delete(n)
            model.delete(n)
          } else {
            const below = sorted(model).filter(([k]) => k < n)
            expect(map.takeBelow(n)).toEqual(below)
            for (const [k] of below) model.delete(k)
          }
        }
        expect(map.size).toBe(model.size)
        expect([...map.entries()]).toEqual(sorted(model))
        expect([...map.entries(from, to)]).toEqual(sorted(model).filter(([k]) => k >= from && k <= to))
        expect(map.firstKey()).toBe(sorted(model)[0]?.[0])
        expect(map.get(from)).toBe(model.get(from))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps many ascending keys in order', () => {
    const map = new SortedMap<number, number>()
    for (let i = 0; i < 5000; i++) map.set(i, i)
    expect([...map.entries(4990)].map(([k]) => k)).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999])
  })
})

const sorted = (model: Map<number, string>): [number, string][] => [...model].sort(([a], [b]) => a - b)
