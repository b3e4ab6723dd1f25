/**
 * Batch builders for all outputs of a worker. A builder is taken for the first record of a batch and given back when the batch leaves, so
 * that thousands of queries with idle sinks hold no buffers.
 */
import type { Compression } from '../../../broker/compression.ts'
import { RecordBatchBuilder } from '../../../broker/record-batch-builder.ts'

/** Size of a new builder's buffer: enough for a record or two of a quiet query. */
const INITIAL_BYTES = 4 * 1024
/** Builders kept for reuse, each with a small buffer. */
const MAX_SPARE = 64
/** Large buffers kept for reuse: about as many as are on their way at once. */
const MAX_BUFFERS = 24
/** A batch below this is copied, so that it does not keep a larger buffer while it is on its way. */
const SMALL_BATCH_BYTES = 8 * 1024

export class BatchPool {
  readonly #compression: Compression
  readonly #spare: RecordBatchBuilder[] = []
  readonly #buffers: Buffer[] = []

  constructor(compression: Compression) {
    this.#compression = compression
  }

  /** An empty builder, for a batch that will probably be that large. */
  take(expectedBytes: number): RecordBatchBuilder {
    const builder =
      this.#spare.pop() ?? new RecordBatchBuilder({ compression: this.#compression, initialBytes: INITIAL_BYTES })
    if (builder.buffer.length < expectedBytes) {
      const used = this.#buffers.pop()
      if (used !== undefined && used.length >= expectedBytes) builder.buffer = used
      else builder.reserve(expectedBytes)
    }
    return builder
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
    if (batch.length < SMALL_BATCH_BYTES || this.#buffers.length >= MAX_BUFFERS) return
    this.#buffers.push(Buffer.from(batch.buffer))
  }

  #batchOf(builder: RecordBatchBuilder): Buffer {
    const isSmall = builder.size < SMALL_BATCH_BYTES
    const batch = builder.finish()
    if (!isSmall) return batch
    const copy = Buffer.from(batch)
    builder.recycle(batch)
    return copy
  }
}
