/** One partition of a log in memory: whole record batches, and the transactions that are open or were aborted in it. */
import type { AbortedTransaction, SendResult, TopicPartition } from '../../../src/broker/broker.ts'
import { BrokerError, OffsetOutOfRangeError } from '../../../src/broker/broker-error.ts'
import type { LogConfig } from '../../../src/broker/embedded/segments/topic-config.ts'
import {
  batchSize,
  controlBatch,
  lastOffset,
  lastOffsetDelta,
  maxTimestamp,
  setBaseOffset,
  setLogAppendTime,
  type TransactionOutcome,
} from '../../../src/broker/record-batch.ts'
import { RecordBatchCursor } from '../../../src/broker/record-batch-cursor.ts'

export interface MemoryChunk {
  readonly batches: Buffer
  readonly nextOffset: number
}

/** The producer of a transaction, as record batches name it. */
export interface ProducerEpoch {
  readonly producerId: number
  readonly producerEpoch: number
}

export class MemoryPartition implements TopicPartition {
  readonly topic: string
  readonly partition: number
  isDeleted = false
  readonly #config: LogConfig
  /** In the order of their offsets. */
  #batches: Buffer[] = []
  /** The first offset of each open transaction, by the id of its producer. */
  readonly #open = new Map<number, number>()
  readonly #aborted: (AbortedTransaction & { readonly markerOffset: number })[] = []
  #startOffset = 0
  #endOffset = 0

  constructor({ topic, partition }: TopicPartition, config: LogConfig) {
    this.topic = topic
    this.partition = partition
    this.#config = config
  }

  get startOffset(): number {
    return this.#startOffset
  }

  get endOffset(): number {
    return this.#endOffset
  }

  /** The first offset of the oldest open transaction, or the end. */
  get stableOffset(): number {
    return Math.min(this.#endOffset, ...this.#open.values())
  }

  /** `producerId`: that of the transaction to which the batch belongs, or null. */
  append(batch: Uint8Array, producerId: number | null, now: number): SendResult {
    const { maxMessageBytes, logAppendTime } = this.#config
    const own = Buffer.from(batch)
    if (batchSize(own, 0) !== own.length)
      throw new BrokerError('INVALID_REQUEST', `What was sent to ${this.topic} is not one whole record batch.`)
    if (own.length > maxMessageBytes)
      throw new BrokerError('RECORD_TOO_LARGE', `A batch of ${own.length} bytes exceeds max.message.bytes.`)
    const baseOffset = this.#endOffset
    if (producerId !== null && !this.#open.has(producerId)) this.#open.set(producerId, baseOffset)
    if (logAppendTime) setLogAppendTime(own, 0, own.length, now)
    this.#push(own)
    return { baseOffset, logAppendTimeMs: logAppendTime ? now : null }
  }

  /** Ends the producer's transaction with a marker. No effect if it has none open here. */
  endTransaction(producer: ProducerEpoch, outcome: TransactionOutcome, now: number): void {
    const { producerId } = producer
    const firstOffset = this.#open.get(producerId)
    if (firstOffset === undefined) return
    this.#open.delete(producerId)
    if (outcome === 'abort') this.#aborted.push({ producerId, firstOffset, markerOffset: this.#endOffset })
    this.#push(controlBatch({ ...producer, outcome, timestamp: now }))
  }

  /** What stands at `offset`, at least one batch if there is any; null: nothing. Throws an OffsetOutOfRangeError. */
  read(offset: number, limits: { readonly maxBytes: number; readonly readCommitted: boolean }): MemoryChunk | null {
    if (offset < this.#startOffset || offset > this.#endOffset) throw this.#outOfRange(offset)
    const end = limits.readCommitted ? this.stableOffset : this.#endOffset
    if (offset >= end) return null
    const from = this.#batchOf(offset)
    let bytes = 0
    let to = from
    for (; to < this.#batches.length && (to === from || bytes < limits.maxBytes); to++) {
      const batch = this.#batches[to]!
      if (lastOffset(batch, 0) >= end) break
      bytes += batch.length
    }
    const chosen = this.#batches.slice(from, to)
    return {
      batches: chosen.length === 1 ? chosen[0]! : Buffer.concat(chosen),
      nextOffset: lastOffset(chosen.at(-1)!, 0) + 1,
    }
  }

  /** Aborted transactions with records in `[from, to)`. */
  abortedBetween(from: number, to: number): AbortedTransaction[] {
    return this.#aborted
      .filter(({ firstOffset, markerOffset }) => markerOffset >= from && firstOffset < to)
      .toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** Offset of the first record with a timestamp >= `timestamp`, in offset order; the end if there is none. */
  offsetForTimestamp(timestamp: number): number {
    const cursor = new RecordBatchCursor()
    for (const batch of this.#batches) {
      if (maxTimestamp(batch, 0) < timestamp) continue
      cursor.reset(batch, this.#startOffset)
      while (cursor.next()) if (cursor.timestamp >= timestamp) return cursor.offset
    }
    return this.#endOffset
  }

  /** Never lowers the start. Throws an OffsetOutOfRangeError beyond the end. */
  raiseStart(offset: number): void {
    if (offset < 0 || offset > this.#endOffset) throw this.#outOfRange(offset)
    this.#startOffset = Math.max(this.#startOffset, offset)
    this.#batches = this.#batches.slice(this.#batchOf(this.#startOffset))
  }

  #push(batch: Buffer): void {
    setBaseOffset(batch, 0, this.#endOffset)
    this.#batches.push(batch)
    this.#endOffset += lastOffsetDelta(batch, 0) + 1
  }

  /** Index of the first batch that ends at or behind `offset`. */
  #batchOf(offset: number): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (lastOffset(this.#batches[middle]!, 0) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  #outOfRange(offset: number): OffsetOutOfRangeError {
    return new OffsetOutOfRangeError(
      { topic: this.topic, partition: this.partition, offset },
      { startOffset: this.#startOffset, endOffset: this.#endOffset },
    )
  }
}
