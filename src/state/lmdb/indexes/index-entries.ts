/**
 * The entries of an index in LMDB, in their order. Keys: the index's id, the entry (key-bytes.ts); values: the head of a row's (row-bytes.ts),
 * which has the whole entry where its key was cut.
 */
import { isCut, writeKey } from '../../bytes/key-bytes.ts'
import { writeHead } from '../../bytes/row-bytes.ts'
import type { EntryRange } from '../../store.ts'
import type { StateEnvironment } from '../lmdb-environment.ts'
import { RowKeys } from '../row-keys.ts'
import { storePrefix } from '../state-ids.ts'
import type { WriteBatch } from '../write-batch.ts'

export class IndexEntries {
  readonly #environment: StateEnvironment
  readonly #keys: RowKeys

  constructor(environment: StateEnvironment, id: number) {
    this.#environment = environment
    this.#keys = new RowKeys(storePrefix(id), null)
  }

  put(entry: string, batch: WriteBatch): void {
    const isWhole = !this.#writeKey(entry, batch)
    batch.endKey()
    writeHead(isWhole ? null : entry, batch.bytes)
    batch.endPut()
  }

  delete(entry: string, batch: WriteBatch): void {
    this.#writeKey(entry, batch)
    batch.endDelete()
  }

  /** Those in the range; by their order, but for cut ones. */
  *in({ from, to }: EntryRange): Generator<string> {
    const end = this.#keys.upperBound(to)
    for (const raw of this.#environment.range(this.#keys.lowerBound(from), end)) {
      const entry = this.#keys.read(raw) as string
      if (entry >= from && entry <= to) yield entry
    }
  }

  /** Returns whether the entry was cut. */
  #writeKey(entry: string, batch: WriteBatch): boolean {
    const { bytes } = batch
    batch.begin()
    this.#keys.writePrefix(bytes)
    const start = bytes.position
    writeKey(entry, bytes)
    return isCut(bytes, start)
  }
}
