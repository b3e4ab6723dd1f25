/**
 * Kafka's record batch, format v2: the unit of I/O on the wire and in the embedded log. This file reads and writes the header; the
 * records are read by record-batch-cursor.ts and written by record-batch-builder.ts.
 * Source: Kafka documentation, "Record Batch"; Kafka `DefaultRecordBatch`, `ControlRecordType`. All integers are big-endian.
 *
 *   at  type    field
 *    0  int64   baseOffset            offset of the first record; given by the log when it appends
 *    8  int32   batchLength           bytes after this field
 *   12  int32   partitionLeaderEpoch  -1 in a batch from a producer
 *   16  int8    magic                 2
 *   17  uint32  crc                   CRC-32C of everything from attributes on
 *   21  int16   attributes            bits 0-2 compression (0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd); bit 3 timestamps are the broker's
 *                                     (LogAppendTime: maxTimestamp is every record's); bit 4 transactional; bit 5 control batch
 *   23  int32   lastOffsetDelta       offset of the last record - baseOffset; kept when compaction removes records
 *   27  int64   baseTimestamp         timestamp of the first record
 *   35  int64   maxTimestamp
 *   43  int64   producerId            -1: not idempotent
 *   51  int16   producerEpoch
 *   53  int32   baseSequence          the producer's count of records in this partition before this batch, modulo 2^31
 *   57  int32   recordCount
 *   61          records               as one compressed block if the attributes say so
 *
 * A control batch holds one record: key int16 version (0), int16 type (0 abort, 1 commit); value int16 version (0), int32 coordinator
 * epoch. It ends its producer's transaction in the partition and takes one offset.
 */

import { crc32c } from '../types/crc32c.ts'
import { BrokerError } from './broker-error.ts'

export const BATCH_HEADER_BYTES = 61
export const MAGIC = 2
const NO_PRODUCER_ID = -1

/** Bytes before `partitionLeaderEpoch`, which `batchLength` does not count. */
const LENGTH_OVERHEAD = 12
const SMALLEST_LENGTH = BATCH_HEADER_BYTES - LENGTH_OVERHEAD

const AT_LENGTH = 8
const AT_MAGIC = 16
const AT_CRC = 17
const AT_ATTRIBUTES = 21
const AT_LAST_OFFSET_DELTA = 23
const AT_BASE_TIMESTAMP = 27
const AT_MAX_TIMESTAMP = 35
const AT_PRODUCER_ID = 43
const AT_PRODUCER_EPOCH = 51
const AT_BASE_SEQUENCE = 53
const AT_RECORD_COUNT = 57

const COMPRESSION_MASK = 0x07
export const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20

const TWO_TO_32 = 0x1_0000_0000

/** A signed 64-bit integer as a number: exact while it is safe, as offsets, timestamps and producer ids are. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_TO_32 + bytes.readUInt32BE(at + 4)
}

/** `value`: a safe integer. */
export function writeInt64(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / TWO_TO_32), at)
  bytes.writeUInt32BE(((value % TWO_TO_32) + TWO_TO_32) % TWO_TO_32, at + 4)
}

/**
 * Size in bytes of the batch that starts at `at`, or -1 when less than all of it lies before `end`, as at the end of a fetch.
 * `UNSUPPORTED`: a batch of the formats before v2 (Kafka < 0.11). `CORRUPT_LOG`: what is there cannot be a batch.
 */
export function batchSize(bytes: Buffer, at: number, end = bytes.length): number {
  if (end - at < AT_CRC) return -1
  const length = bytes.readInt32BE(at + AT_LENGTH)
  if (bytes[at + AT_MAGIC] !== MAGIC) throw unsupportedMagic(bytes, at)
  if (length < SMALLEST_LENGTH)
    throw new BrokerError('CORRUPT_LOG', `A record batch has the impossible length ${length}.`)
  const size = length + LENGTH_OVERHEAD
  return size > end - at ? -1 : size
}

function unsupportedMagic(bytes: Buffer, at: number): BrokerError {
  const magic = bytes[at + AT_MAGIC]!
  if (magic > MAGIC) return new BrokerError('CORRUPT_LOG', `A record batch has the unknown format version ${magic}.`)
  return new BrokerError(
    'UNSUPPORTED',
    `The record batch at offset ${readInt64(bytes, at)} is in message format v${magic}, which Kafka wrote before 0.11. ` +
      'Copy the topic with a current producer to read it.',
  )
}

/** Whether the stored checksum of a whole batch is right. */
export function isIntact(bytes: Buffer, at: number, size: number): boolean {
  return bytes.readUInt32BE(at + AT_CRC) === crc32c(bytes, at + AT_ATTRIBUTES, at + size)
}

export const baseOffset = (bytes: Buffer, at: number) => readInt64(bytes, at)
export const lastOffset = (bytes: Buffer, at: number) =>
  readInt64(bytes, at) + bytes.readInt32BE(at + AT_LAST_OFFSET_DELTA)
export const lastOffsetDelta = (bytes: Buffer, at: number) => bytes.readInt32BE(at + AT_LAST_OFFSET_DELTA)
export const baseTimestamp = (bytes: Buffer, at: number) => readInt64(bytes, at + AT_BASE_TIMESTAMP)
export const maxTimestamp = (bytes: Buffer, at: number) => readInt64(bytes, at + AT_MAX_TIMESTAMP)
export const producerId = (bytes: Buffer, at: number) => readInt64(bytes, at + AT_PRODUCER_ID)
export const producerEpoch = (bytes: Buffer, at: number) => bytes.readInt16BE(at + AT_PRODUCER_EPOCH)
export const baseSequence = (bytes: Buffer, at: number) => bytes.readInt32BE(at + AT_BASE_SEQUENCE)
export const recordCount = (bytes: Buffer, at: number) => bytes.readInt32BE(at + AT_RECORD_COUNT)
/** Number of the compression: see compression.ts. */
export const compressionCode = (bytes: Buffer, at: number) => bytes[at + AT_ATTRIBUTES + 1]! & COMPRESSION_MASK
export const hasLogAppendTime = (bytes: Buffer, at: number) => (bytes[at + AT_ATTRIBUTES + 1]! & LOG_APPEND_TIME) !== 0
export const isTransactional = (bytes: Buffer, at: number) => (bytes[at + AT_ATTRIBUTES + 1]! & TRANSACTIONAL) !== 0
export const isControl = (bytes: Buffer, at: number) => (bytes[at + AT_ATTRIBUTES + 1]! & CONTROL) !== 0

/** Sets where the log put the batch. Not covered by the checksum. */
export function setBaseOffset(bytes: Buffer, at: number, offset: number): void {
  writeInt64(bytes, at, offset)
}

/** Makes `timestamp` (epoch ms) that of every record, as `message.timestamp.type=LogAppendTime` requires, and renews the checksum. */
export function setLogAppendTime(bytes: Buffer, at: number, size: number, timestamp: number): void {
  bytes[at + AT_ATTRIBUTES + 1]! |= LOG_APPEND_TIME
  writeInt64(bytes, at + AT_MAX_TIMESTAMP, timestamp)
  writeChecksum(bytes, at, size)
}

export interface ProducerFields {
  /** -1: not idempotent. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly transactional: boolean
}

export const NOT_IDEMPOTENT: ProducerFields = {
  producerId: NO_PRODUCER_ID,
  producerEpoch: -1,
  baseSequence: -1,
  transactional: false,
}

/** Completes a batch from `RecordBatchBuilder.finish`, in place: adds the sender's fields and the checksum, which is computed only here. */
export function sealBatch(batch: Buffer, fields: ProducerFields): void {
  const attributes = batch[AT_ATTRIBUTES + 1]!
  batch[AT_ATTRIBUTES + 1] = fields.transactional ? attributes | TRANSACTIONAL : attributes & ~TRANSACTIONAL
  writeInt64(batch, AT_PRODUCER_ID, fields.producerId)
  batch.writeInt16BE(fields.producerEpoch, AT_PRODUCER_EPOCH)
  batch.writeInt32BE(fields.baseSequence, AT_BASE_SEQUENCE)
  writeChecksum(batch, 0, batch.length)
}

/** The sequence that follows `count` records after `sequence`. It goes round from 2^31 - 1 to 0. */
export const nextSequence = (sequence: number, count: number) => (sequence + count) % 0x8000_0000

function writeChecksum(bytes: Buffer, at: number, size: number): void {
  bytes.writeUInt32BE(crc32c(bytes, at + AT_ATTRIBUTES, at + size), at + AT_CRC)
}

export interface BatchHeader {
  readonly size: number
  /** The low bits say the compression. */
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly recordCount: number
}

/** Writes a header at 0 as it comes from a producer: base offset 0, no producer, no checksum. {@link sealBatch} completes it. */
export function writeHeader(bytes: Buffer, header: BatchHeader): void {
  writeInt64(bytes, 0, 0)
  bytes.writeInt32BE(header.size - LENGTH_OVERHEAD, AT_LENGTH)
  bytes.writeInt32BE(-1, LENGTH_OVERHEAD)
  bytes[AT_MAGIC] = MAGIC
  bytes.writeUInt32BE(0, AT_CRC)
  bytes.writeInt16BE(header.attributes, AT_ATTRIBUTES)
  bytes.writeInt32BE(header.lastOffsetDelta, AT_LAST_OFFSET_DELTA)
  writeInt64(bytes, AT_BASE_TIMESTAMP, header.baseTimestamp)
  writeInt64(bytes, AT_MAX_TIMESTAMP, header.maxTimestamp)
  writeInt64(bytes, AT_PRODUCER_ID, NO_PRODUCER_ID)
  bytes.writeInt16BE(-1, AT_PRODUCER_EPOCH)
  bytes.writeInt32BE(-1, AT_BASE_SEQUENCE)
  bytes.writeInt32BE(header.recordCount, AT_RECORD_COUNT)
}

/** The most offsets that one batch can take. */
export const MAX_OFFSETS_PER_BATCH = 2 ** 31

/** A sealed batch without records that takes the offsets `[offset, offset + offsets)`, so that none of them is given to a record. */
export function emptyBatch({ offset, offsets }: { readonly offset: number; readonly offsets: number }): Buffer {
  const batch = Buffer.alloc(BATCH_HEADER_BYTES)
  writeHeader(batch, {
    size: batch.length,
    attributes: 0,
    lastOffsetDelta: offsets - 1,
    baseTimestamp: -1,
    maxTimestamp: -1,
    recordCount: 0,
  })
  sealBatch(batch, NOT_IDEMPOTENT)
  setBaseOffset(batch, 0, offset)
  return batch
}

export type TransactionOutcome = 'abort' | 'commit'

/** Bytes of the only record of a control batch: length, attributes, two deltas, key length, key, value length, value, no headers. */
const CONTROL_RECORD_BYTES = 1 + 1 + 1 + 1 + 1 + 4 + 1 + 6 + 1
const CONTROL_KEY_AT = BATCH_HEADER_BYTES + 5
const zigzag = (value: number) => value * 2

export interface ControlBatch {
  readonly outcome: TransactionOutcome
  readonly producerId: number
  readonly producerEpoch: number
  readonly timestamp: number
}

/** A sealed control batch, ready to be appended. */
export function controlBatch({ outcome, producerId, producerEpoch, timestamp }: ControlBatch): Buffer {
  const size = BATCH_HEADER_BYTES + CONTROL_RECORD_BYTES
  const batch = Buffer.alloc(size)
  writeHeader(batch, {
    size,
    attributes: CONTROL | TRANSACTIONAL,
    lastOffsetDelta: 0,
    baseTimestamp: timestamp,
    maxTimestamp: timestamp,
    recordCount: 1,
  })
  batch[BATCH_HEADER_BYTES] = zigzag(CONTROL_RECORD_BYTES - 1)
  batch[CONTROL_KEY_AT - 1] = zigzag(4)
  batch.writeInt16BE(outcome === 'commit' ? 1 : 0, CONTROL_KEY_AT + 2)
  batch[CONTROL_KEY_AT + 4] = zigzag(6)
  sealBatch(batch, { producerId, producerEpoch, baseSequence: -1, transactional: true })
  return batch
}

/** How the control batch at `at` ended its transaction; null for a control record of another kind, which readers pass over. */
export function controlOutcome(bytes: Buffer, at: number): TransactionOutcome | null {
  const type = bytes.readInt16BE(at + CONTROL_KEY_AT + 2)
  return type === 0 ? 'abort' : type === 1 ? 'commit' : null
}
