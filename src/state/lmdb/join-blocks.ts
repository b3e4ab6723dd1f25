/** Blocks of a join buffer as they lie on the disk, the ones that were read last in memory. */
import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { StoreSpace } from './durable-store.ts'
import { writeBlockKey } from './join-block.ts'
import type { BlockPlace } from './join-index.ts'
import { shardOf } from './join-key.ts'

/** The part of the memory for state that the blocks of a buffer may have. */
const CACHE_SHARE = 8

export class JoinBlocks {
  readonly #space: StoreSpace
  readonly #key = new ByteBuffer(64)
  /** By number, the one that was read last at the end. */
  readonly #blocks = new Map<number, Buffer>()
  #bytes = 0

  constructor(space: StoreSpace) {
    this.#space = space
  }

  /** The block, which must not be changed. Throws StateDamagedError if the disk does not have it. */
  read(segment: number, hash: number, { block, rows }: BlockPlace): Buffer {
    const known = this.#blocks.get(block)
    if (known !== undefined) {
      this.#space.usage.hits++
      this.#blocks.delete(block)
      this.#blocks.set(block, known)
      return known
    }
    this.#space.usage.misses++
    this.#key.position = 0
    writeBlockKey(this.#space.prefix, { segment, shard: shardOf(hash), block, rows }, this.#key)
    const { environment, budget } = this.#space
    const stored = environment.get(this.#key.since(0))
    if (stored === undefined) throw environment.damaged(new Error(`Block ${block} of a join is missing`))
    const bytes = Buffer.from(stored.subarray(0, stored.length))
    this.#blocks.set(block, bytes)
    this.#count(bytes.length)
    while (this.#bytes > budget.limitBytes / CACHE_SHARE && this.#blocks.size > 1) this.#dropOldest()
    return bytes
  }

  clear(): void {
    this.#blocks.clear()
    this.#count(-this.#bytes)
  }

  #dropOldest(): void {
    for (const [block, bytes] of this.#blocks) {
      this.#blocks.delete(block)
      this.#count(-bytes.length)
      return
    }
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    this.#space.budget.usedBytes += bytes
  }
}
