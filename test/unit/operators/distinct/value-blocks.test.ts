/** Sets of values in blocks, beside maps of all values. */
import { expect, it } from 'vitest'
import { setValueCodec } from '../../../../src/operators/distinct/set-value.ts'
import { openValueBlocks, valueBlocksStore } from '../../../../src/operators/distinct/value-blocks.ts'
import { rowBytes } from '../../../../src/state/bytes/row-bytes.ts'
import { memoryStore } from '../../../../src/state/memory.ts'
import type { KeyValueStore } from '../../../../src/state/store.ts'
import { ByteBuffer } from '../../../../src/types/byte-buffer.ts'
import { BIGINT, DOUBLE, type SqlType, STRING } from '../../../../src/types/sql-type.ts'
import type { Value } from '../../../../src/types/value.ts'
import { forEachSeed } from '../../../support/seeds.ts'

const VALUES: readonly {
  readonly types: readonly SqlType[]
  readonly partsOf: (number: number) => readonly Value[]
}[] = [
  { types: [BIGINT], partsOf: (number) => [number - 500] },
  { types: [BIGINT], partsOf: (number) => [2n ** 60n + BigInt(number)] },
  { types: [STRING], partsOf: (number) => [`text ${number}`] },
  { types: [DOUBLE], partsOf: (number) => [number / 7] },
  { types: [BIGINT, STRING], partsOf: (number) => [number % 30, String(number)] },
]

it.each(VALUES)('a set has the bits that each of its values was given: $types', ({ types, partsOf }) => {
  forEachSeed((random) => {
    const store = memoryStore(valueBlocksStore('values')) as KeyValueStore
    const { type, encode } = setValueCodec(types)
    const { mark } = openValueBlocks(store, type)
    const sets = new Map(['a', 'b', 'c'].map((key) => [key, new Map<number, number>()]))
    for (let i = 0; i < 3000; i++) {
      const key = ['a', 'a', 'a', 'b', 'c'][random.integer(0, 4)]!
      const set = sets.get(key)!
      const number = key === 'c' ? random.integer(0, 9) : random.integer(0, 1000)
      const bits = 1 << random.integer(0, 30)
      expect(mark(key, set.size, encode(partsOf(number)), bits, i)).toBe(set.get(number) ?? 0)
      set.set(number, (set.get(number) ?? 0) | bits)
    }
    const size = sets.values().reduce((sum, set) => sum + set.size, 0)
    expect(store.count()).toBeLessThan(size / 20)
    for (const [key, set] of sets) {
      for (const [number, bits] of set) expect(mark(key, set.size, encode(partsOf(number)), 0, 0)).toBe(bits)
    }
  }, 2)
})

it('NULL is a value, and is kept as one', () => {
  const declaration = valueBlocksStore('values')
  const store = memoryStore(declaration) as KeyValueStore
  const { mark } = openValueBlocks(store, BIGINT)
  expect(mark('a', 0, null, 1, 0)).toBe(0)
  expect(mark('a', 1, 5, 2, 0)).toBe(0)
  const sink = new ByteBuffer(64)
  rowBytes(declaration).write(store.get('a')!, null, sink)
  store.put('a', rowBytes(declaration).read(sink.since(0)))
  expect(mark('a', 2, null, 4, 0)).toBe(1)
  expect(mark('a', 2, 5, 4, 0)).toBe(2)
})
