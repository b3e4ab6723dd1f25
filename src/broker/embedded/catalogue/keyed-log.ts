/** A compacted internal topic with one partition as a durable map of JSON values: the owner's own records. */

import { NOT_IDEMPOTENT, sealBatch } from '../../record-batch.ts'
import { RecordBatchBuilder } from '../../record-batch-builder.ts'
import { RecordBatchCursor } from '../../record-batch-cursor.ts'
import { append } from '../segments/append.ts'
import type { Partition } from '../segments/partition.ts'
import { placeAt, read } from '../segments/read.ts'

const READ_BYTES = 1024 * 1024

export interface KeyedEntry {
  readonly key: string
  /** null: the key is deleted. Plain JSON data. */
  readonly value: unknown
}

export class KeyedLog {
  readonly #partition: Partition
  readonly #builder = new RecordBatchBuilder()

  constructor(partition: Partition) {
    this.#partition = partition
  }

  /** All entries, oldest first; later ones of a key replace earlier ones. */
  *load(): Generator<KeyedEntry> {
    const cursor = new RecordBatchCursor({ verifyChecksums: true })
    const place = placeAt(this.#partition.state.startOffset)
    for (let from = place.offset; ; from = place.offset) {
      const chunk = read(this.#partition, place, { maxBytes: READ_BYTES, readCommitted: false })
      if (chunk === null) return
      cursor.reset(chunk.batches, from)
      while (cursor.next()) {
        const key = cursor.buffer.toString('utf8', cursor.keyStart, cursor.keyEnd)
        const isDelete = cursor.valueEnd === -1
        yield {
          key,
          value: isDelete ? null : JSON.parse(cursor.buffer.toString('utf8', cursor.valueStart, cursor.valueEnd)),
        }
      }
    }
  }

  /** Appends all entries as one batch: after a crash all of them are there or none. */
  append(entries: readonly KeyedEntry[]): void {
    const now = this.#partition.clock.now()
    for (const { key, value } of entries)
      this.#builder.append(now, Buffer.from(key), value === null ? null : Buffer.from(JSON.stringify(value)))
    const batch = this.#builder.finish()
    sealBatch(batch, NOT_IDEMPOTENT)
    append(this.#partition, batch, null)
    this.#builder.recycle(batch)
  }
}
