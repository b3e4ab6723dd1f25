/**
 * Fetch, v11 (Kafka >= 2.3): the newest version without topic ids. Record batches come out as views of the answer, undecoded.
 *
 *     request => replica_id int32 (-1: a consumer), max_wait_ms int32, min_bytes int32, max_bytes int32, isolation_level int8,
 *       session_id int32, session_epoch int32 (0, -1: no fetch session),
 *       [topic string, [partition int32, current_leader_epoch int32, fetch_offset int64, log_start_offset int64, max_bytes int32]],
 *       [forgotten topics], rack_id string
 *     response => throttle_time_ms int32, error_code int16, session_id int32,
 *       [topic string, [partition int32, error_code int16, high_watermark int64, last_stable_offset int64, log_start_offset int64,
 *         [aborted: producer_id int64, first_offset int64] nullable, preferred_read_replica int32, records nullable bytes]]
 */

import type { AbortedTransaction, TopicPartitionOffset } from '../../broker.ts'
import type { RawRequest } from '../cluster/connection.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface FetchRequest {
  readonly maxWaitMs: number
  readonly maxBytes: number
  readonly readCommitted: boolean
  /** In the order in which the broker is to fill the answer. */
  readonly positions: readonly (TopicPartitionOffset & { readonly maxBytes: number })[]
}

export interface FetchAnswer {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly abortedTransactions: readonly AbortedTransaction[]
  readonly records: Buffer
}

const NO_EPOCH = -1
const UNKNOWN = -1

export function encodeFetch(request: FetchRequest, timeoutMs: number): RawRequest {
  const { maxWaitMs, maxBytes, readCommitted, positions } = request
  const writer = new WireWriter()
  writer.int32(-1).int32(maxWaitMs).int32(1).int32(maxBytes)
  writer
    .int8(readCommitted ? 1 : 0)
    .int32(0)
    .int32(NO_EPOCH)
  writer.array(
    groupByTopic(positions, (position) => position),
    ({ topic, partitions }) => {
      writer.nullableString(topic).array(partitions, ({ partition, offset, maxBytes }) => {
        writer.int32(partition).int32(NO_EPOCH).int64(offset).int64(UNKNOWN).int32(maxBytes)
      })
    },
  )
  writer.array([], () => {}).nullableString('')
  return { apiKey: 1, apiName: 'Fetch', apiVersion: 11, body: [writer.take()], timeoutMs: timeoutMs + maxWaitMs }
}

export interface FetchResponse {
  readonly errorCode: number
  readonly partitions: readonly FetchAnswer[]
}

/** `readCommitted`: what was asked for. Only then does the last stable offset mean anything. */
export function decodeFetch(bytes: Buffer, readCommitted: boolean): FetchResponse {
  const reader = new WireReader(bytes)
  reader.int32()
  const errorCode = reader.int16()
  reader.int32()
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => readPartition(reader, topic, readCommitted))
  })
  return { errorCode, partitions: topics.flat() }
}

function readPartition(reader: WireReader, topic: string, readCommitted: boolean): FetchAnswer {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  const logStartOffset = reader.int64()
  const abortedTransactions = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
  reader.int32()
  return {
    topic,
    partition,
    errorCode,
    highWatermark,
    lastStableOffset: readCommitted ? lastStableOffset : highWatermark,
    logStartOffset,
    abortedTransactions: abortedTransactions.sort((a, b) => a.firstOffset - b.firstOffset),
    records: reader.nullableBytes(),
  }
}
