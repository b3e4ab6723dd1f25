/**
 * OffsetFetch, version 7: kafkajs's own versions cannot wait for transactions that hold offsets back (KIP-447).
 * Source: Kafka protocol guide, "OffsetFetch API (Key: 9)".
 */
import type { TopicPartition } from '../../broker.ts'
import type { KafkaConnection } from '../cluster/connection.ts'
import { groupByTopic } from '../protocol/by-topic.ts'
import { WireReader, WireWriter } from '../protocol/wire.ts'

export interface OffsetFetch {
  readonly group: string
  /** Null: all partitions with an offset. */
  readonly partitions: readonly TopicPartition[] | null
  /** A partition whose next offset is in an open transaction is answered with UNSTABLE_OFFSET_COMMIT, not with the present offset. */
  readonly requireStable: boolean
}

export interface FetchedOffset extends TopicPartition {
  /** -1: none. */
  readonly offset: number
  readonly metadata: string
  readonly errorCode: number
}

/**
 *     OffsetFetch Request (Version: 7)
 *       group_id                COMPACT_STRING
 *       topics                  COMPACT_NULLABLE_ARRAY
 *         name                    COMPACT_STRING
 *         partition_indexes       COMPACT_ARRAY of INT32
 *         tagged fields
 *       require_stable          BOOLEAN
 *       tagged fields
 *
 *     OffsetFetch Response (Version: 7), behind the tagged fields of the header
 *       throttle_time_ms        INT32
 *       topics                  COMPACT_ARRAY
 *         name                    COMPACT_STRING
 *         partitions              COMPACT_ARRAY
 *           partition_index         INT32
 *           committed_offset        INT64
 *           committed_leader_epoch  INT32
 *           metadata                COMPACT_NULLABLE_STRING
 *           error_code              INT16
 *           tagged fields
 *         tagged fields
 *       error_code              INT16
 *       tagged fields                      not read
 */
export async function offsetFetch(
  connection: KafkaConnection,
  { group, partitions, requireStable }: OffsetFetch,
): Promise<{ readonly errorCode: number; readonly offsets: readonly FetchedOffset[] }> {
  const topics = partitions === null ? null : groupByTopic(partitions, ({ partition }) => partition)
  const writer = new WireWriter().compactNullableString(group)
  writer.compactArray(topics, ({ topic, partitions: indexes }) => {
    writer.compactNullableString(topic).compactArray(indexes, (index) => void writer.int32(index))
    writer.noTaggedFields()
  })
  writer.boolean(requireStable).noTaggedFields()
  const request = { apiKey: 9, apiName: 'OffsetFetch', apiVersion: 7, flexible: true, body: [writer.take()] }
  const reader = new WireReader(await connection.exchange(request))
  reader.taggedFields()
  const _throttleTimeMs = reader.int32()
  const answered = reader.compactArray(() => {
    const topic = reader.compactString()
    const offsets = reader.compactArray((): FetchedOffset => {
      const partition = reader.int32()
      const offset = reader.int64()
      const _leaderEpoch = reader.int32()
      const metadata = reader.compactString()
      const errorCode = reader.int16()
      reader.taggedFields()
      return { topic, partition, offset, metadata, errorCode }
    })
    reader.taggedFields()
    return offsets
  })
  return { errorCode: reader.int16(), offsets: answered.flat() }
}
