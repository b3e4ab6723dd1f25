/**
 * Batch builders for all outputs of a host. A builder is taken for the first record of a batch and given back when the batch leaves, so
 * that thousands of queries with idle sinks hold no buffers.
 */
import type { Compression } from '../broker/compression.ts'
import { RecordBatchBuilder } from '../broker/record-batch-builder.ts'

/** Builders kept for reuse: each holds a buffer or two. More open batches than that at once are rare. */
const MAX_SPARE = 16
/** A batch below this is copied, so that its record or two do not keep a whole buffer while they are on their way. */
const SMALL_BATCH_BYTES = 8 * 1024

export class BatchPool {
  readonly #compression: Compression
  readonly #spare: RecordBatchBuilder[] = []

  constructor(compression: Compression) {
    this.#compression = compression
  }

  /** An empty builder. */
  take(): RecordBatchBuilder {
    return this.#spare.pop() ?? new RecordBatchBuilder({ compression: this.#compression })
  }

  /** Takes the builder back; its batch, if it has any records, is to be sent. Afterwards give it to `recycle`. */
  finish(builder: RecordBatchBuilder): Buffer | null {
    const batch = builder.count === 0 ? null : this.#batchOf(builder)
    builder.reset()
    if (this.#spare.length < MAX_SPARE) this.#spare.push(builder)
    return batch
  }

  /** The batch's bytes are not needed any more. */
  recycle(batch: Buffer): void {
    if (batch.length >= SMALL_BATCH_BYTES) this.#spare.at(-1)?.recycle(batch)
  }

  #batchOf(builder: RecordBatchBuilder): Buffer {
    if (builder.size >= SMALL_BATCH_BYTES) return builder.finish()
    const batch = builder.finish()
    const copy = Buffer.from(batch)
    builder.recycle(batch)
    return copy
  }
}
