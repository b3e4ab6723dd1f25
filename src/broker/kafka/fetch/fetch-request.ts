/**
 * Fetch, version 11 (Kafka 2.3 and later): the newest version without topic ids. Record batches come out as views of the response,
 * undecoded. Source: Kafka protocol guide, "Fetch API (Key: 1)".
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

/** `replica_id` of a client that is no broker. */
const CONSUMER = -1
/** `min_bytes`: the broker answers as soon as there is anything. */
const ANYTHING = 1
const READ_UNCOMMITTED = 0
const READ_COMMITTED = 1
const NO_SESSION = 0
/** `session_epoch` of a fetch outside a session. */
const NO_SESSION_EPOCH = -1
/** `current_leader_epoch`: the broker does not compare it with its own. */
const NO_LEADER_EPOCH = -1
/** `log_start_offset`: set by followers only. */
const NOT_A_FOLLOWER = -1
const NO_RACK = ''

/**
 *     Fetch Request (Version: 11)
 *       replica_id               INT32
 *       max_wait_ms              INT32
 *       min_bytes                INT32
 *       max_bytes                INT32
 *       isolation_level          INT8     0 read uncommitted, 1 read committed
 *       session_id               INT32
 *       session_epoch            INT32
 *       [topics]
 *         topic                  STRING
 *         [partitions]
 *           partition            INT32
 *           current_leader_epoch INT32
 *           fetch_offset         INT64
 *           log_start_offset     INT64
 *           partition_max_bytes  INT32
 *       [forgotten_topics_data]           of a session
 *         topic                  STRING
 *         [partitions]           INT32
 *       rack_id                  STRING
 */
export function encodeFetch(request: FetchRequest, timeoutMs: number): RawRequest {
  const { maxWaitMs, maxBytes, readCommitted, positions } = request
  const isolationLevel = readCommitted ? READ_COMMITTED : READ_UNCOMMITTED
  const topics = groupByTopic(positions, (position) => position)
  const forgottenTopics: readonly never[] = []
  const writer = new WireWriter()
  writer.int32(CONSUMER).int32(maxWaitMs).int32(ANYTHING).int32(maxBytes)
  writer.int8(isolationLevel).int32(NO_SESSION).int32(NO_SESSION_EPOCH)
  writer.array(topics, ({ topic, partitions }) => {
    writer.nullableString(topic)
    writer.array(partitions, ({ partition, offset, maxBytes: partitionMaxBytes }) => {
      writer.int32(partition).int32(NO_LEADER_EPOCH).int64(offset).int64(NOT_A_FOLLOWER).int32(partitionMaxBytes)
    })
  })
  writer.array(forgottenTopics, () => {}).nullableString(NO_RACK)
  return { apiKey: 1, apiName: 'Fetch', apiVersion: 11, body: [writer.take()], timeoutMs: timeoutMs + maxWaitMs }
}

export interface FetchResponse {
  /** How long the broker reads no further requests from the connection. */
  readonly throttleTimeMs: number
  readonly errorCode: number
  readonly partitions: readonly FetchAnswer[]
}

/**
 *     Fetch Response (Version: 11)
 *       throttle_time_ms           INT32
 *       error_code                 INT16
 *       session_id                 INT32
 *       [responses]
 *         topic                    STRING
 *         [partitions]
 *           partition              INT32
 *           error_code             INT16
 *           high_watermark         INT64
 *           last_stable_offset     INT64
 *           log_start_offset       INT64
 *           [aborted_transactions]          null unless read committed
 *             producer_id          INT64
 *             first_offset         INT64
 *           preferred_read_replica INT32
 *           records                RECORDS
 *
 * `readCommitted`: as in the request. Only then does the last stable offset mean anything.
 */
export function decodeFetch(bytes: Buffer, readCommitted: boolean): FetchResponse {
  const reader = new WireReader(bytes)
  const throttleTimeMs = reader.int32()
  const errorCode = reader.int16()
  const _sessionId = reader.int32()
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => readPartition(reader, topic, readCommitted))
  })
  return { throttleTimeMs, errorCode, partitions: topics.flat() }
}

function readPartition(reader: WireReader, topic: string, readCommitted: boolean): FetchAnswer {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  const logStartOffset = reader.int64()
  const abortedTransactions = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
  const _preferredReadReplica = reader.int32()
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
