/** Reads the records of concatenated batches as positions in a buffer; nothing is allocated per record. Format: record-batch.ts. */

import type { Header } from '../types/record.ts'
import type { AbortedTransaction } from './broker.ts'
import { BrokerError } from './broker-error.ts'
import { decompress } from './compression.ts'
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  baseTimestamp,
  batchSize,
  compressionCode,
  controlOutcome,
  hasLogAppendTime,
  isControl,
  isIntact,
  isTransactional,
  lastOffset,
  maxTimestamp,
  producerId,
  recordCount,
} from './record-batch.ts'

const NO_BYTES = Buffer.alloc(0)
const NONE_ABORTED: readonly AbortedTransaction[] = []

export interface CursorOptions {
  /** Check each batch's checksum before reading it: about 0.45 ns a byte, more than the walk itself. Default false. */
  readonly verifyChecksums?: boolean
}

/**
 * Walks batches: `reset`, then `next` until it returns false. After `next` has returned true the public fields describe the record;
 * positions point into `buffer`, which is another one for each compressed batch, so read the field again for each record.
 *
 * A record is varints, zigzag coded: length; attributes int8 (0); timestampDelta; offsetDelta; keyLength (-1 null); key; valueLength
 * (-1 null); value; headerCount; headers, each keyLength, key (UTF-8), valueLength (-1 null), value.
 *
 * Control batches are passed over, and so are the records of transactions named as aborted. A batch cut short at the end ends the
 * walk. `next` throws `CORRUPT_LOG` when bytes contradict themselves, and `UNSUPPORTED` for formats before v2.
 */
export class RecordBatchCursor {
  buffer: Buffer = NO_BYTES
  offset = -1
  timestamp = -1
  keyStart = -1
  /** -1: the key is null. */
  keyEnd = -1
  valueStart = -1
  /** -1: the value is null (a tombstone). */
  valueEnd = -1
  headersStart = -1
  headerCount = 0
  /** The whole record, its length prefix included. */
  recordStart = -1
  recordEnd = -1

  readonly #verifyChecksums: boolean
  #batches: Buffer = NO_BYTES
  #nextBatchAt = 0
  #fromOffset = 0
  #aborted = NONE_ABORTED
  #abortedAt = 0
  readonly #abortedProducers = new Set<number>()

  #at = 0
  #recordsEnd = 0
  #recordsLeft = 0
  #baseOffset = 0
  #baseTimestamp = 0
  #appendTime = false

  constructor({ verifyChecksums = false }: CursorOptions = {}) {
    this.#verifyChecksums = verifyChecksums
  }

  /** Starts over with `batches`; records below `fromOffset` are skipped. `aborted`: as `FetchedPartition.abortedTransactions`. */
  reset(batches: Buffer, fromOffset = 0, aborted: readonly AbortedTransaction[] = NONE_ABORTED): void {
    this.#batches = batches
    this.#nextBatchAt = 0
    this.#fromOffset = fromOffset
    this.#aborted = aborted
    this.#abortedAt = 0
    this.#abortedProducers.clear()
    this.#recordsLeft = 0
  }

  next(): boolean {
    do {
      if (this.#recordsLeft === 0 && !this.#enterBatch()) return false
      this.#recordsLeft--
      this.#readRecord()
    } while (this.offset < this.#fromOffset)
    return true
  }

  /** The one- and two-byte forms of each varint are decoded in place, the rare longer ones by a call. */
  #readRecord(): void {
    const buffer = this.buffer
    let at = this.#at
    this.recordStart = at

    let byte = buffer[at++]!
    let length = byte & 0x7f
    if (byte > 0x7f) {
      byte = buffer[at++]!
      length |= (byte & 0x7f) << 7
      if (byte > 0x7f) {
        length = this.#longVarint(at, length)
        at = this.#at
      }
    }
    const end = at + ((length >>> 1) ^ -(length & 1))
    at++ // attributes: unused

    byte = buffer[at++]!
    let delta = byte & 0x7f
    if (byte > 0x7f) {
      byte = buffer[at++]!
      delta |= (byte & 0x7f) << 7
      if (byte > 0x7f) {
        delta = this.#longVarint(at, delta)
        at = this.#at
      }
    }
    // A product and not a shift: timestamps may lie more than 2^31 ms apart.
    if (!this.#appendTime) this.timestamp = this.#baseTimestamp + (delta % 2 === 0 ? delta / 2 : -(delta + 1) / 2)

    byte = buffer[at++]!
    delta = byte & 0x7f
    if (byte > 0x7f) {
      byte = buffer[at++]!
      delta |= (byte & 0x7f) << 7
      if (byte > 0x7f) {
        delta = this.#longVarint(at, delta)
        at = this.#at
      }
    }
    this.offset = this.#baseOffset + ((delta >>> 1) ^ -(delta & 1))

    byte = buffer[at++]!
    length = byte & 0x7f
    if (byte > 0x7f) {
      byte = buffer[at++]!
      length |= (byte & 0x7f) << 7
      if (byte > 0x7f) {
        length = this.#longVarint(at, length)
        at = this.#at
      }
    }
    length = (length >>> 1) ^ -(length & 1)
    this.keyStart = at
    if (length >= 0) this.keyEnd = at += length
    else this.keyEnd = -1

    byte = buffer[at++]!
    length = byte & 0x7f
    if (byte > 0x7f) {
      byte = buffer[at++]!
      length |= (byte & 0x7f) << 7
      if (byte > 0x7f) {
        length = this.#longVarint(at, length)
        at = this.#at
      }
    }
    length = (length >>> 1) ^ -(length & 1)
    this.valueStart = at
    if (length >= 0) this.valueEnd = at += length
    else this.valueEnd = -1

    byte = buffer[at++]!
    length = byte & 0x7f
    if (byte > 0x7f) {
      length = this.#longVarint(at - 1, 0, 0)
      at = this.#at
    }
    this.headerCount = (length >>> 1) ^ -(length & 1)
    this.headersStart = at

    if (at > end || end > this.#recordsEnd) throw this.#malformedRecord()
    this.recordEnd = this.#at = end
  }

  /**
   * The rest of a varint whose first bytes gave the low bits `value` (unsigned, before zigzag); leaves `#at` behind it.
   * Exact below 2^53.
   */
  #longVarint(start: number, value: number, bits = 14): number {
    let at = start
    let result = value
    let scale = 2 ** bits
    for (let count = 0; count < 10; count++) {
      const byte = this.buffer[at++]
      if (byte === undefined) break
      result += (byte & 0x7f) * scale
      if (byte <= 0x7f) {
        this.#at = at
        return result
      }
      scale *= 128
    }
    throw this.#malformedRecord()
  }

  /** Moves to the next batch with records to show. False at the end. */
  #enterBatch(): boolean {
    const batches = this.#batches
    for (;;) {
      const at = this.#nextBatchAt
      const size = batchSize(batches, at)
      if (size === -1) return false
      this.#nextBatchAt = at + size
      const isBefore = lastOffset(batches, at) < this.#fromOffset
      if (isBefore && this.#aborted.length === 0) continue
      if (this.#verifyChecksums && !isIntact(batches, at, size)) throw damagedBatch(batches, at)
      if (this.#isHidden(at) || isBefore || recordCount(batches, at) === 0) continue
      this.#openBatch(at, size)
      return true
    }
  }

  /** Control batches and aborted records. Source: Kafka `CompletedFetch.nextFetchedRecord`. */
  #isHidden(at: number): boolean {
    const batches = this.#batches
    if (this.#aborted.length > 0) this.#noteAborted(lastOffset(batches, at))
    if (isControl(batches, at)) {
      if (controlOutcome(batches, at) === 'abort') this.#abortedProducers.delete(producerId(batches, at))
      return true
    }
    return (
      this.#abortedProducers.size > 0 &&
      isTransactional(batches, at) &&
      this.#abortedProducers.has(producerId(batches, at))
    )
  }

  #noteAborted(lastOffsetOfBatch: number): void {
    for (; this.#abortedAt < this.#aborted.length; this.#abortedAt++) {
      const transaction = this.#aborted[this.#abortedAt]!
      if (transaction.firstOffset > lastOffsetOfBatch) return
      this.#abortedProducers.add(transaction.producerId)
    }
  }

  #openBatch(at: number, size: number): void {
    const batches = this.#batches
    this.#recordsLeft = recordCount(batches, at)
    this.#baseOffset = baseOffset(batches, at)
    this.#baseTimestamp = baseTimestamp(batches, at)
    this.#appendTime = hasLogAppendTime(batches, at)
    if (this.#appendTime) this.timestamp = maxTimestamp(batches, at)
    const compression = compressionCode(batches, at)
    if (compression === 0) {
      this.buffer = batches
      this.#at = at + BATCH_HEADER_BYTES
      this.#recordsEnd = at + size
    } else {
      this.buffer = decompress(batches.subarray(at + BATCH_HEADER_BYTES, at + size), compression)
      this.#at = 0
      this.#recordsEnd = this.buffer.length
    }
  }

  #malformedRecord(): BrokerError {
    return new BrokerError('CORRUPT_LOG', `A record of the batch at offset ${this.#baseOffset} is malformed.`)
  }
}

function damagedBatch(bytes: Buffer, at: number): BrokerError {
  return new BrokerError('CORRUPT_LOG', `The record batch at offset ${baseOffset(bytes, at)} fails its checksum.`)
}

/** Where a record's headers are; a cursor has those of the record it is on. */
export type HeadersPlace = Pick<RecordBatchCursor, 'buffer' | 'offset' | 'headersStart' | 'headerCount'>

/** The headers of the record; values are copies. Null when there are none. */
export function readHeaders(cursor: HeadersPlace): Header[] | null {
  if (cursor.headerCount === 0) return null
  const reader = new HeaderReader(cursor.buffer, cursor.headersStart)
  const headers: Header[] = []
  for (let index = 0; index < cursor.headerCount; index++) {
    const key = reader.bytes()
    if (key === null)
      throw new BrokerError('CORRUPT_LOG', `A header of the record at offset ${cursor.offset} has no name.`)
    headers.push({ key: key.toString('utf8'), value: reader.bytes() })
  }
  return headers
}

class HeaderReader {
  readonly #buffer: Buffer
  #at: number

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer
    this.#at = at
  }

  /** A length-prefixed byte string, copied, as the batch may be gone before the record is; null for length -1. */
  bytes(): Buffer | null {
    const length = this.#varint()
    if (length < 0) return null
    const start = this.#at
    this.#at = start + length
    if (this.#at > this.#buffer.length) throw new BrokerError('CORRUPT_LOG', 'A record header ends outside its batch.')
    return Buffer.from(this.#buffer.subarray(start, this.#at))
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer[this.#at++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte <= 0x7f) break
    }
    return (value >>> 1) ^ -(value & 1)
  }
}
