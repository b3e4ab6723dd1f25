/** A key as join segments look for it: its bytes and their hash. One object serves all keys, so that looking up allocates nothing. */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import type { ByteRange } from '../../types/row-codec.ts'
import { writeWholeKey, writeWholeText } from '../bytes/key-bytes.ts'
import type { StoreKey } from '../store.ts'

/** Fixed parts of the keys, by hash. More of them make it cheaper to look a row up whose segment was given up, and blocks smaller. */
export const SHARDS = 64
export const shardOf = (hash: number): number => hash & (SHARDS - 1)

export class JoinKey {
  readonly #writer = new ByteBuffer(64)
  /** Part of what is stored: a key stays in its shard. */
  hash = 0
  #key: StoreKey | null = null

  get bytes(): Buffer {
    return this.#writer.buffer
  }

  get length(): number {
    return this.#writer.position
  }

  set(key: StoreKey): void {
    if (key === this.#key) return
    this.#key = key
    this.#writer.position = 0
    writeWholeKey(key, this.#writer)
    this.#setHash()
  }

  /** The same for a text in UTF-8. */
  setPacked(text: ByteRange): void {
    this.#key = null
    this.#writer.position = 0
    writeWholeText(text, this.#writer)
    this.#setHash()
  }

  #setHash(): void {
    this.hash = hashOf(this.#writer.buffer, 0, this.#writer.position)
  }
}

/** FNV-1a with a last mixing of the bits, 32 bits. */
export function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}
