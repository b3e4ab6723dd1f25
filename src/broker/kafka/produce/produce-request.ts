/**
 * Produce, v8 (Kafka >= 2.4). The record batches are written to the socket as they are.
 *
 *     request => transactional_id nullable, acks int16 (-1: all in-sync replicas), timeout_ms int32,
 *       [topic string, [partition int32, records bytes]]
 *     response => [topic string, [partition int32, error_code int16, base_offset int64, log_append_time_ms int64 (-1: not so
 *       configured), log_start_offset int64, [batch_index int32, message nullable], error_message nullable]], throttle_time_ms int32
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

const ALL_REPLICAS = -1

export function encodeProduce({ transactionalId, timeoutMs, batches }: ProduceRequest): RawRequest {
  const body: Buffer[] = []
  const writer = new WireWriter()
  writer.nullableString(transactionalId).int16(ALL_REPLICAS).int32(timeoutMs)
  writer.array(
    groupByTopic(batches, (batch) => batch),
    ({ topic, partitions }) => {
      writer.nullableString(topic).array(partitions, ({ partition, bytes }) => {
        body.push(writer.int32(partition).int32(bytes.length).take(), bytes)
      })
    },
  )
  return { apiKey: 0, apiName: 'Produce', apiVersion: 8, body }
}

export function decodeProduce(bytes: Buffer): readonly ProduceAnswer[] {
  const reader = new WireReader(bytes)
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => readPartition(reader, topic))
  })
  return topics.flat()
}

function readPartition(reader: WireReader, topic: string): ProduceAnswer {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const baseOffset = reader.int64()
  const logAppendTimeMs = reader.int64()
  reader.int64()
  const recordErrors = reader.array(() => ({ index: reader.int32(), message: reader.nullableString() }))
  const errorMessage = reader.nullableString() ?? recordErrors[0]?.message ?? null
  return { topic, partition, errorCode, errorMessage, baseOffset, logAppendTimeMs }
}
