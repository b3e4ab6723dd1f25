/**
 * Produce, version 8 (Kafka 2.4 and later). The record batches are written to the socket as they are.
 * Source: Kafka protocol guide, "Produce API (Key: 0)".
 */

import type { RawRequest } from '../cluster/connection.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface ProduceRequest {
  readonly transactionalId: string | null
  readonly timeoutMs: number
  /** At most one per partition. */
  readonly batches: readonly { readonly topic: string; readonly partition: number; readonly bytes: Buffer }[]
}

export interface ProduceAnswer {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly baseOffset: number
  /** -1: the timestamps are the producer's. */
  readonly logAppendTimeMs: number
}

export interface ProduceResponse {
  readonly answers: readonly ProduceAnswer[]
  /** How long the broker reads no further requests from the connection. */
  readonly throttleTimeMs: number
}

/** `acks`: the leader answers when all in-sync replicas have the batch. */
const ALL_IN_SYNC_REPLICAS = -1

/**
 *     Produce Request (Version: 8)
 *       transactional_id NULLABLE_STRING
 *       acks             INT16
 *       timeout_ms       INT32
 *       [topic_data]
 *         topic          STRING
 *         [partition_data]
 *           partition    INT32
 *           records      RECORDS         its size in bytes as INT32, then the batch
 */
export function encodeProduce({ transactionalId, timeoutMs, batches }: ProduceRequest): RawRequest {
  const body: Buffer[] = []
  const topics = groupByTopic(batches, (batch) => batch)
  const writer = new WireWriter()
  writer.nullableString(transactionalId).int16(ALL_IN_SYNC_REPLICAS).int32(timeoutMs)
  writer.array(topics, ({ topic, partitions }) => {
    writer.nullableString(topic)
    writer.array(partitions, ({ partition, bytes: records }) => {
      writer.int32(partition).int32(records.length)
      body.push(writer.take(), records)
    })
  })
  return { apiKey: 0, apiName: 'Produce', apiVersion: 8, body }
}

/**
 *     Produce Response (Version: 8)
 *       [responses]
 *         topic                      STRING
 *         [partition_responses]
 *           partition                INT32
 *           error_code               INT16
 *           base_offset              INT64
 *           log_append_time_ms       INT64            -1: the topic keeps the producer's timestamps
 *           log_start_offset         INT64
 *           [record_errors]
 *             batch_index            INT32
 *             batch_index_error_message NULLABLE_STRING
 *           error_message            NULLABLE_STRING
 *       throttle_time_ms             INT32
 */
export function decodeProduce(bytes: Buffer): ProduceResponse {
  const reader = new WireReader(bytes)
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => readPartition(reader, topic))
  })
  return { answers: topics.flat(), throttleTimeMs: reader.int32() }
}

function readPartition(reader: WireReader, topic: string): ProduceAnswer {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const baseOffset = reader.int64()
  const logAppendTimeMs = reader.int64()
  const _logStartOffset = reader.int64()
  const recordErrors = reader.array(() => ({ batchIndex: reader.int32(), message: reader.nullableString() }))
  const errorMessage = reader.nullableString() ?? recordErrors[0]?.message ?? null
  return { topic, partition, errorCode, errorMessage, baseOffset, logAppendTimeMs }
}
