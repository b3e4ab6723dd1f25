/** Writes records straight into the bytes of a batch. Format: record-batch.ts and, for a record, record-batch-cursor.ts. */

import type { Header } from '../types/record.ts'
import { COMPRESSIONS, type Compression, compress } from './compression.ts'
import { BATCH_HEADER_BYTES, writeHeader } from './record-batch.ts'

const INITIAL_BYTES = 80 * 1024
/** Longest varints of a record's start: length 5, attributes 1, timestamp delta 10, offset delta 5, key length 5. */
const MAX_RECORD_START_BYTES = 26
const MAX_VARINT_BYTES = 5
/** Batch buffers kept for reuse. More than are on their way at once would never be taken. */
const MAX_SPARE_BUFFERS = 4

export interface BuilderOptions {
  /** Default `none`. */
  readonly compression?: Compression
  /** Bytes of a new buffer; it grows by doubling. Default 80 KiB. */
  readonly initialBytes?: number
}

/**
 * Builds one batch after another. A record is written in steps, so that a serializer can put key and value where they stay:
 *
 *     builder.beginRecord(timestamp)
 *     ...key bytes at builder.position, after builder.reserve(n)...
 *     builder.beginValue(true)            // false: the key is null, and nothing was written
 *     ...value bytes...
 *     builder.endRecord(true, headers)    // false: the value is null
 *
 * Lengths come before what they count. The room left for them is what the last record's took, which is nearly always right; otherwise
 * the bytes behind move by one or two. (`buffer`, `position` and `reserve` make it a `ByteSink` of serde/format.ts.)
 */
export class RecordBatchBuilder {
  buffer: Buffer
  position = BATCH_HEADER_BYTES

  readonly #compression: Compression
  readonly #initialBytes: number
  readonly #spare: Buffer[] = []
  #count = 0
  #baseTimestamp = 0
  #maxTimestamp = 0

  #timestamp = 0
  #recordStart = 0
  #keyStart = 0
  #valueStart = 0
  #lengthRoom = 2
  #keyLengthRoom = 1
  #valueLengthRoom = 2

  constructor({ compression = 'none', initialBytes = INITIAL_BYTES }: BuilderOptions = {}) {
    this.#compression = compression
    this.#initialBytes = initialBytes
    this.buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  /** Whole records in the batch so far. */
  get count(): number {
    return this.#count
  }

  /** Epoch ms; meaningless while there are no records. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** Bytes so far, header included, before compression. While a record is open its bytes count too. */
  get size(): number {
    return this.position
  }

  /** Makes room for `count` more bytes at `position`; `buffer` may be another one afterwards. */
  reserve(count: number): void {
    const needed = this.position + count
    if (needed <= this.buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.buffer.length * 2, needed))
    this.buffer.copy(larger, 0, 0, this.position)
    this.buffer = larger
  }

  /** `timestamp`: epoch ms. The key's bytes come next. */
  beginRecord(timestamp: number): void {
    this.reserve(MAX_RECORD_START_BYTES)
    if (this.#count === 0) this.#baseTimestamp = timestamp
    const { buffer } = this
    this.#recordStart = this.position
    let at = this.position + this.#lengthRoom
    buffer[at++] = 0
    at = writeVarint(buffer, at, timestamp - this.#baseTimestamp)
    at = writeVarint(buffer, at, this.#count)
    this.position = this.#keyStart = at + this.#keyLengthRoom
    this.#timestamp = timestamp
  }

  /** Ends the key; the value's bytes come next. */
  beginValue(hasKey: boolean): void {
    const length = hasKey ? this.position - this.#keyStart : -1
    this.#keyLengthRoom = this.#putLength(length, this.#keyStart, this.#keyLengthRoom)
    this.reserve(MAX_VARINT_BYTES)
    this.position = this.#valueStart = this.position + this.#valueLengthRoom
  }

  endRecord(hasValue: boolean, headers: readonly Header[] | null = null): void {
    const length = hasValue ? this.position - this.#valueStart : -1
    this.#valueLengthRoom = this.#putLength(length, this.#valueStart, this.#valueLengthRoom)
    this.#writeHeaders(headers)
    const bodyStart = this.#recordStart + this.#lengthRoom
    this.#lengthRoom = this.#putLength(this.position - bodyStart, bodyStart, this.#lengthRoom)
    if (this.#timestamp > this.#maxTimestamp || this.#count === 0) this.#maxTimestamp = this.#timestamp
    this.#count++
  }

  /** Forgets the record begun last and not ended: its bytes are too many for this batch, or a value cannot be written. */
  abandonRecord(): void {
    this.position = this.#recordStart
  }

  /** Appends a record whose parts are bytes already. */
  append(
    timestamp: number,
    key: Uint8Array | null,
    value: Uint8Array | null,
    headers: readonly Header[] | null = null,
  ): void {
    this.beginRecord(timestamp)
    if (key !== null) this.#writeBytes(key)
    this.beginValue(key !== null)
    if (value !== null) this.#writeBytes(value)
    this.endRecord(value !== null, headers)
  }

  /**
   * The batch, with base offset 0 and no checksum (the producer's `sealBatch` computes it), at least one record in it. It belongs to the
   * caller; the builder continues with an empty batch in another buffer.
   */
  finish(): Buffer {
    const { buffer, position } = this
    const packed =
      this.#compression === 'none' ? null : compress(buffer.subarray(BATCH_HEADER_BYTES, position), this.#compression)
    const size = packed === null ? position : BATCH_HEADER_BYTES + packed.length
    const batch = packed === null ? buffer.subarray(0, size) : Buffer.allocUnsafeSlow(size)
    packed?.copy(batch, BATCH_HEADER_BYTES)
    writeHeader(batch, {
      size,
      attributes: COMPRESSIONS.indexOf(this.#compression),
      lastOffsetDelta: this.#count - 1,
      baseTimestamp: this.#baseTimestamp,
      maxTimestamp: this.#maxTimestamp,
      recordCount: this.#count,
    })
    if (packed === null) this.buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#initialBytes)
    this.#clear()
    return batch
  }

  /** Gives a batch from `finish` back when nobody reads it any more (its send has resolved), so that its memory is used again. */
  recycle(batch: Buffer): void {
    if (this.#compression !== 'none' || this.#spare.length === MAX_SPARE_BUFFERS) return
    this.#spare.push(Buffer.from(batch.buffer))
  }

  /** Drops all records. */
  reset(): void {
    this.#clear()
  }

  #clear(): void {
    this.position = BATCH_HEADER_BYTES
    this.#count = 0
  }

  /** Writes `length` in the `room` bytes before `start`, moving what follows if it needs more or fewer. Answers what it took. */
  #putLength(length: number, start: number, room: number): number {
    const needed = varintSize(length)
    if (needed !== room) this.#move(start, needed - room)
    writeVarint(this.buffer, start - room, length)
    return needed
  }

  #move(start: number, by: number): void {
    if (by > 0) this.reserve(by)
    this.buffer.copyWithin(start + by, start, this.position)
    this.position += by
  }

  #writeHeaders(headers: readonly Header[] | null): void {
    this.#writeVarint(headers === null ? 0 : headers.length)
    if (headers === null) return
    for (const { key, value } of headers) {
      const name = Buffer.from(key, 'utf8')
      this.#writeVarint(name.length)
      this.#writeBytes(name)
      this.#writeVarint(value === null ? -1 : value.length)
      if (value !== null) this.#writeBytes(value)
    }
  }

  #writeVarint(value: number): void {
    this.reserve(MAX_VARINT_BYTES)
    this.position = writeVarint(this.buffer, this.position, value)
  }

  #writeBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.buffer.set(bytes, this.position)
    this.position += bytes.length
  }
}

/** Bytes of a zigzag varint of a 32-bit value. */
function varintSize(value: number): number {
  const bits = (value << 1) ^ (value >> 31)
  if ((bits & ~0x7f) === 0) return 1
  if ((bits & ~0x3fff) === 0) return 2
  if ((bits & ~0x1fffff) === 0) return 3
  return (bits & ~0xfffffff) === 0 ? 4 : 5
}

const LARGEST_SMALL = 2 ** 30

/** Writes a zigzag varint (varlong) of a safe integer, least significant group first. Answers the position after it. */
function writeVarint(buffer: Buffer, start: number, value: number): number {
  if (value >= LARGEST_SMALL || value < -LARGEST_SMALL) return writeVarlong(buffer, start, value)
  let at = start
  let bits = (value << 1) ^ (value >> 31)
  while (bits > 0x7f) {
    buffer[at++] = bits | 0x80
    bits >>>= 7
  }
  buffer[at++] = bits
  return at
}

function writeVarlong(buffer: Buffer, start: number, value: number): number {
  let at = start
  let bits = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  while (bits > 0x7fn) {
    buffer[at++] = Number(bits & 0x7fn) | 0x80
    bits >>= 7n
  }
  buffer[at++] = Number(bits)
  return at
}
