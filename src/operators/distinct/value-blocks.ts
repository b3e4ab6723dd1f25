/**
 * Sets of values of many groups in one store, each value with bits beside it: an entry holds a block of values, since an entry for each would cost a
 * key, an object in memory, a write and a record of the changelog.
 *
 * State: a set of n values has one block for each `BLOCK_VALUES` of them, by linear hashing (Litwin, VLDB 1980). When it needs one more, a single block
 * gives its part to the new one. So its number of values, which the caller keeps, says in which block a value is.
 */
import { textCodec } from '../../state/key.ts'
import type { KeyValueStore, StoreDeclaration, StoredRow } from '../../state/store.ts'
import { array, BIGINT, INTEGER, type SqlType, STRING } from '../../types/sql-type.ts'
import type { Row } from '../../types/value.ts'
import type { SetValue } from './set-value.ts'

/** How many values a block has on average. A block is written whole when one of them is new. */
export const BLOCK_VALUES = 32

/** Row of a block: its values as integers or as texts, the other is NULL; then the bits of each. */
export const valueBlocksStore = (name: string): StoreDeclaration => ({
  name,
  kind: 'keyValue',
  types: [array(BIGINT), array(STRING), array(INTEGER)],
})

export interface ValueSets {
  /**
   * Sets bits of a value in the set of that key. `size`: the number of values in it. Returns the bits that the value had, 0 for one that was not in
   * the set.
   */
  readonly mark: (set: string, size: number, value: SetValue, bits: number, timestamp: number) => number
}

/** `type`: that of the values as sets hold them. */
export function openValueBlocks(store: KeyValueStore, type: SqlType): ValueSets {
  const areIntegers = type.kind === 'BIGINT'
  const emptyBlock = (): Row => (areIntegers ? [[], null, []] : [null, [], []])
  const valuesOf = ({ row }: StoredRow): SetValue[] => row[areIntegers ? 0 : 1] as SetValue[]
  const { encode: encodeNumber } = textCodec([BIGINT])
  const keyOf = (set: string, block: number): string => (block === 0 ? set : set + encodeNumber([block]))

  /** Makes the block of that number, with the values that belong there from now on. */
  const split = (set: string, block: number, timestamp: number): void => {
    const from = keyOf(set, block - highestPower(block))
    const stored = store.get(from)
    if (stored === undefined) return
    const [stay, move] = [emptyBlock(), emptyBlock()]
    const bits = bitsOf(stored)
    const at = areIntegers ? 0 : 1
    valuesOf(stored).forEach((value, i) => {
      const target = blockOf(value, block + 1) === block ? move : stay
      ;(target[at] as SetValue[]).push(value)
      ;(target[2] as number[]).push(bits[i]!)
    })
    store.put(from, { row: stay, timestamp })
    store.put(keyOf(set, block), { row: move, timestamp })
  }

  return {
    mark(set, size, value, bits, timestamp) {
      const blocks = blocksOf(size)
      const key = keyOf(set, blockOf(value, blocks))
      const stored = store.get(key) ?? { row: emptyBlock(), timestamp }
      const values = valuesOf(stored)
      const at = values.indexOf(value)
      if (at < 0) {
        values.push(value)
        bitsOf(stored).push(bits)
        store.put(key, { row: stored.row, timestamp })
        if (blocksOf(size + 1) > blocks) split(set, blocks, timestamp)
        return 0
      }
      const known = bitsOf(stored)[at]!
      if ((bits & ~known) === 0) return known
      bitsOf(stored)[at] = known | bits
      store.put(key, { row: stored.row, timestamp })
      return known
    },
  }
}

const bitsOf = ({ row }: StoredRow): number[] => row[2] as number[]

const blocksOf = (size: number): number => Math.max(1, Math.ceil(size / BLOCK_VALUES))

/** The highest power of two that is not above `count`, which is from 1 on. */
const highestPower = (count: number): number => 2 ** (31 - Math.clz32(count))

/** The block of a value in a set of so many: by as many bits of its hash as number the blocks, and by one less where that block is still to be made. */
function blockOf(value: SetValue, blocks: number): number {
  if (blocks === 1) return 0
  const power = highestPower(blocks)
  const block = hashOf(value) & (2 * power - 1)
  return block < blocks ? block : block - power
}

/** Part of the layout of stored sets. */
function hashOf(value: SetValue): number {
  if (value === null) return 0
  if (typeof value === 'string') {
    let hash = 0
    for (let i = 0; i < value.length; i++) hash = Math.imul(hash, 31) + value.charCodeAt(i)
    return mixed(hash)
  }
  if (typeof value === 'number') return mixed(Math.imul(Math.floor(value / 2 ** 32), 31) + value)
  return mixed(Math.imul(Number(BigInt.asIntN(32, value >> 32n)), 31) + Number(BigInt.asIntN(32, value)))
}

/** Each bit of a number, taken modulo 2^32, decides over all bits of the result. Source: the finalizer of MurmurHash3. */
function mixed(number: number): number {
  let hash = number | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
