/** The keys of rows in LMDB: the store's prefix, the start of a window where the store has windows, then the row's key (key-bytes.ts). */

import { ByteBuffer } from '../../types/byte-buffer.ts'
import { NUMBER_BYTES, readKey, writeBound, writeKey, writeNumber } from '../bytes/key-bytes.ts'
import { readCutKey } from '../bytes/row-bytes.ts'
import type { StoreKey } from '../store.ts'
import type { RawEntry } from './lmdb-environment.ts'

export class RowKeys {
  readonly #prefix: Buffer
  readonly #start: number | null
  readonly #prefixLength: number

  /** `start`: start of the rows' window; null if the store has no windows. */
  constructor(prefix: Buffer, start: number | null) {
    this.#prefix = prefix
    this.#start = start
    this.#prefixLength = prefix.length + (start === null ? 0 : NUMBER_BYTES)
  }

  /** The row's key of an entry. A key that is too long for LMDB is kept whole in the value. */
  read({ key, value }: RawEntry): StoreKey {
    return readKey(key, this.#prefixLength, key.length) ?? readCutKey(value)
  }

  /** Writes what stands before the row's key. */
  writePrefix(sink: ByteBuffer): void {
    sink.writeBytes(this.#prefix)
    if (this.#start !== null) writeNumber(this.#start, sink)
  }

  /** A view that is valid until the next call, for any rows. */
  bytes(key: StoreKey): Buffer {
    scratch.position = 0
    this.writePrefix(scratch)
    writeKey(key, scratch)
    return scratch.since(0)
  }

  /** At or before every key from `key` on; without a key, before all of them. */
  lowerBound(key: StoreKey | undefined): Buffer {
    scratch.position = 0
    this.writePrefix(scratch)
    if (key !== undefined) writeBound(key, scratch)
    return Buffer.from(scratch.since(0))
  }

  /** Beyond every key up to `key`; without a key, beyond all of them, as no key begins with 0xff. */
  upperBound(key: StoreKey | undefined): Buffer {
    scratch.position = 0
    this.writePrefix(scratch)
    const isWhole = key !== undefined && writeBound(key, scratch)
    scratch.writeByte(isWhole ? 0 : 0xff)
    return Buffer.from(scratch.since(0))
  }
}

const scratch = new ByteBuffer(64)
