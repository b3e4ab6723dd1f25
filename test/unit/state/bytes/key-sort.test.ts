import { expect, test } from 'vitest'
import { KeySort } from '../../../../src/state/bytes/key-sort.ts'
import { Random } from '../../../support/random.ts'

/** The numbers of the keys that are visited. */
function visited(keys: readonly Buffer[]): number[] {
  const starts = new Uint32Array(keys.length)
  const ends = new Uint32Array(keys.length)
  // Something else stands before each key, as values do.
  const bytes = Buffer.concat(keys.flatMap((key) => [Buffer.from([0xff, 0x01]), key]))
  keys.reduce((at, key, i) => {
    starts[i] = at + 2
    return (ends[i] = at + 2 + key.length)
  }, 0)
  const numbers: number[] = []
  new KeySort(bytes, starts, ends).eachLast((key) => numbers.push(key))
  return numbers
}

/** The same by comparing all keys. */
function expected(keys: readonly Buffer[]): number[] {
  const last = new Map(keys.map((key, i) => [key.toString('latin1'), i]))
  return [...last.values()].sort((a, b) => Buffer.compare(keys[a]!, keys[b]!))
}

const below = (random: Random, bound: number): number => random.integer(0, bound - 1)

const SHAPES: Readonly<Record<string, (random: Random, i: number) => Buffer>> = {
  'numbers behind a long text': (random) => Buffer.from(`a text that all have ${below(random, 5_000)}`),
  'random bytes of any length': (random) =>
    Buffer.from(Array.from({ length: below(random, 30) }, () => below(random, 256))),
  'many keys alike in eight bytes': (random) =>
    Buffer.from(`${'x'.repeat(8 * below(random, 3))}window-${below(random, 3)}-user-${below(random, 900)}`),
  'zeros at the ends': (random) => Buffer.from([1, ...Array.from({ length: below(random, 20) }, () => 0)]),
  'one key again and again': () => Buffer.from('the same key'),
  'large first bytes': (random) =>
    Buffer.from([0x80 + below(random, 128), 0xff, below(random, 256), 0xff, 0xff, 0xff, 0xff, below(random, 256)]),
  'in order already': (_, i) => Buffer.from(String(i).padStart(20, '0')),
}

test.each(Object.keys(SHAPES))('%s: in order, of equal keys the last', (shape) => {
  for (const count of [0, 1, 2, 24, 25, 3_000]) {
    const random = new Random(count)
    const keys = Array.from({ length: count }, (_, i) => SHAPES[shape]!(random, i))
    expect(visited(keys)).toEqual(expected(keys))
  }
})
